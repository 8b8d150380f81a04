/** @file `predict`: a model's outputs over data, batch by batch. */

import { CallbackList } from '../callbacks/callback_list.js';
import { ProgressBar } from '../callbacks/progress_bar.js';
import { type DType, type TypedArray, typedArray } from '../core/dtype.js';
import type { DataLike } from '../data/arrays.js';
import type { BatchSource } from '../data/batch.js';
import { Epochs } from '../data/epochs.js';
import type { Tensor } from '../graph/tensor.js';
import { tensor } from '../runtime/device_tensor.js';
import { checkRunOptions, type RunOptions, verbosity } from './options.js';
import { preparePredict } from './prepare.js';
import { forEachBatch } from './runner.js';
import { type Cancellation, cancellable, InFlight } from './steps.js';
import { supply } from './supply.js';
import type { Trainer } from './trainer.js';

export interface PredictOptions extends RunOptions {
  /** Batches to predict; all of them by default. */
  steps?: number;
}

/** The numbers of one output of one batch. */
interface Part {
  readonly data: TypedArray;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** @param where - `predict` or `predictOnBatch`, for errors */
export function predict(where: string, model: Trainer, x: DataLike | BatchSource, options: PredictOptions): Promise<Tensor[]> {
  checkRunOptions(where, options, ['steps']);
  return cancellable(where, options.signal, undefined, (cancellation) => run(where, model, x, options, cancellation));
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
  const progress = verbose === 0 ? [] : [new ProgressBar()];
  const callbacks = new CallbackList([...(options.callbacks ?? []), ...progress], model, params);
  try {
    await callbacks.call('onPredictBegin', {});
    const parts = await collect(where, model, epochs, callbacks, cancellation);
    await callbacks.call('onPredictEnd', {});
    return parts.map((list) => join(list));
  } finally {
    epochs.close();
  }
}

/** The parts of each output, batch by batch. */
async function collect(
  where: string,
  model: Trainer,
  epochs: Epochs,
  callbacks: CallbackList,
  cancellation: Cancellation,
): Promise<Part[][]> {
  const inFlight = new InFlight();
  const parts: Part[][] = [];
  try {
    await forEachBatch(where, epochs.next(), cancellation, async ({ x }, index) => {
      await callbacks.call('onPredictBatchBegin', index, {});
      const program = model.predictStep.program(x);
      const data = x.map((array) => array.data);
      const outputs = program.runAndRead(data, cancellation.native);
      await inFlight.add(
        outputs.then((arrays) => {
          arrays.forEach((array, i) => {
            parts[i] ??= [];
            parts[i].push({ ...(program.outputs[i] as Part), data: array });
          });
        }),
      );
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

/** The batches of one output as one tensor. */
function join(parts: readonly Part[]): Tensor {
  const [first] = parts as readonly [Part];
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
