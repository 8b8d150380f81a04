/** @file `saveImage`: an array as an image file. */

import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { DataError, ShapeError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { importPeer } from '../core/peer.js';
import { formatShape } from '../core/shape.js';
import type { HostArray } from '../runtime/function.js';
import { type ArrayLike, hostArrays } from './arrays.js';

export interface SaveImageOptions {
  /** Whether the lowest value becomes black and the highest white; default true. False takes values from 0 to 255 as they are. */
  readonly scale?: boolean;
}

const where = 'saveImage';

/**
 * Writes an image `[height, width, channels]` of 1, 3 or 4 channels as PNG or JPEG, as the ending of `path` says. Fractions are cut off. The
 * transparency of a fourth channel is lost in JPEG, with a warning.
 *
 * @throws ValueError for an unknown ending, ShapeError for another shape, DataError for values that are no colours or a file that cannot be
 * written; StateError when sharp is not installed.
 * @see https://keras.io/api/data_loading/image/#saveimg-function
 * @example
 * await saveImage('copy.png', await loadImage('cat.jpg'), { scale: false });
 */
export async function saveImage(path: string, array: ArrayLike, options: SaveImageOptions = {}): Promise<void> {
  checkOptions(where, options, ['scale']);
  const format = { '.png': 'png', '.jpg': 'jpeg', '.jpeg': 'jpeg' }[extname(path).toLowerCase()];
  if (format === undefined) throw new ValueError(`${where}: ${path} has an unknown ending; expected .png, .jpg or .jpeg`);
  const [image] = (await hostArrays(where, array, ['array'])) as [HostArray];
  const [height, width, channels] = image.shape;
  if (image.shape.length !== 3 || ![1, 3, 4].includes(channels as number) || image.data.length === 0) {
    throw new ShapeError(
      `${where}: array has shape ${formatShape(image.shape)}; expected [height, width, channels] of 1, 3 or 4 channels`,
    );
  }
  const { default: sharp } = await importPeer(where, 'sharp', () => import('sharp'));
  const raw = { width: width as number, height: height as number, channels: channels as 1 | 3 | 4 };
  let encoder = sharp(bytesOf(image, options.scale ?? true), { raw });
  if (channels === 1) encoder = encoder.toColourspace('b-w');
  if (channels === 4 && format === 'jpeg') {
    process.emitWarning(`${where}: JPEG has no transparency: the fourth channel of ${path} is left out`);
    encoder = encoder.removeAlpha();
  }
  const bytes = await (format === 'png' ? encoder.png() : encoder.jpeg()).toBuffer();
  await writeFile(path, bytes).catch((error: Error) => {
    throw new DataError(`${where}: ${path} cannot be written: ${error.message}`, { cause: error });
  });
}

/** As Keras's array_to_img, in single precision: from the lowest to the highest value, or as they are. */
function bytesOf({ data }: HostArray, scale: boolean): Uint8Array {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (!Number.isFinite(value)) throw new DataError(`${where}: array holds ${value} at element ${i}; expected finite numbers`);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!scale) {
    if (low < 0 || high >= 256) {
      throw new DataError(
        `${where}: array holds values from ${low} to ${high}; expected 0 to 255; give scale: true to stretch them`,
      );
    }
    return Uint8Array.from(data);
  }
  const range = high === low ? 1 : Math.fround(high - low);
  return Uint8Array.from(data, (value: number) => Math.fround(Math.fround(Math.fround(value - low) / range) * 255));
}
