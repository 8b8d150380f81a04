/** @file `evaluate`: loss and metrics over data, in inference mode. */

import type { Callback, CallbackHooks, Logs } from '../callbacks/callback.js';
import { CallbackList } from '../callbacks/callback_list.js';
import { ProgressBar } from '../callbacks/progress_bar.js';
import type { DataLike } from '../data/arrays.js';
import { ArraySupply, type BatchSource, checkPositiveInteger, Epochs } from '../data/batches.js';
import { type Verbosity, verbosity } from './fit.js';
import { isSupply, loadData } from './inputs.js';
import { runPass } from './runner.js';
import { Cancellation } from './steps.js';
import type { Trainer } from './trainer.js';

export interface EvaluateOptions {
  /** Samples a step; 32 by default. */
  batchSize?: number;
  verbose?: Verbosity;
  /** Weight of each sample in the loss. */
  sampleWeight?: DataLike;
  /** Batches to evaluate; all of them by default. */
  steps?: number;
  callbacks?: readonly (Callback | CallbackHooks)[];
  signal?: AbortSignal;
}

export async function evaluate(
  model: Trainer,
  x: DataLike | BatchSource,
  y: DataLike | null,
  options: EvaluateOptions,
): Promise<Logs> {
  const compiled = model.compiled('evaluate');
  const { batchSize = 32, steps } = options;
  checkPositiveInteger('evaluate', 'batchSize', batchSize);
  if (steps !== undefined) checkPositiveInteger('evaluate', 'steps', steps);
  const data = await loadData('evaluate', model, x, y, options.sampleWeight ?? null);
  const epochs = new Epochs(isSupply(data) ? data : new ArraySupply(data, batchSize, false), steps);
  const verbose = verbosity(options.verbose);
  const progress = verbose === 0 ? [] : [new ProgressBar()];
  const params = { verbose, epochs: 1, steps: epochs.steps ?? null };
  const callbacks = new CallbackList([...(options.callbacks ?? []), ...progress], model, params);
  const cancellation = new Cancellation('evaluate', options.signal);
  try {
    compiled.reset();
    await callbacks.call('onTestBegin', {});
    const pass = { where: 'evaluate', phase: 'test', callbacks, cancellation, classWeight: undefined } as const;
    const logs = await runPass(model, epochs.next(), pass);
    await callbacks.call('onTestEnd', logs);
    return logs;
  } catch (error) {
    throw cancellation.translate(error);
  } finally {
    cancellation.release();
  }
}
