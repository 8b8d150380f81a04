/** What Keras, TensorFlow and Pillow made of the images; test/golden/record_images.py recorded it. */

import { join } from 'node:path';
import type { Fit, Interpolation } from '../../lib/data/image_resize.js';
import { loadGolden } from '../harness/golden.js';

interface Decoded {
  readonly shape: [number, number];
  readonly rgb: number[];
  readonly rgba: number[];
  readonly grayscale: number[];
}

interface Resized {
  readonly height: number;
  readonly width: number;
  readonly interpolation: Interpolation;
  readonly fit: Fit;
  readonly data: number[];
}

interface FolderCase {
  readonly options: Readonly<Record<string, unknown>>;
  readonly printed: string[];
  readonly paths: string[];
  readonly classNames: string[] | null;
  readonly labels?: { readonly shape: number[]; readonly dtype: string; readonly data: number[] };
}

interface Saved {
  readonly values: number[];
  readonly scale: boolean;
  readonly bytes: number[];
}

export const golden = loadGolden<{
  decoded: Record<string, Decoded>;
  resized: Resized[];
  folders: { names: string[]; cases: FolderCase[] };
  saved: Saved[];
}>('images');

/** A file of test/data/images. */
export const fixture = (name: string): string => join(import.meta.dirname, 'images', name);

/** The pixels that the files were made from. */
export function pattern(height: number, width: number, channels: number): Uint8Array {
  return Uint8Array.from({ length: height * width * channels }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    return ((pixel % width) * 20 + Math.floor(pixel / width) * 13 + channel * 50) % 256;
  });
}
