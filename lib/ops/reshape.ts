/** @file `reshape` and the functions that are special cases of it. */

import { ShapeError, ValueError } from '../core/errors.js';
import {
  type Dimension,
  formatShape,
  isStatic,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  sameShape,
  sizeOf,
} from '../core/shape.js';
import type { Attributes, Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convert, type TensorLike } from './apply.js';

/**
 * The result's shape: `shape` with sizes taken over from the operand's axes named in `kept` (-1: none), and one other unknown (null)
 * computed from the number of elements.
 */
function resolveShape(x: Shape, { shape, kept }: Attributes): Shape {
  const wanted = (shape as Shape).map((size, axis) => {
    const source = (kept as readonly number[] | undefined)?.[axis] ?? -1;
    return source < 0 ? size : (x[source] as Dimension);
  });
  const total = sizeOf(x);
  const unknown = wanted.indexOf(null);
  if (total === null || (unknown >= 0 && wanted.indexOf(null, unknown + 1) >= 0)) return wanted;
  const known = sizeOf(wanted.filter((size) => size !== null)) as number;
  if (unknown < 0 ? known === total : total % known === 0 || (total === 0 && known === 0)) {
    return unknown < 0 ? wanted : wanted.with(unknown, known === 0 ? 0 : total / known);
  }
  throw new ShapeError(`reshape: ${formatShape(x)} of ${total} elements does not fit the shape ${formatShape(wanted)}`);
}

const op: Op = {
  name: 'reshape',
  resolve([x], attributes) {
    const shape = resolveShape((x as ValueType).shape, attributes);
    return isStatic(shape) ? { shape } : { ...attributes, shape };
  },
  infer: ([x], attributes) => [{ dtype: (x as ValueType).dtype, shape: resolveShape((x as ValueType).shape, attributes) }],
  gradient: ({ operands: [x], gradients: [g] }) => [x && g ? reshape(g, x.shape) : null],
};

/**
 * The same elements, in row-major order, in another shape.
 *
 * @param shape - sizes by axis; one may be -1 or null and is computed
 * @throws ShapeError when the number of elements differs, ValueError for two sizes of -1.
 * @example
 * const rows = reshape(tensor([1, 2, 3, 4]), [2, -1]); // [[1, 2], [3, 4]]
 */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  const operand = convert('reshape', x);
  const wrong = shape.find((size) => size !== null && (!Number.isInteger(size) || size < -1));
  if (wrong !== undefined || shape.filter((size) => size === -1).length > 1) {
    throw new ValueError(`reshape: shape ${formatShape(shape)}: expected integers of at least 0, and at most one -1`);
  }
  const wanted = shape.map((size) => (size === -1 ? null : size));
  return isStatic(wanted) && sameShape(wanted, operand.shape) ? operand : apply1(op, [operand], { shape: wanted });
}

/**
 * For ops that split, join or insert axes: `reshape` where result axis i has the size of the operand's axis `kept[i]`, or, for -1,
 * `shape[i]`. Works on symbolic tensors with any number of unknown sizes, as long as at most one of the others is null.
 */
export function reshapeKeeping(x: Tensor, shape: Shape, kept: readonly number[]): Tensor {
  return isStatic(shape) && isStatic(x.shape) ? reshape(x, shape) : apply1(op, [x], { shape, kept });
}

/** An axis of size 1 is put before `axis` (counted in the result). @throws ValueError for an axis out of range. */
export function expandDims(x: TensorLike, axis = 0): Tensor {
  const operand = convert('expandDims', x);
  const place = normalizeAxis('expandDims', axis, operand.rank + 1);
  const kept = operand.shape.map((_, i) => i).toSpliced(place, 0, -1);
  return reshapeKeeping(operand, operand.shape.toSpliced(place, 0, 1), kept);
}

/**
 * Removes axes of size 1: those given, else all.
 *
 * @throws ShapeError when a given axis has another size, ValueError when it is out of range.
 * @example
 * const row = squeeze(tensor([[[1, 2]]]), 0); // [[1, 2]]
 */
export function squeeze(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const operand = convert('squeeze', x);
  const ones = operand.shape.flatMap((size, i) => (size === 1 ? [i] : []));
  const axes = axis === undefined ? ones : normalizeAxes('squeeze', axis, operand.rank);
  const wrong = axes.find((i) => operand.shape[i] !== 1);
  if (wrong !== undefined) throw new ShapeError(`squeeze: axis ${wrong} of ${formatShape(operand.shape)} has not size 1`);
  const kept = operand.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
  return reshapeKeeping(
    operand,
    kept.map((i) => operand.shape[i] as Dimension),
    kept,
  );
}

/** All axes after the first joined into one, row-major: `[batch, height, width, channels]` becomes `[batch, height * width * channels]`. */
export function flatten(x: TensorLike): Tensor {
  const operand = convert('flatten', x);
  return reshapeKeeping(operand, [operand.shape[0] ?? 1, sizeOf(operand.shape.slice(1))], [operand.rank === 0 ? -1 : 0, -1]);
}
