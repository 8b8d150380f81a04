/** @file `dropout`. */

import { type FloatDType, isFloat16 } from '../core/dtype.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { type Dimension, formatShape, type Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { convert, type TensorLike } from './apply.js';
import { div, less } from './binary.js';
import { zerosLike } from './create.js';
import { randomUniform, type Seed } from './random.js';
import { where } from './select.js';

export interface DropoutOptions {
  /** Where the mask comes from: a generator (a new mask each time), a number (always the same), or the global generator by default. */
  readonly seed?: Seed;
  /** Shape of the mask, which broadcasts against `x`: 1 drops along that axis together, null is the size of `x`. */
  readonly noiseShape?: Shape | null;
}

/**
 * Sets elements to 0 with probability `rate` and divides the others by `1 - rate`, so that the mean stays (Srivastava et al. 2014).
 *
 * @param rate - in [0, 1]; 0 changes nothing, 1 gives zeros
 * @throws ValueError for a rate outside [0, 1], ShapeError when the noise shape does not fit.
 * @example
 * const y = dropout(ones([4]), 0.5, { seed: 7 }); // zeros and twos
 */
export function dropout(x: TensorLike, rate: number, options: DropoutOptions = {}): Tensor {
  checkOptions('dropout', options, ['seed', 'noiseShape']);
  if (!(rate >= 0 && rate <= 1)) throw new ValueError(`dropout: rate is ${rate}; expected a number in [0, 1]`);
  const operand = convert('dropout', x);
  if (rate === 0) return operand;
  if (rate === 1) return zerosLike(operand);
  const keep = 1 - rate;
  const noise = randomUniform(maskShape(operand.shape, options.noiseShape), {
    // In 16 bits the numbers would be too coarse for the rate.
    dtype: isFloat16(operand.dtype) ? 'float32' : (operand.dtype as FloatDType),
    ...(options.seed == null ? {} : { seed: options.seed }),
  });
  return where(less(noise, keep), div(operand, keep), 0);
}

function maskShape(x: Shape, noise: Shape | null | undefined): Shape {
  if (noise == null) return x;
  const shape = noise.map((size, axis) => size ?? (x[axis] as Dimension));
  if (shape.length === x.length && shape.every((size, axis) => size === 1 || size === x[axis])) return shape;
  throw new ShapeError(
    `dropout: noiseShape ${formatShape(noise)} does not broadcast to ${formatShape(x)}; expected 1 or the same size on each axis`,
  );
}
