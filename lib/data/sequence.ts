/** @file `Sequence`: batches by index, made when they are needed. */

import type { TypedArray } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import type { Tensor } from '../graph/tensor.js';
import type { DataLike, ShapedArray } from './arrays.js';

/** Inputs, targets and sample weights of one batch. */
export type BatchTuple = readonly [x: DataLike, y?: DataLike | null, sampleWeight?: DataLike | null];

/** One batch: a tuple, or the input alone where it is one tensor or array. */
export type BatchLike = BatchTuple | Tensor | ShapedArray | TypedArray;

/** How far ahead of their use `fit`, `evaluate` and `predict` ask a {@link Sequence} for its batches. */
export interface SequenceOptions {
  /** Calls of `getItem` at a time, default 1; 0 asks for each batch only when the device needs it. */
  readonly workers?: number;
  /** Batches that may be ready or in the making, default 10; each takes memory. */
  readonly maxQueueSize?: number;
}

/**
 * A data set as numbered batches, for data that does not fit into memory. Extend it with `length` and `getItem`. `fit` takes the batches in
 * a new order each epoch, unless it is told `shuffle: false`.
 *
 * Batches are made ahead, while the device computes, so each needs arrays of its own. `workers` helps where `getItem` waits (for files, for
 * other threads): then several calls wait at a time, and their batches still come in order. To compute beside the main thread, see
 * `workerSequence`.
 *
 * @throws ValueError for unknown options, or numbers below 0 (`workers`) or 1 (`maxQueueSize`).
 * @see https://keras.io/api/utils/python_utils/#pydataset-class
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
 * await net.fit(new Ramp({ maxQueueSize: 4 }), null, { epochs: 2 });
 */
export abstract class Sequence {
  readonly workers: number;
  readonly maxQueueSize: number;

  constructor(options: SequenceOptions = {}) {
    checkOptions('Sequence', options, ['workers', 'maxQueueSize']);
    this.workers = checkCount('workers', options.workers ?? 1, 0);
    this.maxQueueSize = checkCount('maxQueueSize', options.maxQueueSize ?? 10, 1);
  }

  /** Number of batches. */
  abstract get length(): number;
  /**
   * Batch `index`, from 0 to `length - 1`; may be a promise.
   *
   * @param signal - aborted when the batch is not needed any more: the training has stopped, or an earlier batch failed
   */
  abstract getItem(index: number, signal: AbortSignal): BatchLike | Promise<BatchLike>;
  /** Called when an epoch has ended. */
  onEpochEnd(): void | Promise<void> {}
}

function checkCount(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new ValueError(`Sequence: ${name} is ${String(value)}; expected an integer of at least ${least}`);
}
