/** @file Weights of classes, turned into weights of samples. */

import { describeValue } from '../core/describe.js';
import { DataError, ValueError } from '../core/errors.js';
import type { Samples } from '../data/batch.js';
import type { HostArray } from '../runtime/function.js';
import type { Trainer } from './trainer.js';

/** Weight of each class by its index; classes not named weigh 1. */
export type ClassWeight = Readonly<Record<number, number>>;

/** @throws ValueError when class weights cannot be used. */
export function checkClassWeight(where: string, model: Trainer, classWeight: ClassWeight | undefined): void {
  if (classWeight === undefined) return;
  if (typeof classWeight !== 'object' || classWeight === null || Array.isArray(classWeight)) {
    throw new ValueError(
      `${where}: classWeight is ${describeValue(classWeight)}; expected weights by class, as in { 0: 1, 1: 2.5 }`,
    );
  }
  for (const [name, weight] of Object.entries(classWeight)) {
    if (!/^\d+$/.test(name))
      throw new ValueError(`${where}: classWeight has the key '${name}'; expected class numbers 0, 1, ...`);
    if (typeof weight !== 'number' || !(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new ValueError(`${where}: classWeight of class ${name} is ${describeValue(weight)}; expected a number of at least 0`);
    }
  }
  const outputs = model.outputNames.length;
  if (outputs > 1) {
    throw new ValueError(
      `${where}: classWeight is given for a model with ${outputs} outputs; expected one output; use sampleWeight`,
    );
  }
}

/**
 * The samples with the weight of each label's class as sample weight. Labels are class numbers, with or without a last axis of 1, or
 * one-hot along the last axis (keras/src/trainers/data_adapters/data_adapter_utils.py).
 *
 * @throws DataError when there are sample weights already, or no targets.
 */
export function withClassWeight(where: string, samples: Samples, classWeight: ClassWeight | undefined): Samples {
  if (classWeight === undefined) return samples;
  const [target] = samples.y;
  if (samples.sampleWeight.length > 0) {
    throw new DataError(`${where}: classWeight and sampleWeight are both given; expected one of them; multiply them yourself`);
  }
  if (target === undefined) throw new DataError(`${where}: classWeight is given without y; expected class labels`);
  return { ...samples, sampleWeight: [weightsOf(target, classWeight)] };
}

function weightsOf({ data, shape }: HostArray, classWeight: ClassWeight): HostArray {
  const classes = shape.length > 1 ? (shape.at(-1) as number) : 1;
  const weights = new Float32Array(data.length / classes);
  for (let i = 0; i < weights.length; i++) {
    const label = classes === 1 ? Math.round(data[i] as number) : largest(data, i * classes, classes);
    weights[i] = classWeight[label] ?? 1;
  }
  return { data: weights, shape: shape.length > 1 ? shape.slice(0, -1) : shape, dtype: 'float32' };
}

/** Place of the largest of `count` values from `begin`; the first of equal ones. */
function largest(data: ArrayLike<number>, begin: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if ((data[begin + i] as number) > (data[begin + best] as number)) best = i;
  return best;
}
