/** @file Samples cut from arrays: a range shares their memory, a selection is copied. */

import type { TypedArray } from '../core/dtype.js';
import type { HostArray } from '../runtime/function.js';

const rowLength = (array: HostArray): number => array.data.length / (array.shape[0] as number);

/** Samples `begin` to `end` of an array, sharing its memory. */
export function sliceSamples(array: HostArray, begin: number, end: number): HostArray {
  const row = rowLength(array);
  return { ...array, data: array.data.subarray(begin * row, end * row), shape: [end - begin, ...array.shape.slice(1)] };
}

/** The samples at `indices`, copied into `into` (made anew when it is too small). */
export function gatherSamples(array: HostArray, indices: Uint32Array, into?: TypedArray): HostArray {
  const row = rowLength(array);
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
