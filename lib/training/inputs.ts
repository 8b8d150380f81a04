/** @file Data made ready for a model: built, checked against its inputs and targets, class weights turned into sample weights. */

import { DataError, ShapeError, ValueError } from '../core/errors.js';
import { compatible, formatShape, type Shape } from '../core/shape.js';
import type { DataLike } from '../data/arrays.js';
import {
  type ArrayData,
  arrayData,
  type Batch,
  type BatchSource,
  type BatchSupply,
  type DataNames,
  isBatchSource,
  SourceSupply,
} from '../data/batches.js';
import type { HostArray } from '../runtime/function.js';
import type { Trainer } from './trainer.js';

export const namesOf = (where: string, model: Trainer): DataNames => ({
  where,
  inputs: model.inputNames,
  outputs: model.outputNames,
});

/** Whole arrays, or a supply of batches when `x` is one. */
export async function loadData(
  where: string,
  model: Trainer,
  x: DataLike | BatchSource,
  y: DataLike | null,
  sampleWeight: DataLike | null,
): Promise<ArrayData | BatchSupply> {
  const names = namesOf(where, model);
  if (isBatchSource(x)) {
    if (y !== null)
      throw new DataError(`${where}: y is given although x is batches; expected the batches to hold [x, y]; leave y out`);
    if (sampleWeight !== null)
      throw new DataError(`${where}: sampleWeight is given although x is batches; put it into them: [x, y, sampleWeight]`);
    return new SourceSupply(x, names);
  }
  return arrayData(names, x, y, sampleWeight);
}

export const isSupply = (data: ArrayData | BatchSupply): data is BatchSupply => 'epoch' in data;

/** Inputs in the model's shapes: a missing or extra trailing axis of 1 is adjusted, as in Keras. @throws ShapeError */
export function fitInputs(where: string, model: Trainer, arrays: readonly HostArray[]): HostArray[] {
  const expected = model.inputShapes();
  return arrays.map((array, i) => {
    const shape = expected[i];
    if (!shape) return array;
    const adjusted = adjustRank(array, shape);
    if (
      adjusted.shape.length === shape.length &&
      adjusted.shape.every((size, axis) => axis === 0 || compatible(size, shape[axis] as number | null))
    ) {
      return adjusted;
    }
    const name = arrays.length === 1 ? 'x' : `x '${model.inputNames[i]}'`;
    throw new ShapeError(
      `${where}: ${name} has shape ${formatShape(array.shape)}; model '${model.name}' expects ${formatShape(shape)}; reshape the data`,
    );
  });
}

function adjustRank(array: HostArray, expected: Shape): HostArray {
  if (array.shape.length === expected.length - 1 && expected.at(-1) === 1) return { ...array, shape: [...array.shape, 1] };
  if (array.shape.length === expected.length + 1 && array.shape.at(-1) === 1)
    return { ...array, shape: array.shape.slice(0, -1) };
  return array;
}

/** Makes the weights from the first batch's shapes, when the model was given none. */
export function ensureBuilt(model: Trainer, arrays: readonly HostArray[]): void {
  if (!model.built) model.buildFor(arrays.map((array) => [null, ...array.shape.slice(1)]));
}

/** @throws DataError when a target is NaN, or a class label is outside [0, classes). */
export function checkTargets(
  where: string,
  model: Trainer,
  targets: readonly HostArray[],
  ranges: readonly (LabelRange | null)[],
): void {
  targets.forEach((target, output) => {
    const name = targets.length === 1 ? 'y' : `y '${model.outputNames[output]}'`;
    const { data } = target;
    if (target.dtype.startsWith('float')) {
      for (let i = 0; i < data.length; i++) {
        if (Number.isNaN(data[i]))
          throw new DataError(`${where}: ${name} holds NaN at element ${i}; expected numbers; clean the data`);
      }
    }
    const range = ranges[output];
    if (!range) return;
    for (let i = 0; i < data.length; i++) {
      const label = data[i] as number;
      if ((label < 0 || label >= range.classes || !Number.isInteger(label)) && label !== range.ignore) {
        throw new DataError(
          `${where}: ${name} holds the label ${label} at element ${i}; expected integers in [0, ${range.classes}), ` +
            `since the model's output has ${range.classes} classes`,
        );
      }
    }
  });
}

/** Classes that a sparse loss accepts, and the label it ignores. */
export interface LabelRange {
  readonly classes: number;
  readonly ignore: number | undefined;
}

/** Weight of each class by its index; classes not named weigh 1. */
export type ClassWeight = Readonly<Record<number, number>>;

/** @throws ValueError when class weights cannot be used. */
export function checkClassWeight(
  where: string,
  model: Trainer,
  classWeight: ClassWeight | undefined,
  hasSampleWeight: boolean,
): void {
  if (classWeight === undefined) return;
  if (hasSampleWeight)
    throw new ValueError(`${where}: classWeight and sampleWeight are both given; expected one of them; multiply them yourself`);
  if (model.outputNames.length > 1) {
    throw new ValueError(
      `${where}: classWeight is given for a model with ${model.outputNames.length} outputs; expected one output; use sampleWeight`,
    );
  }
}

/** A batch with the weight of each sample's class as its sample weight. */
export function withClassWeight(batch: Batch, classWeight: ClassWeight | undefined): Batch {
  const target = batch.y[0];
  if (classWeight === undefined || target === undefined) return batch;
  const perSample = target.data.length / batch.size;
  const data = new Float32Array(batch.size);
  for (let sample = 0; sample < batch.size; sample++) {
    const row = target.data.subarray(sample * perSample, (sample + 1) * perSample);
    const label = perSample === 1 ? (row[0] as number) : row.indexOf(Math.max(...row));
    data[sample] = classWeight[label] ?? 1;
  }
  return { ...batch, sampleWeight: [{ data, shape: [batch.size], dtype: 'float32' }] };
}
