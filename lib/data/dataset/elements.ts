/** @file The elements of a pipeline: arrays, or tuples, lists and records of them. */

import { describeValue } from '../../core/describe.js';
import { type TypedArray, typedArray } from '../../core/dtype.js';
import { DataError, LaminetError } from '../../core/errors.js';
import { formatShape, sameShape } from '../../core/shape.js';
import type { ShapedArray, Tensor } from '../../graph/tensor.js';
import type { HostArray } from '../../runtime/function.js';
import { isArrayLike, isRecord, kinds, readArray, readSamples } from '../arrays.js';
import { sliceSamples } from '../samples.js';

/** Numbers nested in arrays. */
type Numbers = number | boolean | readonly Numbers[];

type Single = Tensor | ShapedArray | TypedArray | number | boolean;

type Stacked<T> = T extends Single | Numbers ? Required<ShapedArray> : { readonly [Key in keyof T]: Stacked<T[Key]> };

/** A batch of elements: in the place of each array one with the samples along a new first axis. */
export type Batched<T> = T extends Single ? Required<ShapedArray> : { readonly [Key in keyof T]: Stacked<T[Key]> };

/** An element of a batch: what `unbatch` gives. */
export type Unbatched<T> = T extends Single ? Required<ShapedArray> : { readonly [Key in keyof T]: Unbatched<T[Key]> };

/** `error` of the user's code, or of a check, at an element of a stage. */
export function stageError(stage: string, index: number, error: unknown): Error {
  const place = `dataset.${stage}: element ${index}`;
  if (error instanceof LaminetError) return error.prefix(place);
  return new DataError(`${place} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

/** Whether an element, or a part of one, is a single array: an array at the top is always a tuple. */
const isSingle = (value: unknown, isTop: boolean): boolean =>
  typeof value === 'number' || typeof value === 'boolean' || (isArrayLike(value) && !(isTop && Array.isArray(value)));

/** The parts of an element one level down, by place or by name; undefined for a single array. */
function partsOf(value: unknown, isTop: boolean): [string, unknown][] | undefined {
  if (isSingle(value, isTop)) return undefined;
  return Array.isArray(value) || isRecord(value) ? Object.entries(value) : undefined;
}

/** Puts elements of one structure together. @throws DataError, ShapeError where one differs from the first. */
export async function stackElements<T>(elements: readonly T[], first = 0): Promise<Batched<T>> {
  return (await stackParts(elements, first, '', true)) as Batched<T>;
}

async function stackParts(values: readonly unknown[], first: number, path: string, isTop: boolean): Promise<unknown> {
  const parts = partsOf(values[0], isTop);
  if (parts === undefined) return stackArrays(values, first, path);
  const stacked: [string, unknown][] = [];
  for (const [key] of parts) {
    const column = values.map((value, i) => {
      const entries = partsOf(value, isTop);
      if (entries?.length === parts.length && key in (value as object)) return (value as Record<string, unknown>)[key];
      throw stageError('batch', first + i, new DataError(`${pathName(path)} has other parts than the first of the batch`));
    });
    stacked.push([key, await stackParts(column, first, `${path}[${key}]`, false)]);
  }
  return Array.isArray(values[0]) ? stacked.map(([, value]) => value) : Object.fromEntries(stacked);
}

const pathName = (path: string): string => (path === '' ? 'it' : `its part ${path}`);

async function stackArrays(values: readonly unknown[], first: number, path: string): Promise<HostArray> {
  let result: HostArray | undefined;
  for (const [i, value] of values.entries()) {
    const array = await readPart(value, first + i, path);
    result ??= {
      data: typedArray(array.dtype, values.length * array.data.length),
      shape: [values.length, ...array.shape],
      dtype: array.dtype,
    };
    if (array.dtype !== result.dtype || !sameShape(array.shape, result.shape.slice(1))) {
      const [is, was] = [array, { ...result, shape: result.shape.slice(1) }].map((x) => `${x.dtype}${formatShape(x.shape)}`);
      const words = `${pathName(path)} is ${is}, and ${was} in the first of the batch; expected equal ones; map them to one shape`;
      throw stageError('batch', first + i, new DataError(words));
    }
    result.data.set(array.data, i * array.data.length);
  }
  return result as HostArray;
}

async function readPart(value: unknown, index: number, path: string): Promise<HostArray> {
  if (typeof value === 'number') return { data: Float32Array.of(value), shape: [], dtype: 'float32' };
  if (typeof value === 'boolean') return { data: Uint8Array.of(Number(value)), shape: [], dtype: 'bool' };
  try {
    return await readArray(pathName(path), value);
  } catch (error) {
    throw stageError('batch', index, error);
  }
}

/** The arrays of a batch, read once; `takeElement` cuts elements from it. @throws DataError, ShapeError or ValueError for what is none. */
export async function readBatch(where: string, value: unknown, isTop = true): Promise<unknown> {
  const parts = partsOf(value, isTop);
  if (parts === undefined) return readSamples(where, value);
  const read = await Promise.all(parts.map(async ([key, part]) => [key, await readBatch(where, part, false)] as const));
  return Array.isArray(value) ? read.map(([, part]) => part) : Object.fromEntries(read);
}

/** Numbers of samples of all arrays of a batch, whether they are read or not. @throws DataError for what is no array. */
export function countsOf(where: string, value: unknown, isTop = true): number[] {
  const parts = partsOf(value, isTop);
  if (parts !== undefined) return parts.flatMap(([, part]) => countsOf(where, part, false));
  if (!isArrayLike(value)) throw new DataError(`${where}: received ${describeValue(value)}; expected ${kinds}`);
  return ['shape' in value ? (value.shape[0] ?? 0) : value.length];
}

/** Element `index` of what `readBatch` gave: views of its memory. */
export function takeElement(value: unknown, index: number, isTop = true): unknown {
  const parts = partsOf(value, isTop);
  if (parts === undefined) {
    const sample = sliceSamples(value as HostArray, index, index + 1);
    return { ...sample, shape: sample.shape.slice(1) };
  }
  const taken = parts.map(([key, part]) => [key, takeElement(part, index, false)] as const);
  return Array.isArray(value) ? taken.map(([, part]) => part) : Object.fromEntries(taken);
}
