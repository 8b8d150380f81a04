/** @file Resizing decoded images on the host: pixel centres are at half integers, as in `ops.resizeImages`. */

import { cropBox, innerBox } from '../core/aspect_ratio.js';
import { nearestIndices } from '../core/nearest.js';
import { Pauses } from './pauses.js';

/** Pixels as decoded: `[height, width, channels]`, one byte each. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export type Interpolation = 'nearest' | 'bilinear';

export const interpolations: readonly Interpolation[] = ['nearest', 'bilinear'];

/** How an image of other proportions is brought to the wanted ones: distorted, cut, or given black borders. */
export type Fit = 'distort' | 'crop' | 'pad';

export interface Resizing {
  readonly height: number;
  readonly width: number;
  readonly interpolation: Interpolation;
  readonly fit: Fit;
}

/**
 * Writes the image, resized, into `into`, which holds zeros for `height * width * channels` elements. The event loop turns meanwhile.
 *
 * Without anti-aliasing, as tf.image.resize and keras.ops.image.resize by default.
 */
export async function resizeInto(into: Float32Array, image: Pixels, resizing: Resizing): Promise<void> {
  const { height, width, interpolation, fit } = resizing;
  if (fit === 'pad') return resizeWithBorders(into, image, resizing);
  const fitted = fit === 'crop' ? crop(image, height, width) : image;
  if (fitted.height === height && fitted.width === width) into.set(fitted.data);
  else await (interpolation === 'nearest' ? takeNearest : mixBilinear)(into, fitted, height, width);
}

async function resizeWithBorders(into: Float32Array, image: Pixels, { height, width, interpolation }: Resizing): Promise<void> {
  const box = innerBox(image.height, image.width, height, width);
  const row = box.width * image.channels;
  const inner = new Float32Array(box.height * row);
  await resizeInto(inner, image, { height: box.height, width: box.width, interpolation, fit: 'distort' });
  for (let y = 0; y < box.height; y++) {
    into.set(inner.subarray(y * row, (y + 1) * row), ((box.top + y) * width + box.left) * image.channels);
  }
}

function crop({ data, height, width, channels }: Pixels, toHeight: number, toWidth: number): Pixels {
  const box = cropBox(height, width, toHeight, toWidth);
  if (box.height === height && box.width === width) return { data, height, width, channels };
  const row = box.width * channels;
  const cut = new Uint8Array(box.height * row);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.top + y) * width + box.left) * channels;
    cut.set(data.subarray(from, from + row), y * row);
  }
  return { data: cut, height: box.height, width: box.width, channels };
}

async function takeNearest(into: Float32Array, image: Pixels, height: number, width: number): Promise<void> {
  const { data, channels } = image;
  const rows = nearestIndices(image.height, height);
  const columns = nearestIndices(image.width, width);
  const pauses = new Pauses();
  let at = 0;
  for (const row of rows) {
    const begin = row * image.width;
    for (const column of columns) {
      const from = (begin + column) * channels;
      for (let channel = 0; channel < channels; channel++) into[at++] = data[from + channel] as number;
    }
    await pauses.maybe();
  }
}

/** Along one axis: the two old indices beside each new pixel, and the share of the second. */
interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly share: Float32Array;
}

function taps(before: number, after: number): Taps {
  const result = { low: new Int32Array(after), high: new Int32Array(after), share: new Float32Array(after) };
  for (let i = 0; i < after; i++) {
    const place = Math.min(Math.max(((i + 0.5) * before) / after - 0.5, 0), before - 1);
    const low = Math.floor(place);
    result.low[i] = low;
    result.high[i] = Math.min(low + 1, before - 1);
    result.share[i] = place - low;
  }
  return result;
}

async function mixBilinear(into: Float32Array, image: Pixels, height: number, width: number): Promise<void> {
  const rows = taps(image.height, height);
  const columns = taps(image.width, width);
  const pauses = new Pauses();
  for (let y = 0; y < height; y++) {
    mixRow(into.subarray(y * width * image.channels), image, columns, {
      low: rows.low[y] as number,
      high: rows.high[y] as number,
      share: rows.share[y] as number,
    });
    await pauses.maybe();
  }
}

/** One new row, between the old rows `low` and `high`. */
function mixRow(
  into: Float32Array,
  { data, width, channels }: Pixels,
  columns: Taps,
  row: { readonly low: number; readonly high: number; readonly share: number },
): void {
  const [top, bottom] = [row.low * width, row.high * width];
  const count = columns.share.length;
  let at = 0;
  for (let x = 0; x < count; x++) {
    const [low, high, share] = [columns.low[x] as number, columns.high[x] as number, columns.share[x] as number];
    for (let channel = 0; channel < channels; channel++) {
      const topLow = data[(top + low) * channels + channel] as number;
      const topHigh = data[(top + high) * channels + channel] as number;
      const bottomLow = data[(bottom + low) * channels + channel] as number;
      const bottomHigh = data[(bottom + high) * channels + channel] as number;
      const above = topLow + (topHigh - topLow) * share;
      const below = bottomLow + (bottomHigh - bottomLow) * share;
      into[at++] = above + (below - above) * row.share;
    }
  }
}
