/** @file Tensors from nothing: constants and counters. */

import type { DType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { isStatic, type Shape } from '../core/shape.js';
import type { Op } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, castTo, convert, fillOp, type TensorLike } from './apply.js';
import { add, equal, mul } from './binary.js';
import { checkInteger } from './check.js';
import { where } from './select.js';

const iotaOp: Op = {
  name: 'iota',
  infer: (_, { shape, dtype }) => [{ shape: shape as readonly number[], dtype: dtype as DType }],
};

/** A tensor of `shape` with every element `value`. @throws ValueError unless the sizes are integers of at least 0. */
export function fill(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
  for (const size of shape) if (size !== null) checkInteger('fill', 'a size', size, 0);
  return apply1(fillOp, [], { value, shape, dtype });
}

/** Zeros of `shape`. */
export const zeros = (shape: Shape, dtype: DType = 'float32'): Tensor => fill(shape, 0, dtype);

/** Ones of `shape`. */
export const ones = (shape: Shape, dtype: DType = 'float32'): Tensor => fill(shape, 1, dtype);

/** `value` in the shape and dtype of `x`. Where sizes are unknown they come through a comparison, since `fill` has no operand. */
function fillLike(operation: string, x: TensorLike, value: number): Tensor {
  const like = convert(operation, x);
  if (isStatic(like.shape)) return fill(like.shape, value, like.dtype);
  const filler = castTo(convert(operation, value), like.dtype);
  return where(equal(like, like), filler, filler);
}

/** Zeros in the shape and dtype of `x`. */
export const zerosLike = (x: TensorLike): Tensor => fillLike('zerosLike', x, 0);

/** Ones in the shape and dtype of `x`. */
export const onesLike = (x: TensorLike): Tensor => fillLike('onesLike', x, 1);

/** Each element's index along `axis`: `iota([2, 3], 1)` is `[[0, 1, 2], [0, 1, 2]]`. */
export function iota(shape: readonly number[], axis: number, dtype: DType = 'int32'): Tensor {
  return apply1(iotaOp, [], { axis, shape, dtype });
}

/**
 * `start, start + step, ...` up to but not including `stop`.
 *
 * @throws ValueError when `step` is 0.
 * @example
 * const even = range(0, 10, 2); // int32 [0, 2, 4, 6, 8]
 */
export function range(
  start: number,
  stop: number,
  step = 1,
  dtype: DType = Number.isInteger(start + step) ? 'int32' : 'float32',
): Tensor {
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!Number.isFinite(count)) {
    throw new ValueError(
      `range: received start ${start}, stop ${stop}, step ${step}; expected finite numbers and a step that is not 0`,
    );
  }
  const index = iota([count], 0, dtype);
  const scaled = step === 1 ? index : mul(index, step);
  return start === 0 ? scaled : add(scaled, start);
}

/** The identity matrix, or its first `columns` columns: 1 where row and column agree. */
export function eye(rows: number, columns = rows, dtype: DType = 'float32'): Tensor {
  return castTo(equal(iota([rows, columns], 0), iota([rows, columns], 1)), dtype);
}
