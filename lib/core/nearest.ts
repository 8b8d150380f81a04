/** @file Where the pixels of a resized image come from. */

/** The old index of each new pixel, along one axis: that whose half-pixel centre is nearest. */
export const nearestIndices = (before: number, after: number): Int32Array =>
  Int32Array.from({ length: after }, (_, i) => Math.min(Math.floor(((i + 0.5) * before) / after), before - 1));
