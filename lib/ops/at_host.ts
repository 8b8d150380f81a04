/** @file Parts of arrays on the host: views where they lie in one piece, else copies. */

import { type TypedArray, typedArray } from '../core/dtype.js';
import type { ShapedArray } from '../graph/tensor.js';
import { type Indexing, isList, type Range } from './indexing.js';

/** Places in memory: `offset + i * distance`, or with a list `offset + list[i] * distance`. */
interface Walk {
  readonly offset: number;
  readonly distance: number;
  readonly count: number;
  readonly list?: readonly number[];
}

/** The part of `array` that `indexing` selects. */
export function selectOnHost(array: Required<ShapedArray>, indexing: Indexing): Required<ShapedArray> {
  const { layout, leadingList } = indexing;
  const walks = walksOf(array.shape, indexing);
  const others = (axis: number | null): boolean => leadingList === undefined || axis !== leadingList;
  const first = leadingList === undefined ? [] : [leadingList];
  const shape = [...first, ...layout.filter(others)].map((axis) => (axis === null ? 1 : (walks[axis] as Walk).count));
  const order = [...first, ...walks.map((_, axis) => axis).filter(others)];
  const count = shape.reduce((product, size) => product * size, 1);
  const nested = joined(order.map((axis) => walks[axis] as Walk));
  return { data: take(array, nested, count), shape, dtype: array.dtype };
}

function walksOf(shape: readonly number[], { selections }: Indexing): Walk[] {
  const walks: Walk[] = [];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const selection = selections[axis] as Range | readonly number[];
    walks[axis] = isList(selection)
      ? { offset: 0, distance: stride, count: selection.length, list: selection }
      : { offset: selection.start * stride, distance: selection.step * stride, count: selection.count };
    stride *= shape[axis] as number;
  }
  return walks;
}

/** Nested walks, outermost first, as few as possible. */
function joined(walks: readonly Walk[]): Walk[] {
  const result: Walk[] = [];
  for (const walk of walks) {
    const outer = result.at(-1);
    const both = outer === undefined ? undefined : join(outer, walk);
    if (both === undefined) result.push(walk);
    else result[result.length - 1] = both;
  }
  return result;
}

function join(outer: Walk, inner: Walk): Walk | undefined {
  const offset = outer.offset + inner.offset;
  if (inner.count === 1 && !inner.list) return { ...outer, offset };
  if (outer.count === 1 && !outer.list) return { ...inner, offset };
  if (inner.list || outer.list || outer.distance !== inner.count * inner.distance) return undefined;
  return { offset, distance: inner.distance, count: outer.count * inner.count };
}

/** The elements that nested walks name, `count` in all. */
function take({ data, dtype }: Required<ShapedArray>, walks: readonly Walk[], count: number): TypedArray {
  const { offset, distance, list } = walks[0] ?? { offset: 0, distance: 1 };
  const inOnePiece = walks.length <= 1 && !list && (distance === 1 || count === 1);
  if (count === 0 || inOnePiece) return data.subarray(offset, offset + count);
  const result = typedArray(dtype, count);
  copy(data, result, walks);
  return result;
}

/** From so many elements on, `set` is faster than a loop. */
const longRun = 32;

function copy(from: TypedArray, to: TypedArray, walks: readonly Walk[]): void {
  let next = 0;
  const last = walks.length - 1;
  const walk = (depth: number, base: number): void => {
    const place = walks[depth] as Walk;
    const { distance, count, list } = place;
    const begin = base + place.offset;
    if (depth === last) {
      copyWalk(from, to, next, begin, place);
      next += count;
    } else for (let i = 0; i < count; i++) walk(depth + 1, begin + (list ? (list[i] as number) : i) * distance);
  };
  walk(0, 0);
}

/** Writes the elements of the innermost walk, which begin at `begin`, from `next` on. */
function copyWalk(from: TypedArray, to: TypedArray, next: number, begin: number, { distance, count, list }: Walk): void {
  if (list) for (let i = 0; i < count; i++) to[next + i] = from[begin + (list[i] as number) * distance] as number;
  else if (distance === 1 && count >= longRun) to.set(from.subarray(begin, begin + count), next);
  else for (let i = 0; i < count; i++) to[next + i] = from[begin + i * distance] as number;
}
