/** @file `gather`: elements by index; its gradient `scatter_add`; `takeAlongAxis`. */

import { DTypeError, ShapeError } from '../core/errors.js';
import { formatShape, normalizeAxis, type Shape, sameShape } from '../core/shape.js';
import type { Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, castTo, convert, type TensorLike } from './apply.js';
import { checkFloat } from './check.js';
import { oneHot } from './one_hot.js';
import { sum } from './reduce.js';
import { expandDims } from './reshape.js';
import { where } from './select.js';
import { moveAxis } from './transpose.js';

const gathered = (x: Shape, indices: Shape, axis: number): Shape => [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)];

const op: Op = {
  name: 'gather',
  infer(operands, { axis }) {
    const [x, indices] = operands as [ValueType, ValueType];
    if (indices.dtype !== 'int32') throw new DTypeError(`gather: the indices are ${indices.dtype}; expected int32; use cast`);
    return [{ dtype: x.dtype, shape: gathered(x.shape, indices.shape, axis as number) }];
  },
  gradient({ operands: [x, indices], gradients: [g], attributes }) {
    if (!x || !indices || !g) return [null, null];
    return [apply1(scatterOp, [indices, g], { axis: attributes.axis as number, shape: x.shape }), null];
  },
};

const scatterOp: Op = {
  name: 'scatter_add',
  infer(operands, { axis, shape }) {
    const [indices, updates] = operands as [ValueType, ValueType];
    checkFloat('scatterAdd', updates.dtype);
    const expected = gathered(shape as Shape, indices.shape, axis as number);
    if (!sameShape(updates.shape, expected)) {
      throw new ShapeError(`scatterAdd: updates of ${formatShape(updates.shape)}; expected ${formatShape(expected)}`);
    }
    return [{ dtype: updates.dtype, shape: shape as Shape }];
  },
  gradient({ operands: [indices], gradients: [g], attributes }) {
    return [null, indices && g ? gather(g, indices, attributes.axis as number) : null];
  },
};

const asIndices = (where: string, indices: TensorLike): Tensor => {
  const found = convert(where, indices);
  return found.dtype === 'uint8' || !(typeof indices === 'object' && 'dtype' in indices) ? castTo(found, 'int32') : found;
};

/**
 * The slices of `x` along `axis` that `indices` name. Indices outside the axis are moved to its nearest end.
 *
 * @param indices - int32, of any shape
 * @returns `x.shape[:axis] + indices.shape + x.shape[axis + 1:]`
 * @throws DTypeError unless the indices are integers, ValueError for an axis out of range.
 * @example
 * const rows = gather(tensor([[1, 2], [3, 4], [5, 6]]), [2, 0]); // [[5, 6], [1, 2]]
 */
export function gather(x: TensorLike, indices: TensorLike, axis = 0): Tensor {
  const operand = convert('gather', x);
  return apply1(op, [operand, asIndices('gather', indices)], { axis: normalizeAxis('gather', axis, operand.rank) });
}

/**
 * For each place of `indices` the element of `x` at that index along `axis`: `y[i][j] = x[i][indices[i][j]]` for the last of two axes.
 * Its work grows with the size of the axis; an index outside gives 0.
 *
 * @param indices - int32, with the shape of `x` except along `axis`
 * @throws ShapeError when other sizes differ, ValueError for an axis out of range.
 * @example
 * const best = takeAlongAxis(tensor([[1, 2], [3, 4]]), [[1], [0]]); // [[2], [3]]
 */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis = -1): Tensor {
  const operand = convert('takeAlongAxis', x);
  const places = asIndices('takeAlongAxis', indices);
  const place = normalizeAxis('takeAlongAxis', axis, operand.rank);
  const size = operand.shape[place];
  const others = places.rank === operand.rank && places.shape.every((count, i) => i === place || count === operand.shape[i]);
  if (!others || size === null || size === undefined) {
    throw new ShapeError(
      `takeAlongAxis: x ${formatShape(operand.shape)} and indices ${formatShape(places.shape)}; expected equal sizes except on axis ${place}`,
    );
  }
  const chosen = oneHot(moveAxis(places, place, -1), size, { dtype: 'bool' });
  const last = expandDims(moveAxis(operand, place, -1), -2);
  return moveAxis(sum(where(chosen, last, 0), -1), -1, place);
}

/**
 * Zeros of `shape` plus the slices of `updates`, each added at its index along `axis`: sums by group, the opposite of `gather`.
 *
 * @param indices - int32, of any shape
 * @param updates - `shape[:axis] + indices.shape + shape[axis + 1:]`
 * @throws ShapeError when the updates have another shape, DTypeError unless they are floats.
 * @example
 * const sums = scatterAdd([0, 2, 0], tensor([1, 2, 3]), [3]); // [4, 0, 2]
 */
export function scatterAdd(indices: TensorLike, updates: TensorLike, shape: Shape, axis = 0): Tensor {
  const operands = [asIndices('scatterAdd', indices), convert('scatterAdd', updates)];
  return apply1(scatterOp, operands, { axis: normalizeAxis('scatterAdd', axis, shape.length), shape });
}
