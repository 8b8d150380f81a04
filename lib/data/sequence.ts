/** @file `Sequence`: batches by index, made when they are needed. */

import type { TypedArray } from '../core/dtype.js';
import type { Tensor } from '../graph/tensor.js';
import type { DataLike, ShapedArray } from './arrays.js';

/** Inputs, targets and sample weights of one batch. */
export type BatchTuple = readonly [x: DataLike, y?: DataLike | null, sampleWeight?: DataLike | null];

/** One batch: a tuple, or the input alone where it is one tensor or array. */
export type BatchLike = BatchTuple | Tensor | ShapedArray | TypedArray;

/**
 * A data set as numbered batches, for data that does not fit into memory. Extend it with `length` and `getItem`. `fit` takes the batches in
 * a new order each epoch, unless it is told `shuffle: false`.
 *
 * @example
 * class Ramp extends Sequence {
 *   get length() {
 *     return 10;
 *   }
 *   getItem(index) {
 *     const x = new Float32Array(8).fill(index / 10);
 *     return [{ data: x, shape: [8, 1] }, { data: x.map((value) => 2 * value), shape: [8, 1] }];
 *   }
 * }
 * await net.fit(new Ramp(), null, { epochs: 2 });
 */
export abstract class Sequence {
  /** Number of batches. */
  abstract get length(): number;
  /** Batch `index`, from 0 to `length - 1`; may be a promise. */
  abstract getItem(index: number): BatchLike | Promise<BatchLike>;
  /** Called when an epoch has ended. */
  onEpochEnd(): void | Promise<void> {}
}
