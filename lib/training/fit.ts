/** @file `fit`: epochs of training steps, validation, callbacks. */

import { stdout } from 'node:process';
import { type Callback, type CallbackHooks, type Logs, sortLogs } from '../callbacks/callback.js';
import { CallbackList } from '../callbacks/callback_list.js';
import { History } from '../callbacks/history.js';
import { ProgressBar } from '../callbacks/progress_bar.js';
import { DataError, ValueError } from '../core/errors.js';
import type { DataLike } from '../data/arrays.js';
import {
  type ArrayData,
  ArraySupply,
  type BatchSource,
  type BatchSupply,
  checkPositiveInteger,
  Epochs,
  isBatchSource,
  sliceData,
} from '../data/batches.js';
import { type ClassWeight, checkClassWeight, isSupply, loadData } from './inputs.js';
import { runPass } from './runner.js';
import { Cancellation } from './steps.js';
import type { Trainer } from './trainer.js';

/** Progress on stdout: 1 a bar (drawn live on a terminal), 2 a line an epoch, 0 nothing; 'auto' is 1 on a terminal, else 2. */
export type Verbosity = 'auto' | 0 | 1 | 2;

/** Inputs and targets to validate on, or batches of them. */
export type ValidationData = readonly [x: DataLike, y: DataLike, sampleWeight?: DataLike] | BatchSource;

export interface FitOptions {
  /** Samples a step; 32 by default. The last batch of an epoch may be smaller. */
  batchSize?: number;
  /** Number of the last epoch; 1 by default. */
  epochs?: number;
  verbose?: Verbosity;
  callbacks?: readonly (Callback | CallbackHooks)[];
  /** Share of the samples, in (0, 1), cut from the end before shuffling, to validate on. */
  validationSplit?: number;
  validationData?: ValidationData;
  /** Whether each epoch has a new order (true by default); 'batch' reorders whole batches. Arrays only. */
  shuffle?: boolean | 'batch';
  /** Weight of each class in the loss, for one output with class labels. */
  classWeight?: ClassWeight;
  /** Weight of each sample in the loss. */
  sampleWeight?: DataLike;
  /** Number of the first epoch; 0 by default. */
  initialEpoch?: number;
  /** Steps an epoch; the data then goes on from epoch to epoch. */
  stepsPerEpoch?: number;
  validationSteps?: number;
  validationBatchSize?: number;
  /** Validate every so many epochs, or after these epochs (from 1). */
  validationFreq?: number | readonly number[];
  /** Stops the training: fit then throws an AbortedError. */
  signal?: AbortSignal;
}

interface Plan {
  readonly epochs: Epochs;
  readonly validation: (() => Epochs) | undefined;
}

export async function fit(model: Trainer, x: DataLike | BatchSource, y: DataLike | null, options: FitOptions): Promise<History> {
  const compiled = model.compiled('fit');
  compiled.checkTrainable('fit');
  checkFitOptions(options);
  checkClassWeight('fit', model, options.classWeight, options.sampleWeight !== undefined);
  const plan = await makePlan(model, x, y, options);
  const { epochs = 1, initialEpoch = 0 } = options;
  const history = new History();
  const verbose = verbosity(options.verbose);
  const progress = verbose === 0 ? [] : [new ProgressBar()];
  const params = { verbose, epochs, steps: plan.epochs.steps ?? null };
  const callbacks = new CallbackList([...(options.callbacks ?? []), history, ...progress], model, params);
  const cancellation = new Cancellation('fit', options.signal);
  model.history = history;
  model.stopTraining = false;
  try {
    await callbacks.call('onTrainBegin', {});
    let logs: Logs = {};
    for (let epoch = initialEpoch; epoch < epochs; epoch++) {
      compiled.reset();
      await callbacks.call('onEpochBegin', epoch, {});
      const pass = { where: 'fit', callbacks, cancellation, classWeight: options.classWeight };
      logs = await runPass(model, plan.epochs.next(), { ...pass, phase: 'train' });
      if (plan.validation !== undefined && validates(epoch + 1, options.validationFreq ?? 1)) {
        logs = sortLogs({ ...logs, ...(await validate(model, plan.validation(), callbacks, cancellation)) });
      }
      await callbacks.call('onEpochEnd', epoch, logs);
      if (model.stopTraining) break;
    }
    compiled.optimizer.finalize();
    await callbacks.call('onTrainEnd', logs);
    return history;
  } catch (error) {
    throw cancellation.translate(error);
  } finally {
    cancellation.release();
  }
}

