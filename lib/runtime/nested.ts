/** @file Numbers in nested arrays as typed arrays, and back. */

import { describeValue } from '../core/describe.js';
import { type DType, isFloat16, type TypedArray, typedArray } from '../core/dtype.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { NestedArray } from '../graph/tensor.js';

/** The sizes along the first elements; all others must have the same. */
export function nestedShape(values: unknown): number[] {
  const shape: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0]) shape.push(level.length);
  return shape;
}

/**
 * The numbers of nested arrays, row by row. Booleans count as 0 and 1.
 *
 * @throws ShapeError when the arrays are ragged, ValueError for anything that is no number; both say where.
 */
export function flattenNested(where: string, values: unknown, dtype: DType): { data: TypedArray; shape: readonly number[] } {
  const shape = nestedShape(values);
  const data = typedArray(
    isFloat16(dtype) ? 'float64' : dtype, // rounded once, at the end
    shape.reduce((product, size) => product * size, 1),
  );
  const path: number[] = [];
  const place = (): string => (path.length === 0 ? '' : ` at ${formatShape(path)}`);
  let next = 0;
  const take = (value: unknown): void => {
    const size = shape[path.length];
    if (size === undefined) {
      if (Array.isArray(value))
        throw new ShapeError(`${where}: the arrays are ragged: an array${place()} beside numbers; expected a number`);
      if (typeof value !== 'number' && typeof value !== 'boolean') {
        throw new ValueError(`${where}: received ${describeValue(value)}${place()}; expected numbers`);
      }
      data[next++] = dtype === 'bool' ? Number(Boolean(value)) : Number(value);
      return;
    }
    if (!Array.isArray(value) || value.length !== size) {
      const received = Array.isArray(value) ? `${value.length} entries` : describeValue(value);
      throw new ShapeError(
        `${where}: the arrays are ragged: received ${received}${place()}; expected ${size} entries as in the first array`,
      );
    }
    const depth = path.length;
    for (let i = 0; i < size; i++) {
      path[depth] = i;
      take(value[i]);
      path.length = depth;
    }
  };
  take(values);
  return { data: isFloat16(dtype) ? typedArray(dtype, data) : data, shape };
}

/** Elements in row-major order as nested arrays. */
export function nest(data: TypedArray, shape: readonly number[]): NestedArray {
  const [size, ...rest] = shape;
  if (size === undefined) return data[0] as number;
  const step = data.length / Math.max(size, 1);
  return Array.from({ length: size }, (_, i) => nest(data.subarray(i * step, (i + 1) * step), rest));
}
