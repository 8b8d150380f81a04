/** @file `broadcast`: repeats elements along axes of size 1; `tile` and `repeat` on top of it. */

import { ShapeError, ValueError } from '../core/errors.js';
import { type Dimension, formatShape, isStatic, normalizeAxis, type Shape, sameShape } from '../core/shape.js';
import type { Attributes, Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convert, type TensorLike } from './apply.js';
import { checkInteger } from './check.js';
import { sumTo } from './reduce.js';
import { reshapeKeeping } from './reshape.js';

/**
 * `shape` with its unknown sizes taken from `x`. A size 1 says nothing, since it may stand against any other, except on the axes `kept`,
 * where `x` itself was unknown when this was recorded.
 */
function resolveShape(x: Shape, { shape: wanted, kept }: Attributes): Shape {
  const shape = wanted as Shape;
  const added = shape.length - x.length;
  const resolved = shape.map((size, axis) => {
    const own = x[axis - added] ?? null;
    return size ?? (own === 1 && !(kept as readonly number[] | undefined)?.includes(axis) ? null : own);
  });
  const fits = added >= 0 && x.every((size, axis) => size === null || size === 1 || size === (resolved[axis + added] ?? size));
  if (!fits)
    throw new ShapeError(`broadcastTo: ${formatShape(x)} does not broadcast to ${formatShape(shape)}; expected equal sizes or 1`);
  return resolved;
}

const op: Op = {
  name: 'broadcast',
  resolve([x], attributes) {
    const shape = resolveShape((x as ValueType).shape, attributes);
    return isStatic(shape) ? { shape } : { ...attributes, shape };
  },
  infer: ([x], attributes) => [{ dtype: (x as ValueType).dtype, shape: resolveShape((x as ValueType).shape, attributes) }],
  gradient: ({ operands: [x], gradients: [g] }) => [x && g ? sumTo(g, x.shape) : null],
};

/**
 * `x` repeated along its axes of size 1, and along new axes in front, to fill `shape` (NumPy's rule).
 *
 * @param shape - sizes by axis; null stands for the size that `x` has there, unless that is 1
 * @throws ShapeError when a size of `x` is neither 1 nor that of `shape`.
 * @example
 * const rows = broadcastTo(tensor([1, 2]), [3, 2]); // [[1, 2], [1, 2], [1, 2]]
 */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const operand = convert('broadcastTo', x);
  if (isStatic(shape)) return sameShape(operand.shape, shape) ? operand : apply1(op, [operand], { shape });
  const kept = operand.shape.flatMap((size, axis) => (size === null ? [axis + shape.length - operand.rank] : []));
  return apply1(op, [operand], { shape, kept });
}

/** `x` repeated `count` times along `axis`: as a block (`abab`) or each element by itself (`aabb`). */
function repeated(x: Tensor, count: number, axis: number, order: 'block' | 'element'): Tensor {
  if (count === 1) return x;
  const axes = x.shape.map((_, i) => i);
  const place = order === 'block' ? axis : axis + 1;
  const apart = reshapeKeeping(x, x.shape.toSpliced(place, 0, 1), axes.toSpliced(place, 0, -1));
  const filled = broadcastTo(apart, apart.shape.with(place, count));
  const size = x.shape[axis] as Dimension;
  const kept = axes.map((i) => (i === axis ? -1 : i < axis ? i : i + 1));
  return reshapeKeeping(filled, x.shape.with(axis, size === null ? null : size * count), kept);
}

/**
 * `x` repeated as a whole, `repetitions[i]` times along axis i: `ab` becomes `abab`.
 *
 * @throws ValueError unless there is one positive integer for each axis.
 * @example
 * const twice = tile(tensor([1, 2]), [2]); // [1, 2, 1, 2]
 */
export function tile(x: TensorLike, repetitions: readonly number[]): Tensor {
  const operand = convert('tile', x);
  if (repetitions.length !== operand.rank) {
    throw new ValueError(
      `tile: repetitions [${repetitions.join(', ')}] for shape ${formatShape(operand.shape)}; expected one for each axis`,
    );
  }
  return repetitions.reduce((result, count, axis) => {
    return repeated(result, checkInteger('tile', `repetition ${axis}`, count, 1), axis, 'block');
  }, operand);
}

/**
 * Each element of `x` repeated `count` times along `axis`: `ab` becomes `aabb`.
 *
 * @throws ValueError for an axis out of range, or unless `count` is a positive integer.
 * @example
 * const twice = repeat(tensor([1, 2]), 2); // [1, 1, 2, 2]
 */
export function repeat(x: TensorLike, count: number, axis = 0): Tensor {
  const operand = convert('repeat', x);
  return repeated(operand, checkInteger('repeat', 'count', count, 1), normalizeAxis('repeat', axis, operand.rank), 'element');
}
