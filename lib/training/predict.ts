/** @file `predict`: a model's outputs over data, batch by batch. */

import type { Callback, CallbackHooks } from '../callbacks/callback.js';
import { CallbackList } from '../callbacks/callback_list.js';
import { ProgressBar } from '../callbacks/progress_bar.js';
import { type TypedArray, typedArray } from '../core/dtype.js';
import { DataError } from '../core/errors.js';
import type { DataLike } from '../data/arrays.js';
import { ArraySupply, type Batch, type BatchSource, checkPositiveInteger, Epochs } from '../data/batches.js';
import type { Tensor } from '../graph/tensor.js';
import { currentDevice } from '../runtime/device.js';
import { type DeviceTensor, tensor } from '../runtime/device_tensor.js';
import { type Verbosity, verbosity } from './fit.js';
import { ensureBuilt, fitInputs, isSupply, loadData } from './inputs.js';
import { Cancellation, InFlight } from './steps.js';
import type { Trainer } from './trainer.js';

export interface PredictOptions {
  /** Samples a step; 32 by default. */
  batchSize?: number;
  verbose?: Verbosity;
  /** Batches to predict; all of them by default. */
  steps?: number;
  callbacks?: readonly (Callback | CallbackHooks)[];
  signal?: AbortSignal;
}

export async function predict(model: Trainer, x: DataLike | BatchSource, options: PredictOptions): Promise<Tensor[]> {
  const { batchSize = 32, steps } = options;
  checkPositiveInteger('predict', 'batchSize', batchSize);
  if (steps !== undefined) checkPositiveInteger('predict', 'steps', steps);
  const data = await loadData('predict', model, x, null, null);
  const epochs = new Epochs(isSupply(data) ? data : new ArraySupply(data, batchSize, false), steps);
  const verbose = verbosity(options.verbose);
  const progress = verbose === 0 ? [] : [new ProgressBar()];
  const callbacks = new CallbackList([...(options.callbacks ?? []), ...progress], model, {
    verbose,
    epochs: 1,
    steps: epochs.steps ?? null,
  });
  const cancellation = new Cancellation('predict', options.signal);
  try {
    await callbacks.call('onPredictBegin', {});
    const batches = await runBatches(model, epochs.next(), callbacks, cancellation);
    await callbacks.call('onPredictEnd', {});
    return await joinBatches(batches);
  } catch (error) {
    throw cancellation.translate(error);
  } finally {
    cancellation.release();
  }
}

async function runBatches(
  model: Trainer,
  batches: AsyncIterable<Batch>,
  callbacks: CallbackList,
  cancellation: Cancellation,
): Promise<DeviceTensor[][]> {
  const inFlight = new InFlight(currentDevice());
  const results: DeviceTensor[][] = [];
  for await (const batch of batches) {
    cancellation.check();
    await callbacks.call('onPredictBatchBegin', results.length, {});
    ensureBuilt(model, batch.x);
    const x = fitInputs('predict', model, batch.x);
    results.push(
      model.predictStep.program(x).run(
        x.map(({ data }) => data),
        cancellation.native,
      ),
    );
    await inFlight.queued();
    await callbacks.call('onPredictBatchEnd', results.length - 1, {});
  }
  await inFlight.drain();
  return results;
}

/** The batches of each output as one tensor. */
async function joinBatches(batches: readonly DeviceTensor[][]): Promise<Tensor[]> {
  const first = batches[0];
  if (first === undefined) throw new DataError('predict: the data is empty: no batch arrived; expected at least 1');
  if (batches.length === 1) return first;
  const joined: Tensor[] = [];
  for (const [output, { dtype, shape }] of first.entries()) {
    const parts: TypedArray[] = [];
    for (const batch of batches) {
      const part = batch[output] as DeviceTensor;
      parts.push(await part.data());
      part.dispose();
    }
    const all = typedArray(
      dtype,
      parts.reduce((sum, part) => sum + part.length, 0),
    );
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    const row = shape.slice(1).reduce((product, size) => product * size, 1);
    joined.push(tensor(all, [row === 0 ? 0 : all.length / row, ...shape.slice(1)], dtype));
  }
  return joined;
}
