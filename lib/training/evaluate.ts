/** @file `evaluate`: loss and metrics over data, in inference mode. */

import type { Logs } from '../callbacks/callback.js';
import { CallbackList } from '../callbacks/callback_list.js';
import type { DataLike } from '../data/arrays.js';
import type { BatchSource } from '../data/batch.js';
import { Epochs } from '../data/epochs.js';
import { checkRunOptions, type RunOptions, verbosity, withProgress } from './options.js';
import { prepareStep } from './prepare.js';
import { runPass } from './runner.js';
import { type Cancellation, runCall } from './steps.js';
import { supply } from './supply.js';
import type { Trainer } from './trainer.js';

export interface EvaluateOptions extends RunOptions {
  /** Weight of each sample in the loss. */
  sampleWeight?: DataLike;
  /** Batches to evaluate; all of them by default. */
  steps?: number;
}

const where = 'evaluate';

export function evaluateModel(
  model: Trainer,
  x: DataLike | BatchSource,
  y: DataLike | null,
  options: EvaluateOptions,
): Promise<Logs> {
  checkRunOptions(where, options, ['steps']);
  return runCall(where, model, options.signal, true, (cancellation) => run(model, x, y, options, cancellation));
}

async function run(
  model: Trainer,
  x: DataLike | BatchSource,
  y: DataLike | null,
  options: EvaluateOptions,
  cancellation: Cancellation,
): Promise<Logs> {
  const compiled = model.compiled(where);
  const { batchSize, steps, sampleWeight = null } = options;
  const batches = await supply(model, { x, y, sampleWeight }, { where, batchSize, steps }, (samples, place, stepSize) =>
    prepareStep(place, model, compiled, samples, 'test', stepSize),
  );
  const epochs = new Epochs(where, batches, steps);
  const verbose = verbosity(where, options.verbose);
  const params = { verbose, epochs: 1, steps: epochs.steps ?? null };
  const callbacks = new CallbackList(withProgress(options.callbacks, verbose), model, params, model.turns);
  try {
    compiled.reset();
    await callbacks.call('onTestBegin', {});
    const logs = await runPass({ where, compiled, phase: 'test', callbacks, cancellation, stops: () => false }, epochs.next());
    await callbacks.call('onTestEnd', logs);
    return logs;
  } finally {
    epochs.close();
  }
}
