/** @file `predict`: a model's outputs over data, batch by batch. */

import { CallbackList } from '../callbacks/callback_list.js';
import { type TypedArray, typedArray } from '../core/dtype.js';
import { located } from '../core/errors.js';
import type { DataLike } from '../data/arrays.js';
import type { BatchSource } from '../data/batch.js';
import { Epochs } from '../data/epochs.js';
import type { Tensor } from '../graph/tensor.js';
import { tensor } from '../runtime/device_tensor.js';
import type { HostArray } from '../runtime/function.js';
import { checkRunOptions, type RunOptions, verbosity, withProgress } from './options.js';
import { preparePredict } from './prepare.js';
import { forEachBatch } from './runner.js';
import { type Cancellation, InFlight, type MethodName, runCall } from './steps.js';
import { supply } from './supply.js';
import type { Trainer } from './trainer.js';

export interface PredictOptions extends RunOptions {
  /** Batches to predict; all of them by default. */
  steps?: number;
}

/** @param where - `predict` or `predictOnBatch`, for errors */
export function predictModel(
  where: MethodName,
  model: Trainer,
  x: DataLike | BatchSource,
  options: PredictOptions,
): Promise<Tensor[]> {
  checkRunOptions(where, options, ['steps']);
  return runCall(where, model, options.signal, false, (cancellation) => run(where, model, x, options, cancellation));
}

async function run(
  where: string,
  model: Trainer,
  x: DataLike | BatchSource,
  options: PredictOptions,
  cancellation: Cancellation,
): Promise<Tensor[]> {
  const { batchSize, steps } = options;
  const data = { x, y: null, sampleWeight: null };
  const cut = { where, batchSize, steps, inputsOnly: true };
  const batches = await supply(model, data, cut, (samples, place, stepSize) => preparePredict(place, model, samples, stepSize));
  const epochs = new Epochs(where, batches, steps);
  const verbose = verbosity(where, options.verbose);
  const params = { verbose, epochs: 1, steps: epochs.steps ?? null };
  const callbacks = new CallbackList(withProgress(options.callbacks, verbose), model, params);
  try {
    await callbacks.call('onPredictBegin', {});
    const parts = await collect(where, model, epochs, callbacks, cancellation);
    await callbacks.call('onPredictEnd', {});
    return (parts[0] ?? []).map((_, output) => join(parts.map((batch) => batch[output] as HostArray)));
  } finally {
    epochs.close();
  }
}

/** The outputs of each batch, in order. */
async function collect(
  where: string,
  model: Trainer,
  epochs: Epochs,
  callbacks: CallbackList,
  cancellation: Cancellation,
): Promise<HostArray[][]> {
  const inFlight = new InFlight();
  const parts: HostArray[][] = [];
  try {
    await forEachBatch(where, epochs.next(), cancellation, async ({ x }, index) => {
      await callbacks.call('onPredictBatchBegin', index, {});
      await inFlight.add(runBatch(where, model, x, cancellation).then((outputs) => parts.push(outputs)));
      await callbacks.call('onPredictBatchEnd', index, {});
      return false;
    });
    await inFlight.drain();
    return parts;
  } catch (error) {
    await inFlight.settle();
    throw error;
  }
}

/** Queues one batch; the data is copied when it is queued. @returns its outputs */
async function runBatch(
  where: string,
  model: Trainer,
  x: readonly HostArray[],
  cancellation: Cancellation,
): Promise<HostArray[]> {
  const program = model.predictStep.program(x);
  const data = x.map((array) => array.data);
  try {
    const arrays = await program.runAndRead(data, cancellation.native);
    return program.outputs.map((type, i) => ({ ...type, data: arrays[i] as TypedArray }));
  } catch (error) {
    throw located(where, error);
  }
}

/** The batches of one output as one tensor. */
function join(parts: readonly HostArray[]): Tensor {
  const [first] = parts as readonly [HostArray];
  const row = first.shape.slice(1);
  if (parts.length === 1) return tensor(first.data, first.shape, first.dtype);
  const count = parts.reduce((sum, part) => sum + (part.shape[0] ?? 1), 0);
  const shape = [count, ...row];
  const length = parts.reduce((sum, part) => sum + part.data.length, 0);
  const all = typedArray(first.dtype, length);
  let at = 0;
  for (const part of parts) {
    all.set(part.data, at);
    at += part.data.length;
  }
  return tensor(all, shape, first.dtype);
}
