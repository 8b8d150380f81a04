/** @file Two photographs as numbers, and the cutting out of parts. */

import { join } from 'node:path';
import { loadImage, ops, type Tensor } from 'laminet';

/** Beside the sources, also for the compiled program. */
const folder = join(import.meta.dirname, '..', '..', 'examples', 'fashion-mnist', 'images');

/** One photograph: uint8 `[427, 640, 3]`, height, width and the three colours, in 0..255. */
export const loadPhoto = (name: 'china' | 'flower') => loadImage(join(folder, `${name}.jpg`));

/** Both photographs in one tensor `[2, 427, 640, 3]`, scaled to 0..1. */
export async function loadPhotos(): Promise<Tensor> {
  const photos = await Promise.all([loadPhoto('china'), loadPhoto('flower')]);
  return ops.div(ops.cast(ops.stack(photos), 'float32'), 255);
}

/** A part of a picture: from `left` to `right`, from `top` to `bottom`. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The part of each photograph that the notebook looks at: 120 high, 70 wide. */
export const chinaBox: Box = { left: 150, right: 220, top: 130, bottom: 250 };
export const flowerBox: Box = { left: 200, right: 270, top: 250, bottom: 370 };

/** A part of `image`, `[height, width]` or `[height, width, channels]`. Rows come first, as in a matrix. */
export const crop = (image: Tensor, { left, right, top, bottom }: Box): Tensor =>
  ops.at(image, `${top}:${bottom}`, `${left}:${right}`);
