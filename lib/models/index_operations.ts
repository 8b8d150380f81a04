/** @file Ops that select elements as Keras's operations and back (GetItem, Take and Flip of keras/src/ops/numpy.py, Slice of core.py). */

import type { Dimension, Shape } from '../core/shape.js';
import type { Attributes } from '../graph/graph.js';
import { isShapedArray, type NestedArray, type ShapedArray, Tensor } from '../graph/tensor.js';
import type { Config } from '../layers/config.js';
import * as ops from '../ops/index.js';
import { isKerasObject, type KerasObject } from './keras_config.js';
import { numpy, type Read, type Written } from './operation_forms.js';

/** `x[2:6:2]` as Keras writes it. */
const slice = (start: number | null, stop: number | null, step: number | null): unknown => ({
  class_name: '__slice__',
  config: { start, stop, step },
});

function sliceOf(begin: number, size: Dimension, stride: number): unknown {
  const end = size === null ? null : size === 0 ? begin : begin + (size - 1) * stride + 1;
  // Counted from the end, 0 would be the front.
  const stop = begin < 0 && end === 0 ? null : end;
  return slice(begin === 0 ? null : begin, stop, stride === 1 ? null : stride);
}

function keyOf(attributes: Attributes): unknown[] {
  const { begin, size, strides } = attributes as { begin: readonly number[]; size: Shape; strides: readonly number[] };
  return begin.map((start, axis) => sliceOf(start, size[axis] as Dimension, strides[axis] as number));
}

/** By the op's name in the listing. */
export const indexWriting: Readonly<Record<string, Written>> = {
  slice: { ...numpy('GetItem'), args: (attributes) => [keyOf(attributes)] },
  gather: numpy('Take', ({ axis }) => ({ axis })),
  reverse: numpy('Flip', ({ axes }) => ({ axis: axes })),
};

/** One entry of the key of `x[key]`. */
type KeyEntry = number | null | KerasObject;

function indexFrom(entry: KeyEntry): ops.Index {
  if (!isKerasObject(entry)) return entry;
  if (entry.class_name === '__ellipsis__') return '...';
  const { start, stop, step } = entry.config as Record<string, number | null>;
  return `${start ?? ''}:${stop ?? ''}:${step ?? ''}`;
}

/** Given indices that count from the end, which `gather` does not know, counted from the front. */
function fromFront(indices: NestedArray | ShapedArray | Tensor, size: Dimension): ops.TensorLike {
  if (indices instanceof Tensor || size === null) return indices;
  const place = (index: NestedArray): NestedArray =>
    typeof index === 'object' ? index.map(place) : Number(index) < 0 ? Number(index) + size : index;
  return isShapedArray(indices)
    ? { ...indices, data: Int32Array.from(indices.data, (index) => place(index) as number) }
    : place(indices);
}

/** Without an axis from the elements in a row, as in NumPy. */
function take(x: Tensor | ShapedArray, indices: NestedArray | ShapedArray | Tensor, { axis }: Config): Tensor {
  if (axis == null) return take(ops.reshape(x, [-1]), indices, { axis: 0 });
  return ops.gather(x, fromFront(indices, x.shape.at(axis as number) as Dimension), axis as number);
}

/** By Keras's class. */
export const indexReading: Readonly<Record<string, Read>> = {
  GetItem: ([x, key]) => ops.at(x as Tensor, ...[key as KeyEntry | KeyEntry[]].flat().map(indexFrom)),
  Slice: ([x, begin], { shape }) => ops.slice(x, begin, shape as Shape),
  Take: ([x, indices], config) => take(x, indices, config),
  Flip: ([x], { axis }) => ops.reverse(x, (axis as number | number[] | null) ?? undefined),
};
