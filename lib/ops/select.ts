/** @file `select`: chooses elementwise between two tensors. */

import { DTypeError } from '../core/errors.js';
import { broadcastShapes } from '../core/shape.js';
import type { Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convert, convertPair, type TensorLike } from './apply.js';
import { sumTo } from './reduce.js';

const op: Op = {
  name: 'select',
  infer(operands) {
    const [condition, a, b] = operands as [ValueType, ValueType, ValueType];
    if (condition.dtype !== 'bool')
      throw new DTypeError(`where: the condition is ${condition.dtype}; expected bool; compare it, or use cast`);
    const shape = broadcastShapes('where', broadcastShapes('where', condition.shape, a.shape), b.shape);
    return [{ dtype: a.dtype, shape }];
  },
  gradient({ operands: [condition, a, b], gradients: [g] }) {
    if (!condition || !a || !b || !g) return [null, null, null];
    return [null, sumTo(where(condition, g, 0), a.shape), sumTo(where(condition, 0, g), b.shape)];
  },
};

/**
 * `condition ? a : b`, elementwise with broadcasting.
 *
 * @param condition - bool
 * @throws DTypeError when the condition is not bool, ShapeError when the shapes do not broadcast.
 * @example
 * const positive = where(greater(x, 0), x, 0);
 */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  return apply1(op, [convert('where', condition), ...convertPair('where', a, b)], {});
}
