/** @file `Sequence`: batches by index, made when they are needed. */

import type { DataLike } from './arrays.js';

/** Inputs, targets and sample weights of one batch. */
export type BatchTuple = readonly [x: DataLike, y?: DataLike | null, sampleWeight?: DataLike | null];

/**
 * A data set as numbered batches, for data that does not fit into memory. Extend it with `length` and `getItem`.
 *
 * @example
 * class Ramp extends Sequence {
 *   get length() { return 10; }
 *   getItem(index: number): BatchTuple {
 *     return [{ data: new Float32Array(8).fill(index), shape: [8, 1] }, { data: new Float32Array(8).fill(2 * index), shape: [8, 1] }];
 *   }
 * }
 */
export abstract class Sequence {
  /** Number of batches. */
  abstract get length(): number;
  /** Batch `index`, from 0 to `length - 1`; may be a promise. */
  abstract getItem(index: number): BatchTuple | Promise<BatchTuple>;
  /** Called when every batch of an epoch was taken; reshuffle here. */
  onEpochEnd(): void | Promise<void> {}
}
