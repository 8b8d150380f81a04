/** @file How many units feed and leave a weight. */

import { sizeOf } from '../core/shape.js';

export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/**
 * Units in and out of a weight of this shape: of a matrix its two sizes, of a convolution kernel [..., in, out] its last two sizes times
 * its receptive field, as Keras counts them. A depthwise kernel [kh, kw, channels, multiplier] therefore has fanOut multiplier * kh * kw,
 * and a transposed kernel [kh, kw, out, in] counts its outputs as fanIn.
 */
export function computeFans(shape: readonly number[]): Fans {
  const [first = 1, second] = shape;
  if (shape.length < 2) return { fanIn: first, fanOut: first };
  if (second !== undefined && shape.length === 2) return { fanIn: first, fanOut: second };
  const receptiveField = sizeOf(shape.slice(0, -2)) as number;
  return { fanIn: (shape.at(-2) as number) * receptiveField, fanOut: (shape.at(-1) as number) * receptiveField };
}
