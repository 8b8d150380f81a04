/** @file What a `fit` runs over: its data cut into epochs, and the data to validate on. */

import { describeValue } from '../core/describe.js';
import { DataError, ValueError } from '../core/errors.js';
import type { DataLike } from '../data/arrays.js';
import { type BatchSupply, isBatchSource, type Samples, sliceAll } from '../data/batch.js';
import { Epochs } from '../data/epochs.js';
import { Sequence } from '../data/sequence.js';
import { checkClassWeight } from './class_weight.js';
import type { Compiled } from './compiled.js';
import { type FitOptions, type ValidationData, validates } from './fit_options.js';
import { prepareStep } from './prepare.js';
import { type Cut, type Data, loadArrays, type Prepare, supply, supplyArrays } from './supply.js';
import type { Trainer } from './trainer.js';

export interface Plan {
  readonly epochs: Epochs;
  /** Makes the batches of one validation; undefined without validation data. */
  readonly validation: (() => Epochs) | undefined;
  /** Why another process would not be given the same batches. */
  readonly unrepeatable: readonly string[];
}

const validationPlace = 'fit: validationData';

/** Loads and checks all data, before anything is trained. */
export async function makePlan(model: Trainer, compiled: Compiled, data: Data, options: FitOptions): Promise<Plan> {
  const { validationData, validationSplit = 0, validationSteps, stepsPerEpoch, classWeight, shuffle, batchSize } = options;
  checkClassWeight('fit', model, classWeight);
  checkShuffle(data, shuffle);
  const cut: Cut = { where: 'fit', batchSize, steps: stepsPerEpoch, shuffle: shuffle ?? true };
  const prepareTraining: Prepare = (samples, where, stepSize) =>
    prepareStep(where, model, compiled, samples, 'train', stepSize, classWeight);
  const prepareValidation: Prepare = (samples, where, stepSize) => prepareStep(where, model, compiled, samples, 'test', stepSize);
  let training: BatchSupply;
  let validation: BatchSupply | undefined;
  if (validationData === undefined && validationSplit > 0) {
    const [kept, held] = await splitArrays(model, data, validationSplit);
    training = supplyArrays(kept, cut, prepareTraining);
    validation = supplyArrays(held, validationCut(options, false), prepareValidation);
  } else {
    training = await supply(model, data, cut, prepareTraining);
    if (validationData !== undefined) {
      const given = validationTuple(validationData);
      validation = await supply(model, given, validationCut(options, isBatchSource(given.x)), prepareValidation);
    }
  }
  const epochs = new Epochs('fit', training, stepsPerEpoch);
  const reasons = [epochs.unrepeatable, validation?.unrepeatable && `validationData: ${validation.unrepeatable}`];
  return {
    epochs,
    validation: validation && validationEpochs(validation, validationSteps, options),
    unrepeatable: reasons.filter((reason) => reason !== undefined),
  };
}

/** @throws ValueError when batches that come as they are should be shuffled. */
function checkShuffle({ x }: Data, shuffle: FitOptions['shuffle']): void {
  if (shuffle === undefined || shuffle === false || !isBatchSource(x) || x instanceof Sequence) return;
  throw new ValueError(
    `fit: shuffle is ${describeValue(shuffle)} although x is an iterable, whose batches come as they are; ` +
      'leave it out; shuffle them yourself, or use a Sequence',
  );
}

/** Validation takes the batch size of the training, unless its own is given or its data are batches. */
function validationCut({ validationBatchSize, batchSize, validationSteps }: FitOptions, isSource: boolean): Cut {
  return { where: validationPlace, batchSize: validationBatchSize ?? (isSource ? undefined : batchSize), steps: validationSteps };
}

function validationTuple(given: ValidationData): Data {
  if (!Array.isArray(given)) {
    if (isBatchSource(given)) return { x: given, y: null, sampleWeight: null };
    throw new DataError(`${validationPlace}: received ${describeValue(given)}; expected [x, y], [x, y, sampleWeight] or batches`);
  }
  const [x, y, sampleWeight] = given as readonly DataLike[];
  if (given.length < 2 || given.length > 3 || x === undefined || y === undefined) {
    throw new DataError(`${validationPlace}: received ${given.length} entries; expected [x, y] or [x, y, sampleWeight]`);
  }
  return { x, y, sampleWeight: sampleWeight ?? null };
}

/** @throws DataError when the data is a generator, which cannot give its batches more than once. */
function validationEpochs(supplied: BatchSupply, steps: number | undefined, options: FitOptions): () => Epochs {
  const { epochs = 1, initialEpoch = 0, validationFreq = 1 } = options;
  const numbers = Array.from({ length: Math.max(epochs - initialEpoch, 0) }, (_, i) => initialEpoch + i + 1);
  const count = numbers.filter((epoch) => validates(epoch, validationFreq)).length;
  if (!supplied.repeats && steps === undefined && count > 1) {
    throw new DataError(
      `${validationPlace}: received a generator, which gives its batches once, for ${count} validations; ` +
        'expected a Sequence or an iterable that can start again; or give validationSteps',
    );
  }
  return () => new Epochs(validationPlace, supplied, steps);
}

/** The last part is held out, before any shuffling (Keras: split_at = floor(n (1 - share))). */
async function splitArrays(model: Trainer, { x, y, sampleWeight }: Data, share: number): Promise<[Samples, Samples]> {
  if (isBatchSource(x)) {
    throw new DataError('fit: validationSplit is given although x is batches; expected arrays; give validationData instead');
  }
  const samples = await loadArrays('fit', model, x, y, sampleWeight);
  const { count } = samples;
  const at = Math.floor(count * (1 - share));
  if (at === 0 || at === count) {
    throw new ValueError(
      `fit: validationSplit ${share} leaves ${at} of ${count} samples for training; expected at least 1 on both sides`,
    );
  }
  return [sliceAll(samples, 0, at), sliceAll(samples, at, count)];
}
