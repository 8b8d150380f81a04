/** @file Data as users give it, and as training takes it: arrays on the host whose first axis counts the samples. */

import { type DType, dtypeOfArray, type TypedArray } from '../core/dtype.js';
import { DataError, ShapeError } from '../core/errors.js';
import { formatShape, isStatic, sizeOf } from '../core/shape.js';
import { type NestedArray, Tensor } from '../graph/tensor.js';
import { hostArray } from '../runtime/device_tensor.js';
import type { HostArray } from '../runtime/function.js';

/** Numbers with a shape, `[samples, ...]`; the dtype is the typed array's own unless given. */
export interface ShapedArray {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly dtype?: DType;
}

/** One array of samples. */
export type ArrayLike = Tensor | ShapedArray | TypedArray | NestedArray[];

/** One array, or several for a model with several inputs or outputs, in order or by name. */
export type DataLike = ArrayLike | readonly ArrayLike[] | Readonly<Record<string, ArrayLike>>;

const isShaped = (value: unknown): value is ShapedArray =>
  typeof value === 'object' && value !== null && 'data' in value && 'shape' in value && !(value instanceof Tensor);

const isArrayLike = (value: unknown): value is ArrayLike =>
  value instanceof Tensor || isShaped(value) || dtypeOfArray(value) !== undefined || (Array.isArray(value) && isNumbers(value));

/** Nested arrays of numbers (a list of typed arrays or tensors is several inputs instead). */
function isNumbers(value: unknown): boolean {
  return typeof value === 'number' || (Array.isArray(value) && (value.length === 0 || isNumbers(value[0])));
}

function nestedShape(values: NestedArray): number[] {
  return Array.isArray(values) ? [values.length, ...(values.length === 0 ? [] : nestedShape(values[0] as NestedArray))] : [];
}

async function toHost(where: string, value: ArrayLike): Promise<HostArray> {
  if (value instanceof Tensor) {
    if (!isStatic(value.shape)) throw new DataError(`${where}: received a symbolic tensor; expected numbers`);
    return { data: await value.data(), shape: value.shape, dtype: value.dtype };
  }
  if (isShaped(value)) {
    const dtype = value.dtype ?? dtypeOfArray(value.data);
    if (dtype === undefined) throw new DataError(`${where}: data is not a typed array of a supported kind`);
    if (sizeOf(value.shape) !== value.data.length) {
      throw new ShapeError(`${where}: ${value.data.length} values do not fill the shape ${formatShape(value.shape)}`);
    }
    return { data: value.data, shape: value.shape, dtype };
  }
  const { data, dtype } = hostArray(where, value as TypedArray | NestedArray);
  return { data, dtype, shape: ArrayBuffer.isView(value) ? [data.length] : nestedShape(value) };
}

/**
 * The arrays of `data` in the order of `names`.
 *
 * @param where - `fit: x`, for errors
 * @throws DataError for missing, extra or unusable arrays.
 */
export async function hostArrays(where: string, data: DataLike, names: readonly string[]): Promise<HostArray[]> {
  if (data === undefined || data === null) throw new DataError(`${where}: received ${data}; expected tensors or arrays`);
  let list: readonly unknown[];
  if (isArrayLike(data)) list = [data];
  else if (Array.isArray(data)) list = data;
  else if (typeof data === 'object') list = byName(where, data as Readonly<Record<string, ArrayLike>>, names);
  else throw new DataError(`${where}: received ${typeof data}; expected tensors or arrays`);
  if (list.length !== names.length) {
    throw new DataError(`${where}: received ${list.length} arrays; expected ${names.length} (${names.join(', ')})`);
  }
  const arrays = await Promise.all(
    list.map((value, i) => {
      if (!isArrayLike(value)) throw new DataError(`${where}: entry ${i} is ${typeof value}; expected a tensor or an array`);
      return toHost(list.length === 1 ? where : `${where} '${names[i]}'`, value);
    }),
  );
  for (const array of arrays) {
    if (array.shape.length === 0)
      throw new DataError(`${where}: received a single number; expected samples along the first axis`);
  }
  return arrays;
}

function byName(where: string, data: Readonly<Record<string, ArrayLike>>, names: readonly string[]): unknown[] {
  const extra = Object.keys(data).filter((name) => !names.includes(name));
  const missing = names.filter((name) => !(name in data));
  if (extra.length > 0 || missing.length > 0) {
    throw new DataError(`${where}: received arrays named ${Object.keys(data).join(', ')}; expected ${names.join(', ')}`);
  }
  return names.map((name) => data[name]);
}

/** Number of samples, the same in all arrays. @throws DataError when they differ or there are none. */
export function sampleCount(where: string, arrays: Readonly<Record<string, readonly HostArray[]>>): number {
  const counts = Object.entries(arrays).flatMap(([name, list]) =>
    list.map((array) => ({ name, count: array.shape[0] as number })),
  );
  const count = counts[0]?.count ?? 0;
  if (counts.some((entry) => entry.count !== count)) {
    throw new DataError(
      `${where}: the arrays have different lengths: ${counts.map((entry) => `${entry.name} ${entry.count}`).join(', ')}; expected as many of each`,
    );
  }
  if (count === 0) throw new DataError(`${where}: the data is empty: 0 samples; expected at least 1`);
  return count;
}

/** Samples `begin` to `end` of an array, sharing its memory. */
export function sliceSamples(array: HostArray, begin: number, end: number): HostArray {
  const row = array.data.length / (array.shape[0] as number);
  return { ...array, data: array.data.subarray(begin * row, end * row), shape: [end - begin, ...array.shape.slice(1)] };
}

/** The samples at `indices`, copied into `into` (made anew when it is too small). */
export function gatherSamples(array: HostArray, indices: Int32Array | Uint32Array, into?: TypedArray): HostArray {
  const row = array.data.length / (array.shape[0] as number);
  const length = indices.length * row;
  const make = array.data.constructor as new (length: number) => TypedArray;
  const data = into !== undefined && into.length >= length ? into.subarray(0, length) : new make(length);
  if (row === 1) for (let i = 0; i < indices.length; i++) data[i] = array.data[indices[i] as number] as number;
  else {
    for (let i = 0; i < indices.length; i++) {
      const from = (indices[i] as number) * row;
      data.set(array.data.subarray(from, from + row), i * row);
    }
  }
  return { ...array, data, shape: [indices.length, ...array.shape.slice(1)] };
}
