/** @file Data: what training takes, and data sets. */

export type { ArrayLike, DataLike, ShapedArray } from './arrays.js';
export type { BatchSource } from './batch.js';
export * as datasets from './datasets/index.js';
export { type BatchLike, type BatchTuple, Sequence } from './sequence.js';
