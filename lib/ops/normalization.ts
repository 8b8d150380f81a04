/** @file Normalisations of each sample by itself, composed of other ops. */

import { isFloat, isFloat16, wideDType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo, convert, type TensorLike } from './apply.js';
import { add, div, maximum, mul, pow } from './binary.js';
import { type Axes, max, moments, sum } from './reduce.js';
import { abs, rsqrt, square } from './unary.js';

export interface LayerNormOptions {
  /** The normalised axes; the last by default. */
  readonly axis?: Axes;
  /** Factor that broadcasts against `x`; 1 when absent or null. */
  readonly gamma?: TensorLike | null;
  /** Summand that broadcasts against `x`; 0 when absent or null. */
  readonly beta?: TensorLike | null;
  /** Added to the variance; 1e-3 by default. */
  readonly epsilon?: number;
}

/**
 * `(x - mean) / sqrt(variance + epsilon) * gamma + beta` with the mean and the population variance over `axis` (Ba et al. 2016). Floats of
 * 16 bits are computed in float32.
 *
 * @throws ValueError for an axis out of range, ShapeError when gamma or beta do not broadcast.
 * @see keras.layers.LayerNormalization
 * @example
 * const y = layerNorm(tensor([[1, 3]])); // near [[-1, 1]]
 */
export function layerNorm(x: TensorLike, options: LayerNormOptions = {}): Tensor {
  checkOptions('layerNorm', options, ['axis', 'gamma', 'beta', 'epsilon']);
  const given = convert('layerNorm', x);
  const operand = castTo(given, wideDType(given.dtype));
  const { mean, variance } = moments(operand, options.axis ?? -1, { keepDims: true });
  const root = rsqrt(add(variance, options.epsilon ?? 1e-3));
  const scale = options.gamma == null ? root : mul(root, convert('layerNorm', options.gamma));
  const shifted = add(mul(operand, scale), mul(mean, mul(scale, -1)));
  const y = options.beta == null ? shifted : add(shifted, convert('layerNorm', options.beta));
  return isFloat16(given.dtype) ? castTo(y, given.dtype) : y;
}

export interface NormalizeOptions {
  /** The axes of the norm; the last by default. */
  readonly axis?: Axes;
  /** 1: sum of absolute values; 2 (default): Euclidean; Infinity: the largest; any number above 0. */
  readonly order?: number;
  /** Least norm, so that zeros stay zeros; 1e-7 by default. */
  readonly epsilon?: number;
}

/**
 * `x` divided by its norm over `axis`: `x / max(norm(x), epsilon)`. Integers are taken as float32.
 *
 * @throws ValueError for an axis out of range, or an order that is not above 0.
 * @see keras.ops.normalize
 * @example
 * const unit = normalize(tensor([3, 4])); // [0.6, 0.8]
 * const shares = normalize([[1, 3], [2, 2]], { order: 1 }); // [[0.25, 0.75], [0.5, 0.5]]
 */
export function normalize(x: TensorLike, options: NormalizeOptions = {}): Tensor {
  checkOptions('normalize', options, ['axis', 'order', 'epsilon']);
  const { axis = -1, order = 2, epsilon = 1e-7 } = options;
  if (!(order > 0)) throw new ValueError(`normalize: order is ${String(order)}; expected a number above 0`);
  const given = convert('normalize', x);
  const operand = isFloat(given.dtype) ? given : castTo(given, 'float32');
  if (order === 2) return l2Normalize(operand, axis, epsilon);
  const keepDims = { keepDims: true };
  const sizes = abs(operand);
  const norm = order === Infinity ? max(sizes, axis, keepDims) : pow(sum(pow(sizes, order), axis, keepDims), 1 / order);
  return div(operand, maximum(norm, epsilon));
}

/**
 * `x` divided by its Euclidean norm over `axis`: `x / sqrt(max(sum(x^2), epsilon^2))`.
 *
 * @throws ValueError for an axis out of range.
 * @see keras.ops.normalize
 * @example
 * const unit = l2Normalize(tensor([3, 4])); // [0.6, 0.8]
 */
export function l2Normalize(x: TensorLike, axis: Axes = -1, epsilon = 1e-12): Tensor {
  const given = convert('l2Normalize', x);
  const operand = isFloat16(given.dtype) ? castTo(given, 'float32') : given; // squares overflow in float16
  const squared = sum(square(operand), axis, { keepDims: true });
  return castTo(mul(operand, rsqrt(maximum(squared, epsilon * epsilon))), given.dtype);
}
