/** @file What shape rules of several ops check. */

import { type DType, isFloat } from '../core/dtype.js';
import { DTypeError, ShapeError, ValueError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import type { ValueType } from '../graph/graph.js';

/** The name that users know: `arg_max` is `argMax`. */
export const publicName = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** @throws DTypeError unless `dtype` is a float type. */
export function checkFloat(where: string, dtype: DType): void {
  if (!isFloat(dtype)) throw new DTypeError(`${where}: received ${dtype}; expected a float type; use cast`);
}

/** @throws DTypeError when `dtype` is bool. */
export function checkNumber(where: string, dtype: DType): void {
  if (dtype === 'bool') throw new DTypeError(`${where}: received bool; expected numbers; use cast`);
}

/** @throws DTypeError unless all operands have one dtype. */
export function checkSameDType(where: string, operands: readonly ValueType[]): void {
  const found = [...new Set(operands.map((operand) => operand.dtype))];
  if (found.length > 1)
    throw new DTypeError(`${where}: received operands of ${found.join(' and ')}; expected one dtype; use cast`);
}

/** @throws ShapeError unless `shape` has as many dimensions as `axes`, the axes' names as in `batch, height, width, channels`. */
export function checkRank(where: string, name: string, shape: Shape, axes: string): void {
  const rank = axes.split(', ').length;
  if (shape.length === rank) return;
  throw new ShapeError(`${where}: ${name} has shape ${formatShape(shape)}; expected ${rank} dimensions [${axes}]`);
}

/** @throws ValueError unless `value` is an integer of at least `least`. */
export function checkInteger(where: string, name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new ValueError(`${where}: ${name} is ${value}; expected an integer of at least ${least}`);
}

/** A number for both axes, or one for height and one for width. */
export type Pair = number | readonly [number, number] | readonly number[];

/** @throws ValueError unless `value` is one or two integers of at least `least`. */
export function pair(where: string, name: string, value: Pair, least = 1): readonly [number, number] {
  const both = typeof value === 'number' ? [value, value] : value;
  const [first, second] = both;
  const fits = both.length === 2 && both.every((entry) => Number.isInteger(entry) && entry >= least);
  if (fits && first !== undefined && second !== undefined) return [first, second];
  throw new ValueError(`${where}: ${name} is ${JSON.stringify(value)}; expected an integer of at least ${least}, or two of them`);
}
