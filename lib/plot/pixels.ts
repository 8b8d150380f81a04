/** @file Numbers of an image to pixels, as matplotlib's imshow does it (matplotlib/cm.py, image.py). */

import type { DType, TypedArray } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { type Colormap, colorIndex, colorTable } from './colormaps.js';
import type { ImageSource } from './image_source.js';

/** How numbers become colours. */
export interface ColorOptions {
  /** For images with one channel; `viridis` by default. */
  readonly colormap?: Colormap;
  /** The value drawn in the first colour; by default the smallest of the image, and 0 for colour images. */
  readonly min?: number;
  /** The value drawn in the last colour; by default the largest of the image, and for colour images 1, or 255 for integers. */
  readonly max?: number;
}

export const colorOptionNames = ['colormap', 'min', 'max'] as const;

/** Four bytes a pixel: red, green, blue, opacity. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly rgba: Uint8Array;
  /** What the colours stand for. */
  readonly range: readonly [min: number, max: number];
}

/** @throws ValueError for an unknown colour map, one for colour images, limits that are no numbers or in the wrong order. */
export function checkColors(where: string, { colormap, min, max }: ColorOptions, images: readonly ImageSource[]): void {
  if (colormap !== undefined) colorTable(where, colormap);
  if (colormap !== undefined && images.some(({ channels }) => channels > 1)) {
    throw new ValueError(
      `${where}: colormap applies to images with one channel; received ${images[0]?.channels} channels; leave it out`,
    );
  }
  for (const [name, limit] of Object.entries({ min, max })) {
    if (limit !== undefined && !Number.isFinite(limit))
      throw new ValueError(`${where}: ${name} is ${limit}; expected a finite number`);
  }
  if (min !== undefined && max !== undefined && min > max) {
    throw new ValueError(`${where}: min ${min} is above max ${max}; swap them`);
  }
}

/** The colours of an image. Pixels that are NaN or infinite are transparent, as in matplotlib. */
export async function toPixels(image: ImageSource, options: ColorOptions): Promise<Pixels> {
  const data = await image.data;
  const { height, width, channels, dtype } = image;
  const range = channels === 1 ? valueRange(data, options) : colorRange(dtype, options);
  const rgba = channels === 1 ? mapped(data, range, options.colormap ?? 'viridis') : colored(data, channels, range);
  return { height, width, rgba, range };
}

/** The smallest and the largest finite value; undefined when nothing is finite. */
export function finiteRange(data: Iterable<number>): [min: number, max: number] | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? undefined : [low, high];
}

/** The limits given, else the image's own; one that is given moves the other out of its way. */
function valueRange(data: TypedArray, { min, max }: ColorOptions): [number, number] {
  const [low, high] = finiteRange(data) ?? [min ?? max ?? 0, max ?? min ?? 0];
  return [min ?? Math.min(low, max ?? low), max ?? Math.max(high, min ?? high)];
}

const colorRange = (dtype: DType, { min, max }: ColorOptions): [number, number] => [
  min ?? 0,
  max ?? (dtype === 'uint8' || dtype === 'int32' ? 255 : 1),
];

function mapped(data: TypedArray, [min, max]: readonly [number, number], colormap: Colormap): Uint8Array {
  const table = colorTable('plot', colormap);
  const rgba = new Uint8Array(data.length * 4);
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (!Number.isFinite(value)) continue;
    const color = colorIndex(value, min, max) * 3;
    for (let channel = 0; channel < 3; channel++) rgba[i * 4 + channel] = table[color + channel] as number;
    rgba[i * 4 + 3] = 255;
  }
  return rgba;
}

/** Values outside the range are clipped. A range without width draws everything black. */
function colored(data: TypedArray, channels: number, [min, max]: readonly [number, number]): Uint8Array {
  const count = data.length / channels;
  const rgba = new Uint8ClampedArray(count * 4); // rounds and clips
  const scale = max === min ? 0 : 255 / (max - min);
  for (let i = 0; i < count; i++) {
    let sum = 0; // finite when all channels are
    for (let channel = 0; channel < channels; channel++) {
      const value = data[i * channels + channel] as number;
      sum += value * 0;
      rgba[i * 4 + channel] = (value - min) * scale;
    }
    if (channels === 3) rgba[i * 4 + 3] = 255;
    if (sum !== 0) rgba[i * 4 + 3] = 0;
  }
  return new Uint8Array(rgba.buffer);
}
