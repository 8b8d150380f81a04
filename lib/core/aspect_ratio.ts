/** @file Boxes that bring images to other proportions. */

/** Rows and columns of a box in an image, and what is around it. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The largest box of the ratio `width / height` in the middle of an image (keras/src/backend/jax/image.py, resize). */
export function cropBox(rows: number, columns: number, height: number, width: number): Box {
  const boxHeight = Math.max(Math.min(rows, Math.trunc((columns * height) / width)), 1);
  const boxWidth = Math.max(Math.min(columns, Math.trunc((rows * width) / height)), 1);
  return {
    top: Math.trunc((rows - boxHeight) / 2),
    left: Math.trunc((columns - boxWidth) / 2),
    height: boxHeight,
    width: boxWidth,
  };
}

/**
 * Where an image lies when it is shrunk or enlarged into the middle of `height` x `width`: tf.image.resize_with_pad, whose single precision
 * decides where a size is nearly whole. At least one pixel stays.
 */
export function innerBox(rows: number, columns: number, height: number, width: number): Box {
  const { fround } = Math;
  const ratio = Math.max(fround(columns / width), fround(rows / height));
  const [innerHeight, innerWidth] = [fround(rows / ratio), fround(columns / ratio)];
  return {
    top: Math.max(0, Math.floor((height - innerHeight) / 2)),
    left: Math.max(0, Math.floor((width - innerWidth) / 2)),
    height: Math.max(1, Math.floor(innerHeight)),
    width: Math.max(1, Math.floor(innerWidth)),
  };
}
