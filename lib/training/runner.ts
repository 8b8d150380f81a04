/** @file One pass over batches, for training and for evaluation: hooks, steps, logs. */

import type { Logs } from '../callbacks/callback.js';
import type { CallbackList } from '../callbacks/callback_list.js';
import { DataError, located } from '../core/errors.js';
import type { Samples } from '../data/batch.js';
import { spanBegin, spanEnd } from '../runtime/host_spans.js';
import type { Compiled, Phase } from './compiled.js';
import { stepInputs } from './prepare.js';
import { type Cancellation, InFlight } from './steps.js';

/** What a step needs to know. */
export interface StepContext {
  /** The call, for errors. */
  readonly where: string;
  readonly compiled: Compiled;
  readonly phase: Phase;
  readonly cancellation: Cancellation;
}

export interface PassContext extends StepContext {
  readonly callbacks: CallbackList;
  /** Whether a callback has asked to stop. */
  readonly stops: () => boolean;
  /** Called after the hooks of each batch; `settle` waits for the steps that are queued. */
  readonly afterBatch?: (batch: number, settle: () => Promise<void>) => Promise<void> | undefined;
}

/** Queues one step. The data is copied when it is queued, so the caller may reuse its arrays. */
export async function runStep({ where, compiled, phase, cancellation }: StepContext, samples: Samples): Promise<void> {
  const inputs = stepInputs(samples);
  const data = inputs.map((input) => input.data);
  try {
    await compiled.program(phase, inputs).runAndRead(data, cancellation.native);
  } catch (error) {
    throw located(where, error);
  }
}

/**
 * Calls `step` with each batch, and ends the batches' iterator whatever happens. While a batch is waited for, an abort is heeded.
 *
 * @param step - returns true to stop early
 * @param first - number of the first batch
 * @throws DataError when there were none.
 */
export async function forEachBatch(
  where: string,
  batches: AsyncGenerator<Samples>,
  cancellation: Cancellation,
  step: (samples: Samples, index: number) => Promise<boolean>,
  first = 0,
): Promise<void> {
  let index = first;
  try {
    for (let stopped = false; !stopped; index++) {
      cancellation.check();
      const begin = spanBegin();
      const { value, done } = await cancellation.wait(batches.next());
      spanEnd('data', begin);
      if (done === true) break;
      stopped = await step(value, index);
    }
  } finally {
    // Not waited for: the user's code may be stuck in the batch that was aborted.
    batches.return(undefined).catch(() => {});
  }
  if (index === 0) throw new DataError(`${where}: the data is empty: no batch arrived; expected at least 1`);
}

/**
 * Runs the steps of one epoch, or of one evaluation.
 *
 * @param first - number of the first batch: of an epoch that goes on
 * @returns the running logs at its end
 */
export async function runPass(context: PassContext, batches: AsyncGenerator<Samples>, first = 0): Promise<Logs> {
  const { compiled, phase, callbacks, cancellation, where } = context;
  const [begin, end] =
    phase === 'train' ? (['onTrainBatchBegin', 'onTrainBatchEnd'] as const) : (['onTestBatchBegin', 'onTestBatchEnd'] as const);
  const inFlight = new InFlight();
  try {
    const step = async (samples: Samples, index: number): Promise<boolean> => {
      await callbacks.call(begin, index, {});
      await inFlight.add(runStep(context, samples));
      if (callbacks.wantsBatchLogs(phase)) {
        const logs = compiled.read();
        await Promise.all([inFlight.drain(), logs]);
        await callbacks.call(end, index, await logs);
      } else await callbacks.call(end, index, {});
      await context.afterBatch?.(index, () => inFlight.drain());
      return context.stops();
    };
    // An epoch that goes on may have been stopped already.
    if (first > 0 && context.stops()) await batches.return(undefined);
    await forEachBatch(where, batches, cancellation, step, first);
    await inFlight.drain();
    if (phase === 'train') await compiled.countLeftOut();
    return await compiled.read();
  } catch (error) {
    await inFlight.settle();
    if (phase === 'train') await compiled.optimizer.recount().catch(() => {}); // the first error counts
    throw error;
  }
}
