/** @file Data as users give it, and as training takes it: arrays on the host whose first axis counts the samples. */

import { describeValue } from '../core/describe.js';
import { dtypeOfArray, type TypedArray } from '../core/dtype.js';
import { DataError, located } from '../core/errors.js';
import { isStatic } from '../core/shape.js';
import { isShapedArray, type NestedArray, type ShapedArray, Tensor } from '../graph/tensor.js';
import { shapedArray } from '../ops/apply.js';
import { hostArray } from '../runtime/device_tensor.js';
import type { HostArray } from '../runtime/function.js';

export type { ShapedArray };

/** One array of samples. */
export type ArrayLike = Tensor | ShapedArray | TypedArray | NestedArray[];

/** One array, or several for a model with several inputs or outputs, in order or by name. */
export type DataLike = ArrayLike | readonly ArrayLike[] | Readonly<Record<string, ArrayLike>>;

/** What an array of samples may be, for errors. */
export const kinds =
  'a tensor, { data, shape }, nested arrays of numbers, or a Float32Array, Float64Array, Int32Array or Uint8Array';

/** Nested arrays of numbers (a list of typed arrays or tensors is several inputs instead). */
function isNested(value: unknown): boolean {
  if (!Array.isArray(value)) return typeof value !== 'object' && value !== undefined;
  return value.length === 0 || isNested(value[0]);
}

/** Whether a value is one array of samples: not a list or record of them. */
export function isArrayLike(value: unknown): value is ArrayLike {
  if (typeof value !== 'object' || value === null) return false;
  return value instanceof Tensor || ArrayBuffer.isView(value) || (Array.isArray(value) ? isNested(value) : isShapedArray(value));
}

/**
 * The arrays of `data` in the order of `names`; as many as there are when `names` is undefined, because the model is not built yet.
 *
 * @param where - `fit: x`, for errors
 * @throws DataError for missing, extra or unusable arrays; ShapeError for ragged ones.
 */
export async function hostArrays(where: string, data: DataLike, names: readonly string[] | undefined): Promise<HostArray[]> {
  const list = listOf(where, data, names);
  if (names !== undefined && list.length !== names.length) {
    const fix = names.length === 1 ? '; stack the samples into one array' : '';
    throw new DataError(`${where}: received ${list.length} arrays; expected ${names.length} (${names.join(', ')})${fix}`);
  }
  return Promise.all(list.map((value, i) => readSamples(list.length === 1 ? where : `${where} '${names?.[i] ?? i}'`, value)));
}

function listOf(where: string, data: DataLike, names: readonly string[] | undefined): readonly unknown[] {
  // Nested arrays for a model with several inputs are a list of them.
  if (Array.isArray(data) && names !== undefined && names.length > 1 && data.length === names.length) return data;
  if (isArrayLike(data)) return [data];
  if (Array.isArray(data)) return data;
  if (!isRecord(data)) {
    throw new DataError(`${where}: received ${describeValue(data)}; expected ${kinds}`);
  }
  if (names === undefined) {
    throw new DataError(`${where}: received arrays by name, and the model has no names before it is built; give a list`);
  }
  const given = Object.keys(data);
  if (given.length !== names.length || names.some((name) => !(name in data))) {
    const received = given.length === 0 ? 'an empty object' : `arrays named ${given.join(', ')}`;
    throw new DataError(`${where}: received ${received}; expected ${names.join(', ')}`);
  }
  return names.map((name) => data[name]);
}

/** An object literal; maps, dates and instances of other classes are none. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** One array whose first axis counts samples. @throws as `readArray` */
export async function readSamples(where: string, value: unknown): Promise<HostArray> {
  const array = await readArray(where, value);
  if (array.shape.length === 0) throw new DataError(`${where}: received a single number; expected samples along the first axis`);
  return array;
}

/** One array on the host. @throws DataError, ShapeError or ValueError when it is none. */
export async function readArray(where: string, value: unknown): Promise<HostArray> {
  if (!isArrayLike(value)) throw new DataError(`${where}: received ${describeValue(value)}; expected ${kinds}`);
  if (value instanceof Tensor) {
    if (!isStatic(value.shape)) throw new DataError(`${where}: received a symbolic tensor; expected numbers`);
    try {
      return { data: await value.data(), shape: value.shape, dtype: value.dtype };
    } catch (error) {
      throw located(where, error);
    }
  }
  const numbers = isShapedArray(value) ? value.data : value;
  if (!Array.isArray(numbers) && dtypeOfArray(numbers) === undefined) {
    throw new DataError(`${where}: received ${describeValue(numbers)}; expected ${kinds}`);
  }
  return isShapedArray(value) ? shapedArray(where, value) : hostArray(where, value);
}

/** Number of samples, the same in all arrays. @throws DataError when they differ or there are none. */
export function sampleCount(where: string, arrays: Readonly<Record<string, readonly HostArray[]>>): number {
  const counts = Object.entries(arrays).flatMap(([name, list]) =>
    list.map((array) => ({ name, count: array.shape[0] as number })),
  );
  const count = counts[0]?.count ?? 0;
  if (counts.some((entry) => entry.count !== count)) {
    const received = counts.map((entry) => `${entry.name} ${entry.count}`).join(', ');
    throw new DataError(`${where}: the arrays have different numbers of samples: ${received}; expected as many of each`);
  }
  if (count === 0) throw new DataError(`${where}: the data is empty: 0 samples; expected at least 1`);
  return count;
}
