/** @file States as text and bytes: JSON, but typed arrays keep their bits and numbers that JSON lacks are not lost. */

import { describeValue } from '../core/describe.js';
import type { TypedArray } from '../core/dtype.js';
import { FileError, ValueError } from '../core/errors.js';

/** A value in two parts: the text refers to the bytes. */
export interface Packed {
  readonly json: unknown;
  readonly bytes: Uint8Array;
}

const arrayTypes = { Float32Array, Float64Array, Int32Array, Uint8Array, Uint32Array, BigInt64Array };
type ArrayName = keyof typeof arrayTypes;

/** Typed arrays begin at multiples of it. */
const alignment = 8;

/**
 * Takes a value of plain objects, arrays, numbers, strings, booleans, null and typed arrays apart. Properties that are undefined are left out.
 *
 * @param where - what the value is, for errors
 * @throws ValueError for anything else.
 */
export function pack(where: string, value: unknown): Packed {
  const parts: Uint8Array[] = [];
  let length = 0;
  const addBytes = (array: TypedArray): number => {
    const offset = Math.ceil(length / alignment) * alignment;
    parts.push(new Uint8Array(offset - length), new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    length = offset + array.byteLength;
    return offset;
  };
  const visit = (each: unknown): unknown => {
    if (typeof each === 'number') {
      return Number.isFinite(each) && !Object.is(each, -0) ? each : { $number: Object.is(each, -0) ? '-0' : String(each) };
    }
    if (each === null || each === undefined || typeof each === 'string' || typeof each === 'boolean') return each;
    if (ArrayBuffer.isView(each) && each.constructor.name in arrayTypes) {
      const array = each as TypedArray;
      return { $array: array.constructor.name, offset: addBytes(array), length: array.length };
    }
    if (Array.isArray(each)) return each.map(visit);
    if (typeof each === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(each))) {
      const entries = Object.entries(each).filter(([, property]) => property !== undefined);
      const reserved = entries.find(([name]) => name.startsWith('$'));
      if (reserved === undefined) return Object.fromEntries(entries.map(([name, property]) => [name, visit(property)]));
      throw new ValueError(`${where} has the property '${reserved[0]}'; expected names that do not begin with $`);
    }
    throw new ValueError(
      `${where} holds ${describeValue(each)}; expected plain objects, arrays, numbers, strings, booleans, null and typed arrays`,
    );
  };
  const json = visit(value);
  return { json, bytes: Buffer.concat(parts) };
}

/** Puts together what `pack` took apart. @throws FileError when the bytes do not belong to the text. */
export function unpack(where: string, { json, bytes }: Packed): unknown {
  const visit = (each: unknown): unknown => {
    if (typeof each !== 'object' || each === null) return each;
    if (Array.isArray(each)) return each.map(visit);
    if ('$number' in each) return Number(each.$number);
    if ('$array' in each) return arrayFrom(where, each as unknown as PackedArray, bytes);
    return Object.fromEntries(Object.entries(each).map(([name, property]) => [name, visit(property)]));
  };
  return visit(json);
}

interface PackedArray {
  readonly $array: ArrayName;
  readonly offset: number;
  readonly length: number;
}

function arrayFrom(where: string, { $array, offset, length }: PackedArray, bytes: Uint8Array): TypedArray {
  const Type = arrayTypes[$array] as unknown as (new (buffer: ArrayBuffer) => TypedArray) & { BYTES_PER_ELEMENT: number };
  const end = offset + length * (Type?.BYTES_PER_ELEMENT ?? Number.NaN);
  if (end <= bytes.length) return new Type(Uint8Array.from(bytes.subarray(offset, end)).buffer);
  throw new FileError(
    `${where}: refers to ${length} elements (${$array}) at byte ${offset} of ${bytes.length}; the file is damaged`,
  );
}
