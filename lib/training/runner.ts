/** @file One pass over batches, for training and for evaluation: hooks, steps, logs. */

import type { Logs } from '../callbacks/callback.js';
import type { CallbackList } from '../callbacks/callback_list.js';
import { DataError } from '../core/errors.js';
import type { Batch } from '../data/batches.js';
import { SparseCategoricalCrossentropy } from '../losses/index.js';
import { currentDevice } from '../runtime/device.js';
import type { FunctionInput } from '../runtime/function.js';
import { type ClassWeight, checkTargets, ensureBuilt, fitInputs, type LabelRange, withClassWeight } from './inputs.js';
import { type Cancellation, InFlight } from './steps.js';
import type { Trainer } from './trainer.js';

export interface PassOptions {
  readonly where: string;
  readonly phase: 'train' | 'test';
  readonly callbacks: CallbackList;
  readonly cancellation: Cancellation;
  readonly classWeight: ClassWeight | undefined;
}

/** Runs the steps of one epoch, or of one evaluation. @returns the running logs at its end. */
export async function runPass(model: Trainer, batches: AsyncIterable<Batch>, options: PassOptions): Promise<Logs> {
  const { phase, callbacks, cancellation, where } = options;
  const compiled = model.compiled(where);
  const inFlight = new InFlight(currentDevice());
  const [begin, end] =
    phase === 'train' ? (['onTrainBatchBegin', 'onTrainBatchEnd'] as const) : (['onTestBatchBegin', 'onTestBatchEnd'] as const);
  let step = 0;
  for await (const batch of batches) {
    cancellation.check();
    await callbacks.call(begin, step, {});
    runStep(model, batch, options);
    if (callbacks.wantsBatchLogs(phase)) {
      await callbacks.call(end, step, await compiled.read());
    } else {
      await inFlight.queued();
      await callbacks.call(end, step, {});
    }
    step++;
    if (phase === 'train' && model.stopTraining) break;
  }
  await inFlight.drain();
  if (step === 0) throw new DataError(`${where}: the data is empty: no batch arrived; expected at least 1`);
  return compiled.read();
}

/** Queues one step. The data is copied when it is queued, so the caller may reuse its arrays. */
export function runStep(
  model: Trainer,
  batch: Batch,
  options: Pick<PassOptions, 'where' | 'phase' | 'classWeight' | 'cancellation'>,
): void {
  const { where, phase, cancellation } = options;
  const compiled = model.compiled(where);
  ensureBuilt(model, batch.x);
  const x = fitInputs(where, model, batch.x);
  const { y, sampleWeight } = withClassWeight(batch, options.classWeight);
  const inputs: FunctionInput[] = [...x, ...y, ...sampleWeight];
  const step = phase === 'train' ? compiled.trainStep : compiled.testStep;
  const program = step.program(inputs);
  checkTargets(where, model, y, labelRanges(model, where));
  program.run(
    inputs.map((input) => (input as { data: Float32Array }).data),
    cancellation.native,
  );
}

/** For outputs with a sparse loss, the classes that labels may name. */
function labelRanges(model: Trainer, where: string): (LabelRange | null)[] {
  const { losses, outputShapes } = model.compiled(where);
  return losses.map((loss, i) => {
    const classes = outputShapes[i]?.at(-1);
    if (!(loss instanceof SparseCategoricalCrossentropy) || typeof classes !== 'number') return null;
    return { classes, ignore: loss.ignoreClass ?? undefined };
  });
}
