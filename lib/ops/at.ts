/** @file `at`: parts of tensors and arrays by NumPy's indices. */

import type { Dimension } from '../core/shape.js';
import { isShapedArray, type ShapedArray, type Tensor } from '../graph/tensor.js';
import { convert, shapedArray, type TensorLike } from './apply.js';
import { selectOnHost } from './at_host.js';
import { gather } from './gather.js';
import { type Index, type Indexing, isList, type Range, resolveIndices } from './indexing.js';
import { reverse } from './pad.js';
import { reshapeKeeping } from './reshape.js';
import { slice } from './slice.js';
import { moveAxis } from './transpose.js';

/**
 * The part of `x` that NumPy's `x[indices]` names. Axes without an index are taken whole.
 *
 * | index | takes | in Python |
 * |---|---|---|
 * | `2`, `-1` | one element; the axis goes | `x[2]`, `x[-1]` |
 * | `'1:5'`, `'-100:'`, `':: -1'` | a range; bounds outside the axis are moved to its ends | `x[1:5]`, `x[-100:]`, `x[::-1]` |
 * | `[3, 0, 3]` | these elements; one list at most | `x[[3, 0, 3]]` |
 * | `'...'` | the axes between, whole | `x[..., 0]` |
 * | `null` | a new axis of size 1 | `x[None]` |
 *
 * Of a tensor (or nested arrays) it is a tensor, differentiable. Of `{ data, shape }` it is `{ data, shape, dtype }`: a view of the same
 * memory where the part lies in one piece, as `'-10000:'` does, else a copy.
 *
 * @throws ValueError for an integer outside its axis, a range that cannot be read, or too many indices; ShapeError for a range of an axis
 * whose size is unknown.
 * @see https://numpy.org/doc/stable/user/basics.indexing.html
 * @example
 * const last = at(tensor([[1, 2], [3, 4]]), -1); // [3, 4]
 * const column = at(tensor([[1, 2], [3, 4]]), '...', 0); // [1, 3]
 * const crop = at(images, 0, '1:3', '::-1'); // [2, 4, 3]
 */
export function at(x: ShapedArray, ...indices: Index[]): Required<ShapedArray>;
export function at(x: Exclude<TensorLike, ShapedArray>, ...indices: Index[]): Tensor;
export function at(x: TensorLike, ...indices: Index[]): Tensor | Required<ShapedArray>;
export function at(x: TensorLike, ...indices: Index[]): Tensor | Required<ShapedArray> {
  if (isShapedArray(x)) {
    const host = shapedArray('at', x);
    return selectOnHost(host, resolveIndices(host.shape, indices));
  }
  const operand = convert('at', x);
  return selectOnDevice(operand, resolveIndices(operand.shape, indices));
}

function selectOnDevice(x: Tensor, { selections, layout, leadingList }: Indexing): Tensor {
  const whole = { start: 0, count: null, step: 1 };
  const ranges = selections.map((selection) => (selection === 'all' || isList(selection) ? whole : ascending(selection)));
  let part = slice(
    x,
    ranges.map(({ start }) => start),
    ranges.map(({ count }): Dimension => count),
    { strides: ranges.map(({ step }) => step) },
  );
  const backwards = selections.flatMap((selection, axis) =>
    typeof selection === 'object' && 'step' in selection && selection.step < 0 && selection.count > 1 ? [axis] : [],
  );
  if (backwards.length > 0) part = reverse(part, backwards);
  const list = selections.findIndex(isList);
  if (list >= 0) part = gather(part, Int32Array.from(selections[list] as readonly number[]), list);
  const { shape } = part;
  const isPlaced = layout.length === shape.length && layout.every((axis, i) => axis === i);
  const placed = isPlaced
    ? part
    : reshapeKeeping(
        part,
        layout.map((axis) => (axis === null ? 1 : (shape[axis] as Dimension))),
        layout.map((axis) => axis ?? -1),
      );
  return leadingList === undefined ? placed : moveAxis(placed, layout.indexOf(leadingList), 0);
}

/** The same elements from the lowest on. */
function ascending({ start, count, step }: Range): Range {
  if (count === 0) return { start: 0, count, step: 1 };
  return step > 0 ? { start, count, step } : { start: start + (count - 1) * step, count, step: -step };
}
