/** @file Element types: their names here, in the listing and in JavaScript's typed arrays. */

import { DTypeError, OutOfMemoryError } from './errors.js';

/** `float32` is the default of every layer; `bool` is stored as one byte, 0 or 1. */
export type DType = 'float32' | 'float64' | 'int32' | 'uint8' | 'bool';

/** The typed arrays that hold tensors' elements. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** The word of the listing and of the native seam. */
export type NativeDType = 'f32' | 'f64' | 'i32' | 'u8' | 'bool';

interface DTypeInfo {
  readonly native: NativeDType;
  readonly bytes: number;
  readonly order: number; // promotion goes to the larger
  readonly array: new (source: ArrayBuffer | number | Iterable<number>) => TypedArray;
}

const infos: Record<DType, DTypeInfo> = {
  bool: { native: 'bool', bytes: 1, order: 0, array: Uint8Array },
  uint8: { native: 'u8', bytes: 1, order: 1, array: Uint8Array },
  int32: { native: 'i32', bytes: 4, order: 2, array: Int32Array },
  float32: { native: 'f32', bytes: 4, order: 3, array: Float32Array },
  float64: { native: 'f64', bytes: 8, order: 4, array: Float64Array },
};

export const dtypes = Object.keys(infos) as DType[];

export const nativeDType = (dtype: DType): NativeDType => infos[dtype].native;
export const bytesPerElement = (dtype: DType): number => infos[dtype].bytes;
export const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';

/** @throws DTypeError when `name` is none of the five element types. */
export function checkDType(where: string, name: string): DType {
  if (name in infos) return name as DType;
  throw new DTypeError(`${where}: unknown dtype '${name}'; expected one of ${dtypes.join(', ')}`);
}

/** A typed array over `buffer`, or with that many zeros, or with those numbers. @throws OutOfMemoryError when the host has no room for it. */
export function typedArray(dtype: DType, source: ArrayBuffer | number | Iterable<number>): TypedArray {
  try {
    return new infos[dtype].array(source);
  } catch (error) {
    if (typeof source !== 'number' || !(error instanceof RangeError)) throw error;
    throw new OutOfMemoryError(`out of memory: the host has no room for ${source} numbers of ${dtype}`, { cause: error });
  }
}

/** The element type that a typed array holds by nature; undefined for arrays of other kinds. */
export function dtypeOfArray(data: unknown): DType | undefined {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return 'uint8';
  return undefined;
}

/** The type that holds both: bool < uint8 < int32 < float32 < float64. */
export const promote = (a: DType, b: DType): DType => (infos[a].order >= infos[b].order ? a : b);
