/** @file Element types: their names here, in the listing and in JavaScript's typed arrays. */

import { DTypeError, OutOfMemoryError } from './errors.js';
import { decodeFloat16, encodeFloat16, type Float16Type, roundToFloat16 } from './float16.js';

/** Types with a fraction. `bfloat16` and `float16` take 16 bits; ops compute them in float32 and round the result. */
export type FloatDType = 'float32' | 'float64' | Float16Type;

/** `float32` is the default of every layer; `bool` is stored as one byte, 0 or 1. */
export type DType = FloatDType | 'int32' | 'uint8' | 'bool';

/** The typed arrays that hold tensors' elements. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** The word of the listing and of the native seam. */
export type NativeDType = 'f32' | 'f64' | 'i32' | 'u8' | 'bool' | 'bf16' | 'f16';

interface DTypeInfo {
  readonly native: NativeDType;
  readonly bytes: number;
  readonly order: number; // promotion goes to the larger
  /** Holds the elements on the host: of 16-bit floats their values as float32. */
  readonly array: new (
    source: ArrayBuffer | number | Iterable<number>,
  ) => TypedArray;
}

const infos: Record<DType, DTypeInfo> = {
  bool: { native: 'bool', bytes: 1, order: 0, array: Uint8Array },
  uint8: { native: 'u8', bytes: 1, order: 1, array: Uint8Array },
  int32: { native: 'i32', bytes: 4, order: 2, array: Int32Array },
  float16: { native: 'f16', bytes: 2, order: 3, array: Float32Array },
  bfloat16: { native: 'bf16', bytes: 2, order: 3, array: Float32Array },
  float32: { native: 'f32', bytes: 4, order: 4, array: Float32Array },
  float64: { native: 'f64', bytes: 8, order: 5, array: Float64Array },
};

export const dtypes = Object.keys(infos) as DType[];

export const nativeDType = (dtype: DType): NativeDType => infos[dtype].native;
export const bytesPerElement = (dtype: DType): number => infos[dtype].bytes;
export const isFloat = (dtype: DType): dtype is FloatDType => infos[dtype].order >= infos.float16.order;
export const isFloat16 = (dtype: DType): dtype is Float16Type => infos[dtype].bytes === 2;

/** @throws DTypeError when `name` is none of the element types. */
export function checkDType(where: string, name: string): DType {
  if (Object.hasOwn(infos, name)) return name as DType;
  throw new DTypeError(`${where}: unknown dtype '${name}'; expected one of ${dtypes.join(', ')}`);
}

/**
 * The elements that lie in `buffer` as they do on a device, or that many zeros, or those numbers, rounded to what the type has.
 *
 * @throws OutOfMemoryError when the host has no room for it.
 */
export function typedArray(dtype: DType, source: ArrayBuffer | number | Iterable<number>): TypedArray {
  try {
    if (isFloat16(dtype) && typeof source !== 'number') {
      return source instanceof ArrayBuffer ? decodeFloat16(dtype, new Uint16Array(source)) : roundToFloat16(dtype, source);
    }
    return new infos[dtype].array(source);
  } catch (error) {
    if (typeof source !== 'number' || !(error instanceof RangeError)) throw error;
    throw new OutOfMemoryError(`out of memory: the host has no room for ${source} numbers of ${dtype}`, { cause: error });
  }
}

/** Elements as they lie on a device: of 16-bit floats the bits, of all others the array itself. */
export const deviceArray = (dtype: DType, elements: TypedArray): TypedArray | Uint16Array =>
  isFloat16(dtype) ? encodeFloat16(dtype, elements) : elements;

/** The element type that a typed array holds by nature; undefined for arrays of other kinds. */
export function dtypeOfArray(data: unknown): DType | undefined {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return 'uint8';
  return undefined;
}

/** The type that holds both: bool < uint8 < int32 < float16, bfloat16 < float32 < float64; float16 and bfloat16 meet in float32. */
export function promote(a: DType, b: DType): DType {
  if (a !== b && isFloat16(a) && isFloat16(b)) return 'float32';
  return infos[a].order >= infos[b].order ? a : b;
}

/** What is summed and averaged in: `dtype`, but at least float32. */
export const wideDType = (dtype: DType): DType => promote(dtype, 'float32');
