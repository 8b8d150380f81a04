/** @file What NumPy's indices select, axis by axis, before anything is computed. */

import { describeValue } from '../core/describe.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { type Dimension, formatShape, type Shape } from '../core/shape.js';

/**
 * One index of `at`: an integer (drops the axis), a range `'start:stop:step'`, `'...'`, null (a new axis of size 1) or a list of integers.
 * Negative numbers are counted from the end.
 */
export type Index = number | string | null | readonly number[] | Int32Array | Uint32Array;

/** Elements `start`, `start + step`, ... of an axis. */
export interface Range {
  readonly start: number;
  readonly count: number;
  readonly step: number;
}

/** What is taken of one axis: a range, the elements of a list, or all of an axis of unknown size. */
export type Selection = Range | readonly number[] | 'all';

export interface Indexing {
  /** One an axis of the operand. */
  readonly selections: readonly Selection[];
  /** The axes of the result: an axis of the operand, or null for a new one. */
  readonly layout: readonly (number | null)[];
  /** The axis of the operand that a list selects from, when the result begins with it although it stands elsewhere in `layout`. */
  readonly leadingList: number | undefined;
}

export const isList = (selection: Selection): selection is readonly number[] => Array.isArray(selection);

const kinds = "an integer, a range 'start:stop:step', '...', null or a list of integers";

/** Resolves `indices` for an operand of `shape`. @throws ValueError or ShapeError for indices that do not fit. */
export function resolveIndices(shape: Shape, indices: readonly Index[]): Indexing {
  const expanded = expandEllipsis(shape, indices);
  const selections: Selection[] = [];
  const layout: (number | null)[] = [];
  for (const index of expanded) {
    if (index === null) {
      layout.push(null);
      continue;
    }
    const axis = selections.length;
    selections.push(select(index, axis, shape));
    if (typeof index !== 'number') layout.push(axis);
  }
  return { selections, layout, leadingList: leadingList(indices, selections) };
}

/** `'...'` replaced by whole axes; without one they stand at the end. */
function expandEllipsis(shape: Shape, indices: readonly Index[]): Index[] {
  const used = indices.filter((index) => index !== null && index !== '...').length;
  const ellipses = indices.filter((index) => index === '...').length;
  if (ellipses > 1) throw new ValueError(`at: '...' stands ${ellipses} times among the indices; expected it at most once`);
  if (used > shape.length) {
    throw new ValueError(`at: ${used} indices for ${formatShape(shape)}; expected at most ${shape.length}`);
  }
  const rest = new Array<Index>(shape.length - used).fill(':');
  const place = ellipses === 1 ? indices.indexOf('...') : indices.length;
  return [...indices.slice(0, place), ...rest, ...indices.slice(place + 1)];
}

function select(index: Exclude<Index, null>, axis: number, shape: Shape): Selection {
  const size = shape[axis] as Dimension;
  const where = `axis ${axis} of ${formatShape(shape)}`;
  if (typeof index === 'number') return { start: place(index, size, where), count: 1, step: 1 };
  if (typeof index === 'string') return selectRange(index, size, where);
  if (!Array.isArray(index) && !(index instanceof Int32Array) && !(index instanceof Uint32Array)) {
    throw new ValueError(`at: the index of ${where} is ${describeValue(index)}; expected ${kinds}`);
  }
  return Array.from(index, (entry) => place(entry, size, where));
}

/** An integer counted from the front, as far as the size is known. */
function place(index: number, size: Dimension, where: string): number {
  if (!Number.isInteger(index)) throw new ValueError(`at: the index of ${where} is ${describeValue(index)}; expected ${kinds}`);
  if (size === null) return index;
  if (index >= -size && index < size) return index < 0 ? index + size : index;
  throw new ValueError(`at: index ${index} is out of range for ${where}; expected an integer in [${-size}, ${size})`);
}

const rangePattern = /^\s*([+-]?\d+)?\s*:\s*([+-]?\d+)?\s*(?::\s*([+-]?\d+)?\s*)?$/;

/** Bounds are clamped to the axis, as Python's `slice.indices` does. */
function selectRange(text: string, size: Dimension, where: string): Selection {
  const parts = rangePattern.exec(text);
  if (parts === null) throw new ValueError(`at: the index of ${where} is '${text}'; expected ${kinds}`);
  const [from, to, by] = parts.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  const step = by ?? 1;
  if (step === 0) throw new ValueError(`at: the range '${text}' for ${where} has step 0; expected another`);
  if (size === null) {
    if (from === undefined && to === undefined && step === 1) return 'all';
    throw new ShapeError(`at: the range '${text}' for ${where}, whose size is unknown; expected ':' or an integer there`);
  }
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (bound: number): number => Math.min(Math.max(bound < 0 ? bound + size : bound, low), high);
  const start = from === undefined ? (step > 0 ? low : high) : clamp(from);
  const stop = to === undefined ? (step > 0 ? high : low) : clamp(to);
  return { start, count: Math.max(0, Math.ceil((stop - start) / step)), step };
}

/**
 * Lists and integers beside them select together. Where something else stands between them, NumPy puts their axis first
 * (numpy.org/doc/stable/user/basics.indexing.html, "Combining advanced and basic indexing").
 */
function leadingList(indices: readonly Index[], selections: readonly Selection[]): number | undefined {
  const lists = selections.flatMap((selection, axis) => (isList(selection) ? [axis] : []));
  if (lists.length > 1) {
    throw new ValueError(`at: received ${lists.length} lists of integers; expected at most one; select in two steps`);
  }
  if (lists.length === 0) return undefined;
  const advanced = indices.map((index) => typeof index !== 'string' && index !== null);
  const between = advanced.slice(advanced.indexOf(true), advanced.lastIndexOf(true));
  return between.includes(false) ? lists[0] : undefined;
}
