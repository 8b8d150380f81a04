/** @file `trainOnBatch` and `testOnBatch`: one step on data given whole. */

import type { Logs } from '../callbacks/callback.js';
import type { DataLike } from '../data/arrays.js';
import { arrayData } from '../data/batches.js';
import { type ClassWeight, checkClassWeight, namesOf } from './inputs.js';
import { runStep } from './runner.js';
import { Cancellation } from './steps.js';
import type { Trainer } from './trainer.js';

export interface BatchOptions {
  sampleWeight?: DataLike;
  /** Weight of each class in the loss; training only. */
  classWeight?: ClassWeight;
}

async function onBatch(
  where: 'trainOnBatch' | 'testOnBatch',
  model: Trainer,
  x: DataLike,
  y: DataLike | null,
  options: BatchOptions,
): Promise<Logs> {
  const compiled = model.compiled(where);
  compiled.checkTrainable(where);
  checkClassWeight(where, model, options.classWeight, options.sampleWeight !== undefined);
  const data = await arrayData(namesOf(where, model), x, y, options.sampleWeight ?? null);
  compiled.reset();
  const phase = where === 'trainOnBatch' ? 'train' : 'test';
  const cancellation = new Cancellation(where, undefined);
  runStep(model, { ...data, size: data.count }, { where, phase, classWeight: options.classWeight, cancellation });
  return compiled.read();
}

export const trainOnBatch = (model: Trainer, x: DataLike, y: DataLike | null, options: BatchOptions): Promise<Logs> =>
  onBatch('trainOnBatch', model, x, y, options);

export const testOnBatch = (model: Trainer, x: DataLike, y: DataLike | null, options: BatchOptions): Promise<Logs> =>
  onBatch('testOnBatch', model, x, y, options);
