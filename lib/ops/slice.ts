/** @file `slice`: a box out of a tensor; `split` and `unstack` on top of it. */

import { ShapeError, ValueError } from '../core/errors.js';
import { type Dimension, formatShape, normalizeAxis, type Shape, sameShape } from '../core/shape.js';
import type { Attributes, Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convert, type TensorLike } from './apply.js';
import { checkInteger } from './check.js';
import { pad } from './pad.js';
import { squeeze } from './reshape.js';

/** One axis with its begin counted from the front and its size known, as far as the operand's size is. */
function resolveAxis(axis: number, total: Dimension, begin: number, size: Dimension, stride: number): [number, Dimension] {
  if (total === null) return [begin, size];
  const start = begin < 0 ? begin + total : begin;
  const count = size ?? Math.max(0, Math.ceil((total - start) / stride));
  if (start < 0 || count < 0 || (count > 0 && start + (count - 1) * stride >= total) || start > total) {
    throw new ShapeError(
      `slice: begin ${begin}, size ${size ?? -1}, stride ${stride} on axis ${axis} reach outside its ${total} elements; expected a part of them`,
    );
  }
  return [start, count];
}

function resolve(
  [x]: readonly ValueType[],
  attributes: Attributes,
): { begin: number[]; size: Shape; strides: readonly number[] } {
  const { begin, size, strides } = attributes as { begin: readonly number[]; size: Shape; strides: readonly number[] };
  const axes = (x as ValueType).shape.map((total, i) =>
    resolveAxis(i, total, begin[i] as number, size[i] as Dimension, strides[i] as number),
  );
  return { begin: axes.map(([start]) => start), size: axes.map(([, count]) => count), strides };
}

const op: Op = {
  name: 'slice',
  resolve,
  infer: (operands, attributes) => [{ dtype: (operands[0] as ValueType).dtype, shape: resolve(operands, attributes).size }],
  gradient({ operands: [x], gradients: [g], attributes }) {
    if (!x || !g) return [null];
    const { begin, size, strides } = attributes as {
      begin: readonly number[];
      size: readonly number[];
      strides: readonly number[];
    };
    const padding = (x.shape as readonly number[]).map((total, i): [number, number] => {
      const [start, count, stride] = [begin[i] as number, size[i] as number, strides[i] as number];
      return [start, total - start - (count === 0 ? 0 : (count - 1) * stride + 1)];
    });
    return [pad(g, padding, { interior: strides.map((stride) => stride - 1) })];
  },
};

/**
 * A box out of `x`: `size[i]` elements of axis i from `begin[i]` on, every `strides[i]`th.
 *
 * @param begin - first index by axis; negative ones are counted from the end; axes at the end may be missing (0)
 * @param size - number of elements by axis; -1 or null, or missing: as many as there are
 * @param options.strides - steps by axis, at least 1; 1 by default
 * @throws ShapeError when the box reaches outside `x`, ValueError for more entries than axes.
 * @example
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * const y = slice(x, [0, 1], [2, 2]); // [[2, 3], [5, 6]]
 * const last = slice(x, [-1]); // [[4, 5, 6]]
 */
export function slice(
  x: TensorLike,
  begin: number | readonly number[],
  size: number | Shape = [],
  options: { readonly strides?: readonly number[] } = {},
): Tensor {
  const operand = convert('slice', x);
  const given = [
    typeof begin === 'number' ? [begin] : begin,
    typeof size === 'number' ? [size] : size,
    options.strides ?? [],
  ] as const;
  if (given.some((list) => list.length > operand.rank)) {
    throw new ValueError(
      `slice: ${given.map(formatShape).join(', ')} for shape ${formatShape(operand.shape)}; expected at most one entry an axis`,
    );
  }
  const [starts, counts, strides] = given;
  const attributes = {
    begin: operand.shape.map((_, i) => starts[i] ?? 0),
    size: operand.shape.map((_, i) => (counts[i] === -1 ? null : (counts[i] ?? null))),
    strides: operand.shape.map((_, i) => checkInteger('slice', `stride ${i}`, strides[i] ?? 1, 1)),
  };
  const whole = sameShape(attributes.size, operand.shape) && !operand.shape.includes(null);
  return whole && attributes.begin.every((start) => start === 0) ? operand : apply1(op, [operand], attributes);
}

/** Elements `start` to `start + count - 1` of one axis. */
export function sliceAxis(x: Tensor, axis: number, start: number, count: Dimension): Tensor {
  return slice(
    x,
    x.shape.map((_, i) => (i === axis ? start : 0)),
    x.shape.map((_, i) => (i === axis ? count : null)),
  );
}

/**
 * `x` cut along `axis` into equal parts, or into parts of the given sizes.
 *
 * @throws ShapeError when the sizes do not add up, or the axis does not divide.
 * @example
 * const [head, tail] = split(tensor([1, 2, 3]), [1, 2]); // [1] and [2, 3]
 */
export function split(x: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] {
  const operand = convert('split', x);
  const place = normalizeAxis('split', axis, operand.rank);
  const total = operand.shape[place] as Dimension;
  if (total === null)
    throw new ShapeError(`split: axis ${place} of ${formatShape(operand.shape)} is unknown; expected a known size`);
  const sizes = typeof parts === 'number' ? Array<number>(checkInteger('split', 'parts', parts, 1)).fill(total / parts) : parts;
  if (sizes.reduce((a, b) => a + b, 0) !== total || sizes.some((size) => !Number.isInteger(size) || size < 0)) {
    throw new ShapeError(
      `split: axis ${place} of ${formatShape(operand.shape)} into ${JSON.stringify(parts)}; expected ${total} elements in equal parts, or sizes that add up`,
    );
  }
  let start = 0;
  return sizes.map((size) => {
    const part = sliceAxis(operand, place, start, size);
    start += size;
    return part;
  });
}

/** The parts of `x` along `axis`, without that axis: the inverse of `stack`. @throws ShapeError when the size is unknown. */
export function unstack(x: TensorLike, axis = 0): Tensor[] {
  const operand = convert('unstack', x);
  const place = normalizeAxis('unstack', axis, operand.rank);
  const total = operand.shape[place] as Dimension;
  if (total === 0) return [];
  return split(operand, total ?? 1, place).map((part) => squeeze(part, place));
}
