/** @file The options of `fit`, and which go together. */

import { describeValue } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import type { DataLike } from '../data/arrays.js';
import { type BatchSource, checkPositiveInteger } from '../data/batch.js';
import type { ClassWeight } from './class_weight.js';
import type { RunOptions } from './options.js';

/** Inputs and targets to validate on, or batches of them. */
export type ValidationData = readonly [x: DataLike, y: DataLike, sampleWeight?: DataLike] | BatchSource;

export interface FitOptions extends RunOptions {
  /** Number of the last epoch; 1 by default. */
  epochs?: number;
  /** Share of the samples, in [0, 1), cut from the end before shuffling, to validate on. `validationData` goes before it. */
  validationSplit?: number;
  validationData?: ValidationData;
  /**
   * Whether each epoch has a new order (true by default): of the samples of arrays, of the batches of a Sequence. 'batch' reorders samples
   * inside each batch of arrays. Other iterables come as they are.
   */
  shuffle?: boolean | 'batch';
  /** Weight of each class in the loss, for one output with class labels. */
  classWeight?: ClassWeight;
  /** Weight of each sample in the loss. */
  sampleWeight?: DataLike;
  /** Number of the first epoch; 0 by default. */
  initialEpoch?: number;
  /** Steps an epoch; the data then goes on from epoch to epoch. */
  stepsPerEpoch?: number;
  /** Steps of each validation; all of its data by default. */
  validationSteps?: number;
  /** Samples a validation step; `batchSize` by default. */
  validationBatchSize?: number;
  /** Validate every so many epochs, or after these epochs (from 1). */
  validationFreq?: number | readonly number[];
}

/** Whether a validation follows epoch number `epoch` (from 1). */
export const validates = (epoch: number, frequency: number | readonly number[]): boolean =>
  typeof frequency === 'number' ? epoch % frequency === 0 : frequency.includes(epoch);

/** @throws ValueError for values out of range and for options that would have no effect. */
export function checkFitOptions(options: FitOptions): void {
  const { validationSplit = 0, shuffle = true, validationFreq = 1 } = options;
  for (const name of ['epochs', 'initialEpoch'] as const) {
    const value = options[name] ?? 0;
    if (!Number.isInteger(value) || value < 0) {
      throw new ValueError(`fit: ${name} is ${describeValue(value)}; expected an integer of at least 0`);
    }
  }
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new ValueError(`fit: validationSplit is ${describeValue(validationSplit)}; expected a number in [0, 1)`);
  }
  if (typeof shuffle !== 'boolean' && shuffle !== 'batch') {
    throw new ValueError(`fit: shuffle is ${describeValue(shuffle)}; expected true, false or 'batch'`);
  }
  for (const frequency of [validationFreq].flat()) checkPositiveInteger('fit', 'validationFreq', frequency as number);
  if (validationSplit > 0 || options.validationData !== undefined) return;
  for (const name of ['validationSteps', 'validationBatchSize', 'validationFreq'] as const) {
    if (options[name] === undefined) continue;
    throw new ValueError(`fit: ${name} is given without validation data; give validationData or validationSplit as well`);
  }
}
