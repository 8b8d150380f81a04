/** @file From what users give as data to batches that are ready for a model. */

import { DataError, ValueError } from '../core/errors.js';
import { ArraySupply } from '../data/array_supply.js';
import type { DataLike } from '../data/arrays.js';
import { type BatchSource, type BatchSupply, type DataNames, isBatchSource, loadSamples, type Samples } from '../data/batch.js';
import { SourceSupply } from '../data/source_supply.js';
import type { Trainer } from './trainer.js';

/** Data as the user gives it. */
export interface Data {
  readonly x: DataLike | BatchSource;
  readonly y: DataLike | null;
  readonly sampleWeight: DataLike | null;
}

/** How it is cut into batches. */
export interface Cut {
  /** The call, for errors. */
  readonly where: string;
  /** Undefined: 32, or what makes `steps` steps of arrays. */
  readonly batchSize: number | undefined;
  readonly steps: number | undefined;
  readonly shuffle?: boolean | 'batch';
  /** Whether targets and weights are left aside. */
  readonly inputsOnly?: boolean;
}

/** Checks samples and brings them into the model's shapes, for steps of so many samples. */
export type Prepare = (samples: Samples, where: string, stepSize: number) => Samples;

const namesOf = (where: string, model: Trainer): DataNames => ({
  where,
  inputs: model.built ? model.inputNames : undefined,
  outputs: model.outputNames,
});

/** Arrays with one array an input and an output. @throws DataError, ShapeError or ValueError when they cannot be used. */
export function loadArrays(
  where: string,
  model: Trainer,
  x: DataLike,
  y: DataLike | null,
  sampleWeight: DataLike | null,
): Promise<Samples> {
  return loadSamples(namesOf(where, model), x, y, sampleWeight);
}

/** Batches of arrays, which are prepared as a whole. */
export function supplyArrays(samples: Samples, cut: Cut, prepare: Prepare): BatchSupply {
  const { where, steps, batchSize = steps === undefined ? 32 : Math.ceil(samples.count / steps), shuffle = false } = cut;
  return new ArraySupply(prepare(samples, where, Math.min(batchSize, samples.count)), batchSize, shuffle);
}

/** Batches of whatever the user gave. */
export async function supply(model: Trainer, { x, y, sampleWeight }: Data, cut: Cut, prepare: Prepare): Promise<BatchSupply> {
  const { where, batchSize, shuffle = false, inputsOnly = false } = cut;
  if (!isBatchSource(x)) return supplyArrays(await loadArrays(where, model, x, y, sampleWeight), cut, prepare);
  if (y !== null) {
    throw new DataError(
      `${where}: y is given although x is batches, which hold [x, y]; expected null in its place; leave it out`,
    );
  }
  if (sampleWeight !== null) {
    throw new DataError(`${where}: sampleWeight is given although x is batches; put it into them: [x, y, sampleWeight]`);
  }
  if (batchSize !== undefined) {
    throw new ValueError(`${where}: batchSize is ${batchSize} although x is batches, which have their sizes; leave it out`);
  }
  if ('length' in x && x.length === Number.POSITIVE_INFINITY && cut.steps === undefined) {
    throw new DataError(
      `${where}: the data set repeats without end; give the number of steps (stepsPerEpoch, validationSteps, steps), or repeat(count)`,
    );
  }
  return new SourceSupply(x, {
    names: namesOf(where, model),
    shuffle: shuffle !== false,
    inputsOnly,
    prepare: (samples, place) => prepare(samples, place, samples.count),
  });
}
