/** @file What training takes: whole data sets as arrays, and supplies of batches. */

import { ValueError } from '../core/errors.js';
import { Tensor } from '../graph/tensor.js';
import type { HostArray } from '../runtime/function.js';
import { type DataLike, hostArrays, isArrayLike, sampleCount } from './arrays.js';
import { sliceSamples } from './samples.js';
import { type BatchLike, Sequence } from './sequence.js';

/** Samples of all inputs and outputs: a whole data set, or one step's worth of it. */
export interface Samples {
  readonly x: readonly HostArray[];
  /** Empty without targets. */
  readonly y: readonly HostArray[];
  /** None, one for all outputs, or one an output. */
  readonly sampleWeight: readonly HostArray[];
  readonly count: number;
}

/** Batches that a model can be trained on. */
export type BatchSource = Sequence | Iterable<BatchLike> | AsyncIterable<BatchLike>;

/** Where a pass through the batches of a supply stands: enough to go on there in another process. */
export interface PassPosition {
  /** What the order of the batches came from; null where it is fixed. */
  readonly seed: number | null;
  /** Batches that were taken. */
  readonly taken: number;
}

/** Batches by epoch. */
export interface BatchSupply {
  /** Batches an epoch; undefined when nobody knows before its end. */
  readonly steps: number | undefined;
  /** Whether each epoch can have all batches; false for a generator, which gives each only once. */
  readonly repeats: boolean;
  /** Whether another epoch has at least one batch; false once a generator is exhausted. */
  more(): Promise<boolean>;
  /** Why another process cannot go on with the very batches that would have come; undefined where it can. */
  readonly unrepeatable: string | undefined;
  /** What the order of the last epoch came from; null where it is fixed. */
  readonly seed: number | null;
  /** The batches of the next epoch; of the one that stood at `from`, those that are left. */
  epoch(from?: PassPosition): AsyncGenerator<Samples>;
  /** Called when an epoch has ended. */
  onEpochEnd(): Promise<void>;
  /** Stops preparing batches. Unlike the end of `epoch()`, it does not wait for one that is in the making. */
  close(): void;
}

/** Names of the model's inputs and outputs, for data given by name and for errors. */
export interface DataNames {
  readonly where: string;
  /** Undefined for a model that is not built: it may have any number. */
  readonly inputs: readonly string[] | undefined;
  readonly outputs: readonly string[];
}

export const isBatchSource = (x: unknown): x is BatchSource => {
  if (x instanceof Sequence) return true;
  if (typeof x !== 'object' || x === null || Array.isArray(x) || x instanceof Tensor || isArrayLike(x)) return false;
  return Symbol.iterator in x || Symbol.asyncIterator in x;
};

/** Arrays with as many samples each. @throws DataError, ShapeError or ValueError when they cannot be used. */
export async function loadSamples(
  { where, inputs, outputs }: DataNames,
  x: DataLike,
  y: DataLike | null,
  sampleWeight: DataLike | null,
): Promise<Samples> {
  const arrays = {
    x: await hostArrays(`${where}: x`, x, inputs),
    y: y === null ? [] : await hostArrays(`${where}: y`, y, outputs),
    sampleWeight: sampleWeight === null ? [] : await weightArrays(`${where}: sampleWeight`, sampleWeight, outputs),
  };
  return { ...arrays, count: sampleCount(where, arrays) };
}

/** One array for all outputs, or one an output. */
function weightArrays(where: string, weights: DataLike, outputs: readonly string[]): Promise<HostArray[]> {
  const several = outputs.length > 1 && (!isArrayLike(weights) || (Array.isArray(weights) && Array.isArray(weights[0])));
  return hostArrays(where, weights, several ? outputs : outputs.slice(0, 1));
}

/** Samples `begin` to `end` of a data set, sharing its memory. */
export function sliceAll(samples: Samples, begin: number, end: number): Samples {
  const cut = (arrays: readonly HostArray[]): HostArray[] => arrays.map((array) => sliceSamples(array, begin, end));
  return { x: cut(samples.x), y: cut(samples.y), sampleWeight: cut(samples.sampleWeight), count: end - begin };
}

export function checkPositiveInteger(where: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new ValueError(`${where}: ${name} is ${String(value)}; expected an integer of at least 1`);
}
