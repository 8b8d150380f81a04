/** @file Data: what training takes, and data sets. */

export type { ArrayLike, DataLike, ShapedArray } from './arrays.js';
export type { BatchSource } from './batch.js';
export * as datasets from './datasets/index.js';
export { type BatchLike, type BatchTuple, Sequence } from './sequence.js';
export { shuffleArrays } from './shuffle_arrays.js';
export { type Standard, type StandardizeOptions, standardize } from './standardize.js';
export { toCategorical } from './to_categorical.js';
