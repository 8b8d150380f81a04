/** @file `concat`: tensors one after the other along an axis; `stack` on top of it. */

import { ShapeError, ValueError } from '../core/errors.js';
import { compatible, type Dimension, formatShape, normalizeAxis, type Shape } from '../core/shape.js';
import type { Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convert, type TensorLike } from './apply.js';
import { checkSameDType } from './check.js';
import { expandDims } from './reshape.js';
import { slice } from './slice.js';

function joined(shapes: readonly Shape[], axis: number): Shape {
  const [first, ...others] = shapes as [Shape, ...Shape[]];
  let result = first;
  for (const shape of others) {
    const fits =
      shape.length === first.length && shape.every((size, i) => i === axis || compatible(size, result[i] as Dimension));
    if (!fits) {
      throw new ShapeError(
        `concat: the shapes ${shapes.map(formatShape).join(', ')} differ beside axis ${axis}; expected equal sizes there`,
      );
    }
    result = result.map((size, i) => {
      const other = shape[i] as Dimension;
      if (i !== axis) return size ?? other;
      return size === null || other === null ? null : size + other;
    });
  }
  return result;
}

const op: Op = {
  name: 'concat',
  infer(operands, { axis }) {
    checkSameDType('concat', operands);
    const shapes = operands.map((operand) => operand.shape);
    return [{ dtype: (operands[0] as ValueType).dtype, shape: joined(shapes, axis as number) }];
  },
  gradient({ operands, gradients: [g], attributes }) {
    const axis = attributes.axis as number;
    let start = 0;
    return operands.map((operand) => {
      const begin = operand.shape.map((_, i) => (i === axis ? start : 0));
      start += operand.shape[axis] as number;
      return g ? slice(g, begin, operand.shape) : null;
    });
  },
};

/**
 * Tensors one after the other along `axis`; their other sizes are equal.
 *
 * @throws ShapeError when other sizes differ, DTypeError when dtypes differ, ValueError without tensors or for an axis out of range.
 * @example
 * const joined = concat([tensor([1, 2]), tensor([3])], 0); // [1, 2, 3]
 */
export function concat(tensors: readonly TensorLike[], axis = 0): Tensor {
  const operands = tensors.map((x) => convert('concat', x));
  const [first] = operands;
  if (first === undefined) throw new ValueError('concat: received no tensors; expected at least one');
  const place = normalizeAxis('concat', axis, first.rank);
  return operands.length === 1 ? first : apply1(op, operands, { axis: place });
}

/**
 * Tensors of one shape side by side along a new axis, which is `axis` of the result.
 *
 * @throws ShapeError when the shapes differ, ValueError without tensors or for an axis out of range.
 * @example
 * const rows = stack([tensor([1, 2]), tensor([3, 4])]); // [[1, 2], [3, 4]]
 */
export function stack(tensors: readonly TensorLike[], axis = 0): Tensor {
  const operands = tensors.map((x) => convert('stack', x));
  const [first] = operands;
  if (first === undefined) throw new ValueError('stack: received no tensors; expected at least one');
  const place = normalizeAxis('stack', axis, first.rank + 1);
  const different = operands.find(
    (x) => x.rank !== first.rank || !x.shape.every((size, i) => compatible(size, first.shape[i] as Dimension)),
  );
  if (different)
    throw new ShapeError(
      `stack: the shapes ${formatShape(first.shape)} and ${formatShape(different.shape)} differ; expected one shape`,
    );
  return concat(
    operands.map((x) => expandDims(x, place)),
    place,
  );
}
