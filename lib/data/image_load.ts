/** @file `loadImage`: one image as an array. */

import { readFile } from 'node:fs/promises';
import { checkChoice, checkOptions } from '../core/options.js';
import { type Pair, pair } from '../ops/check.js';
import type { ShapedArray } from './arrays.js';
import { type ColorMode, colorModes, decodeImage, importSharp } from './image_decode.js';
import { type Interpolation, interpolations, type Resizing, resizeInto } from './image_resize.js';

export interface LoadImageOptions {
  /** Height and width of the result, or one number for both; the image's own by default. */
  readonly targetSize?: Pair | null;
  /** `rgb` by default: transparency is dropped, gray is spread over three channels. */
  readonly colorMode?: ColorMode;
  /** How the image is resized; `nearest` by default. */
  readonly interpolation?: Interpolation;
  /** Whether to cut off what does not fit the proportions of `targetSize`, instead of distorting; default false. */
  readonly keepAspectRatio?: boolean;
}

const where = 'loadImage';

/**
 * One image file as an array `[height, width, channels]` of values from 0 to 255: `uint8` as decoded, or `float32` when `targetSize` is
 * given, since resizing mixes pixels.
 *
 * JPEG up to 512 x 512 pixels and BMP are decoded in place; the rest runs on other threads, by the optional package sharp. As in Keras, the orientation in the Exif data and colour
 * profiles are not applied, and animations give their first frame. Pixel centres are at half integers, without anti-aliasing: the result is
 * that of `keras.ops.image.resize` (and of `imageDatasetFromDirectory`); Pillow, which `keras.utils.load_img` uses, smooths when it shrinks
 * by 'bilinear'.
 *
 * @param path - a JPEG, PNG, GIF, BMP or WebP file
 * @throws DataError naming the file when it is missing, empty, damaged or no image; ValueError for unknown options or interpolations;
 * StateError when sharp is needed and not installed.
 * @see https://keras.io/api/data_loading/image/#loadimg-function
 * @example
 * const { data, shape } = await loadImage('cat.jpg', { targetSize: [48, 48], interpolation: 'bilinear' }); // [48, 48, 3]
 */
export async function loadImage(path: string, options: LoadImageOptions = {}): Promise<ShapedArray> {
  checkOptions(where, options, ['targetSize', 'colorMode', 'interpolation', 'keepAspectRatio']);
  const mode = checkChoice(where, 'colorMode', options.colorMode ?? 'rgb', colorModes);
  const resizing = resizingOf(options);
  const pixels = await decodeImage(where, { path, read: readFile, mode, mayHold: false, importSharp });
  const { channels } = pixels;
  if (resizing === undefined) {
    return { data: pixels.data, shape: [pixels.height, pixels.width, channels], dtype: 'uint8' };
  }
  const { height, width } = resizing;
  const data = new Float32Array(height * width * channels);
  await resizeInto(data, pixels, resizing);
  return { data, shape: [height, width, channels], dtype: 'float32' };
}

function resizingOf({ targetSize, interpolation = 'nearest', keepAspectRatio = false }: LoadImageOptions): Resizing | undefined {
  const chosen = checkChoice(where, 'interpolation', interpolation, interpolations);
  if (targetSize === undefined || targetSize === null) return undefined;
  const [height, width] = pair(where, 'targetSize', targetSize);
  return { height, width, interpolation: chosen, fit: keepAspectRatio ? 'crop' : 'distort' };
}
