/** @file `fit`: epochs of training steps, validation, callbacks. */

import { type Logs, sortLogs } from '../callbacks/callback.js';
import { CallbackList } from '../callbacks/callback_list.js';
import { History } from '../callbacks/history.js';
import type { DataLike } from '../data/arrays.js';
import type { BatchSource } from '../data/batch.js';
import type { Epochs } from '../data/epochs.js';
import { Backups } from './backups.js';
import { checkFitOptions, type FitOptions, validates } from './fit_options.js';
import { checkRunOptions, verbosity, withProgress } from './options.js';
import { makePlan, type Plan } from './plan.js';
import { type PassContext, runPass } from './runner.js';
import { type Cancellation, runCall } from './steps.js';
import type { Trainer } from './trainer.js';

const where = 'fit';

export function fitModel(model: Trainer, x: DataLike | BatchSource, y: DataLike | null, options: FitOptions): Promise<History> {
  checkRunOptions(where, options, ['stepsPerEpoch', 'validationSteps', 'validationBatchSize']);
  checkFitOptions(options);
  return runCall(where, model, options.signal, true, async (cancellation) => {
    const compiled = model.compiled(where);
    compiled.checkTrainable(where);
    const plan = await makePlan(model, compiled, { x, y, sampleWeight: options.sampleWeight ?? null }, options);
    const backups = await Backups.open(options.callbacks ?? [], {
      model,
      compiled,
      data: plan.epochs,
      unrepeatable: plan.unrepeatable,
    });
    const history = new History();
    const { epochs = 1 } = options;
    const verbose = verbosity(where, options.verbose);
    const params = {
      verbose,
      epochs,
      steps: plan.epochs.steps ?? null,
      ...(backups?.state !== undefined && { resumes: true }),
    };
    const callbacks = new CallbackList(
      withProgress([...(options.callbacks ?? []), history], verbose),
      model,
      params,
      model.turns,
    );
    model.history = history;
    model.stopTraining = false;
    try {
      const stops = (): boolean => model.stopTraining;
      await train(plan, options, { where, compiled, phase: 'train', callbacks, cancellation, stops }, backups);
      return history;
    } finally {
      plan.epochs.close();
    }
  });
}

async function train(plan: Plan, options: FitOptions, context: PassContext, backups: Backups | undefined): Promise<void> {
  const { compiled, callbacks, stops } = context;
  const { epochs = 1, validationFreq = 1 } = options;
  const state = backups?.state;
  const first = state?.epoch ?? options.initialEpoch ?? 0;
  let done = state?.batch ?? 0;
  let logs: Logs = state?.logs ?? {};
  await callbacks.call('onTrainBegin', {});
  if (done > 0) await callbacks.call('onEpochBegin', first, {});
  await backups?.restore(callbacks);
  try {
    const isOver = state !== undefined && done === 0 && stops();
    for (let epoch = first; epoch < epochs && !isOver; epoch++) {
      if (epoch > first && !(await hasMore(plan.epochs, epoch, epochs, context.cancellation))) break;
      if (done === 0) {
        compiled.reset();
        await callbacks.call('onEpochBegin', epoch, {});
      }
      const before = logs;
      const afterBatch = (batch: number, settle: () => Promise<void>): Promise<void> | undefined =>
        backups?.keep('batch', callbacks, { epoch, batch: batch + 1, logs: before }, settle);
      logs = await runPass({ ...context, afterBatch }, plan.epochs.next(), done);
      done = 0;
      if (plan.validation !== undefined && validates(epoch + 1, validationFreq)) {
        logs = sortLogs({ ...logs, ...(await validate(plan.validation(), context)) });
      }
      await callbacks.call('onEpochEnd', epoch, logs);
      await backups?.keep('epoch', callbacks, { epoch: epoch + 1, batch: 0, logs });
      if (stops()) break;
    }
  } finally {
    compiled.optimizer.finalize();
  }
  await callbacks.call('onTrainEnd', logs);
  await backups?.finish();
}

/** Whether there is data for another epoch; warns when a generator ended. */
async function hasMore(data: Epochs, epoch: number, epochs: number, cancellation: Cancellation): Promise<boolean> {
  const more = await cancellation.wait(data.more());
  if (!more) {
    process.emitWarning(
      `${where}: the batches ran out after epoch ${epoch} of ${epochs}; training stops; ` +
        'a generator gives its batches once: use a Sequence, or an iterable that can start again',
    );
  }
  return more;
}

/** Runs the validation data through the same callbacks' test hooks. @returns the logs with the prefix `val_` */
async function validate(data: Epochs, context: PassContext): Promise<Logs> {
  const { compiled, callbacks } = context;
  const place = `${where}: validationData`;
  if (!(await context.cancellation.wait(data.more()))) {
    process.emitWarning(`${place}: the batches ran out; this epoch is not validated`);
    return {};
  }
  try {
    compiled.reset();
    await callbacks.call('onTestBegin', {});
    const logs = await runPass({ ...context, where: place, phase: 'test', stops: () => false }, data.next());
    await callbacks.call('onTestEnd', logs);
    return Object.fromEntries(Object.entries(logs).map(([name, value]) => [`val_${name}`, value]));
  } finally {
    data.close();
  }
}