/** Runs the validation data through the same callbacks' test hooks. @returns the logs with the prefix `val_` */
async function validate(model: Trainer, epochs: Epochs, callbacks: CallbackList, cancellation: Cancellation): Promise<Logs> {
  const compiled = model.compiled('fit');
  compiled.reset();
  await callbacks.call('onTestBegin', {});
  const pass = { where: 'fit: validationData', phase: 'test', callbacks, cancellation, classWeight: undefined } as const;
  const logs = await runPass(model, epochs.next(), pass);
  await callbacks.call('onTestEnd', logs);
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [`val_${name}`, value]));
}

const validates = (epoch: number, frequency: number | readonly number[]): boolean =>
  typeof frequency === 'number' ? epoch % frequency === 0 : frequency.includes(epoch);

async function makePlan(model: Trainer, x: DataLike | BatchSource, y: DataLike | null, options: FitOptions): Promise<Plan> {
  const { batchSize = 32, shuffle = true, validationData, validationSplit = 0, validationSteps } = options;
  const validationBatchSize = options.validationBatchSize ?? batchSize;
  let data = await loadData('fit', model, x, y, options.sampleWeight ?? null);
  let held: ArrayData | BatchSupply | undefined;
  if (validationData !== undefined) {
    held =
      isBatchSource(validationData) && !isTuple(validationData)
        ? await loadData('fit: validationData', model, validationData, null, null)
        : await loadTuple(model, validationData as readonly DataLike[]);
  } else if (validationSplit > 0) {
    if (isSupply(data)) throw new DataError('fit: validationSplit needs arrays, and x is batches; give validationData instead');
    [data, held] = split(data, validationSplit);
  }
  const supply = isSupply(data) ? data : new ArraySupply(data, batchSize, shuffle);
  const validation = held && (isSupply(held) ? held : new ArraySupply(held, validationBatchSize, false));
  return {
    epochs: new Epochs(supply, options.stepsPerEpoch),
    validation: validation && (() => new Epochs(validation, validationSteps)),
  };
}

const isTuple = (value: unknown): boolean => Array.isArray(value);

function loadTuple(model: Trainer, tuple: readonly DataLike[]): Promise<ArrayData | BatchSupply> {
  const [x, y, sampleWeight] = tuple;
  if (x === undefined || y === undefined || tuple.length > 3) {
    throw new DataError(`fit: validationData has ${tuple.length} entries; expected [x, y] or [x, y, sampleWeight]`);
  }
  return loadData('fit: validationData', model, x, y, sampleWeight ?? null);
}

/** The last part is held out, before any shuffling (Keras: split_at = floor(n (1 - share))). */
function split(data: ArrayData, share: number): [ArrayData, ArrayData] {
  const at = Math.floor(data.count * (1 - share));
  if (at === 0 || at === data.count) {
    throw new ValueError(
      `fit: validationSplit ${share} leaves ${at} of ${data.count} samples for training; expected at least 1 on both sides`,
    );
  }
  return [sliceData(data, 0, at), sliceData(data, at, data.count)];
}

export function verbosity(verbose: Verbosity | undefined): 0 | 1 | 2 {
  if (verbose === undefined || verbose === 'auto') return stdout.isTTY ? 1 : 2;
  if (verbose === 0 || verbose === 1 || verbose === 2) return verbose;
  throw new ValueError(`fit: verbose is ${String(verbose)}; expected 'auto', 0, 1 or 2`);
}

function checkFitOptions(options: FitOptions): void {
  const { epochs = 1, initialEpoch = 0, validationSplit = 0, shuffle = true, validationFreq = 1 } = options;
  for (const name of ['batchSize', 'stepsPerEpoch', 'validationSteps', 'validationBatchSize'] as const) {
    const value = options[name];
    if (value !== undefined) checkPositiveInteger('fit', name, value);
  }
  if (!Number.isInteger(epochs) || epochs < 0)
    throw new ValueError(`fit: epochs is ${epochs}; expected an integer of at least 0`);
  if (!Number.isInteger(initialEpoch) || initialEpoch < 0) {
    throw new ValueError(`fit: initialEpoch is ${initialEpoch}; expected an integer of at least 0`);
  }
  if (!(validationSplit >= 0 && validationSplit < 1))
    throw new ValueError(`fit: validationSplit is ${validationSplit}; expected a number in [0, 1)`);
  if (typeof shuffle !== 'boolean' && shuffle !== 'batch')
    throw new ValueError(`fit: shuffle is ${String(shuffle)}; expected true, false or 'batch'`);
  for (const frequency of [validationFreq].flat()) checkPositiveInteger('fit', 'validationFreq', frequency as number);
}
