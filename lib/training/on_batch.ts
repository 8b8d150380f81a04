/** @file `trainOnBatch` and `testOnBatch`: one step on data given whole. */

import type { Logs } from '../callbacks/callback.js';
import type { DataLike } from '../data/arrays.js';
import { type ClassWeight, checkClassWeight } from './class_weight.js';
import type { Phase } from './compiled.js';
import { prepareStep } from './prepare.js';
import { runStep } from './runner.js';
import { runCall } from './steps.js';
import { loadArrays } from './supply.js';
import type { Trainer } from './trainer.js';

export interface TestOnBatchOptions {
  /** Weight of each sample in the loss. */
  sampleWeight?: DataLike;
}

export interface TrainOnBatchOptions extends TestOnBatchOptions {
  /** Weight of each class in the loss. */
  classWeight?: ClassWeight;
}

/** One step. @returns loss and metrics of that batch alone. */
export function onBatch(
  where: 'trainOnBatch' | 'testOnBatch',
  model: Trainer,
  x: DataLike,
  y: DataLike | null,
  options: TrainOnBatchOptions,
): Promise<Logs> {
  const { sampleWeight = null, classWeight } = options;
  const phase: Phase = where === 'trainOnBatch' ? 'train' : 'test';
  return runCall(where, model, undefined, true, async (cancellation) => {
    const compiled = model.compiled(where);
    if (phase === 'train') compiled.checkTrainable(where);
    checkClassWeight(where, model, classWeight);
    const data = await loadArrays(where, model, x, y, sampleWeight);
    const samples = prepareStep(where, model, compiled, data, phase, data.count, classWeight);
    compiled.reset();
    try {
      await runStep({ where, compiled, phase, cancellation }, samples);
      if (phase === 'train') await compiled.countLeftOut();
    } catch (error) {
      if (phase === 'train') await compiled.optimizer.recount().catch(() => {}); // the first error counts
      throw error;
    }
    return compiled.read();
  });
}
