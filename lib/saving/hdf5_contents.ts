/** @file What an HDF5 file holds, as plain objects that pass between threads. */

import type { TypedArray } from '../core/dtype.js';

/** Numbers of a file; those of types that the library lacks are widened: float16 to float32, int8 to int32. */
export interface Hdf5Array {
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

/** Texts; numbers are of no use to Keras's files. */
export type Hdf5Attributes = Readonly<Record<string, string | readonly string[]>>;

/** Groups and arrays by their paths, `layers/dense/vars/0`; the root is `''`. */
export interface Hdf5Contents {
  /** Every group with its attributes, parents before children. */
  readonly groups: Map<string, Hdf5Attributes>;
  readonly arrays: Map<string, Hdf5Array>;
}

export type Hdf5Request =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'write'; readonly contents: Hdf5Contents };

export type Hdf5Reply = { readonly contents: Hdf5Contents } | { readonly bytes: Uint8Array } | { readonly problem: string };
