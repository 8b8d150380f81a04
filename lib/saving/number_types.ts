/** @file Numbers of the types that files hold as numbers of the types that the library has. */

import type { TypedArray } from '../core/dtype.js';
import { decodeFloat16 } from '../core/float16.js';

/** A number type as HDF5 describes it. */
export interface StoredType {
  readonly count: number;
  /** Bytes of one number. */
  readonly size: number;
  /** HDF5's class: 0 integer, 1 float, 5 opaque, 8 enumeration. */
  readonly type: number;
  readonly signed: boolean;
  readonly littleEndian: boolean;
  readonly bfloat16: boolean;
}

const integer = 0;
const float = 1;
/** What h5py makes of NumPy's bool. */
const enumeration = 8;

/** @throws Error for numbers that have no place in the library's types. */
export function widen(path: string, bytes: ArrayBuffer, stored: StoredType): TypedArray {
  const { size, type, signed, littleEndian, bfloat16 } = stored;
  if (bfloat16 && size === 2) return decodeFloat16('bfloat16', new Uint16Array(bytes));
  if (size > 1 && !littleEndian) throw new Error(`'${path}' holds big-endian numbers, which are not supported`);
  if (type === float) {
    if (size === 2) return decodeFloat16('float16', new Uint16Array(bytes));
    if (size === 4) return new Float32Array(bytes);
    if (size === 8) return new Float64Array(bytes);
  }
  if (type === enumeration && size === 1) return new Uint8Array(bytes);
  if (type === integer) {
    if (size === 1) return signed ? Int32Array.from(new Int8Array(bytes)) : new Uint8Array(bytes);
    if (size === 2) return Int32Array.from(signed ? new Int16Array(bytes) : new Uint16Array(bytes));
    if (size === 4) return signed ? new Int32Array(bytes) : narrow(path, new Uint32Array(bytes));
    if (size === 8) return narrow(path, signed ? new BigInt64Array(bytes) : new BigUint64Array(bytes));
  }
  throw new Error(`'${path}' holds values of an unsupported type (HDF5 class ${type}, ${size} bytes); expected numbers`);
}

function narrow(path: string, values: Uint32Array | BigInt64Array | BigUint64Array): Int32Array {
  const numbers = Array.from(values, Number);
  const large = numbers.find((value) => value !== (value | 0));
  if (large === undefined) return Int32Array.from(numbers);
  throw new Error(`'${path}' holds the integer ${large}; expected integers of 32 bits with a sign`);
}
