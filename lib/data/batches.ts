/** @file Batches for training: from arrays (shuffled, cut), from a Sequence, from any iterable. */

import type { TypedArray } from '../core/dtype.js';
import { DataError, ValueError } from '../core/errors.js';
import { nextShuffleSeed, shuffledIndices } from '../core/random.js';
import { Tensor } from '../graph/tensor.js';
import type { HostArray } from '../runtime/function.js';
import { type DataLike, gatherSamples, hostArrays, sampleCount, sliceSamples } from './arrays.js';
import { type BatchTuple, Sequence } from './sequence.js';

/** One step's worth of data. */
export interface Batch {
  readonly x: readonly HostArray[];
  readonly y: readonly HostArray[];
  readonly sampleWeight: readonly HostArray[];
  readonly size: number;
}

/** Batches that a model can be trained on. */
export type BatchSource = Sequence | Iterable<BatchTuple> | AsyncIterable<BatchTuple>;

/** Batches by epoch. `steps` is how many an epoch has; undefined when nobody knows before its end. */
export interface BatchSupply {
  readonly steps: number | undefined;
  /** True when each epoch goes on where the last one stopped (a generator, or `stepsPerEpoch` given). */
  epoch(): AsyncIterableIterator<Batch> | AsyncGenerator<Batch>;
}

/** Names of the model's inputs and outputs, for data given by name and for errors. */
export interface DataNames {
  readonly where: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export const isBatchSource = (x: unknown): x is BatchSource => {
  if (x instanceof Sequence) return true;
  if (typeof x !== 'object' || x === null || Array.isArray(x) || ArrayBuffer.isView(x) || x instanceof Tensor) return false;
  return Symbol.iterator in x || Symbol.asyncIterator in x;
};

/** Arrays of whole data sets. */
export interface ArrayData {
  readonly x: readonly HostArray[];
  readonly y: readonly HostArray[];
  readonly sampleWeight: readonly HostArray[];
  readonly count: number;
}

/** Checks whole arrays: as many samples everywhere, none empty. */
export async function arrayData(
  names: DataNames,
  x: DataLike,
  y: DataLike | null,
  sampleWeight: DataLike | null,
): Promise<ArrayData> {
  const { where } = names;
  const arrays = {
    x: await hostArrays(`${where}: x`, x, names.inputs),
    y: y === null ? [] : await hostArrays(`${where}: y`, y, names.outputs),
    sampleWeight: sampleWeight === null ? [] : await weightArrays(`${where}: sampleWeight`, sampleWeight, names.outputs),
  };
  return { ...arrays, count: sampleCount(where, arrays) };
}

/** One array for all outputs, or one an output. */
async function weightArrays(where: string, weights: DataLike, outputs: readonly string[]): Promise<HostArray[]> {
  const single = !Array.isArray(weights) || typeof weights[0] === 'number';
  const named =
    typeof weights === 'object' && !(weights instanceof Tensor) && !ArrayBuffer.isView(weights) && !('data' in weights);
  return hostArrays(where, weights, single && !(named && !Array.isArray(weights)) ? ['sampleWeight'] : outputs);
}

/** Samples `begin` to `end` of a data set, sharing its memory. */
export function sliceData(data: ArrayData, begin: number, end: number): ArrayData {
  const cut = (arrays: readonly HostArray[]): HostArray[] => arrays.map((array) => sliceSamples(array, begin, end));
  return { x: cut(data.x), y: cut(data.y), sampleWeight: cut(data.sampleWeight), count: end - begin };
}

export function checkPositiveInteger(where: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new ValueError(`${where}: ${name} is ${value}; expected an integer of at least 1`);
}

/** Batches cut from arrays; the last of an epoch may be smaller. With `shuffle`, each epoch has a new order. */
export class ArraySupply implements BatchSupply {
  readonly steps: number;
  readonly #data: ArrayData;
  readonly #batchSize: number;
  readonly #shuffle: boolean | 'batch';
  /** Reused from batch to batch: the device copies when the run is queued. */
  readonly #scratch = new Map<number, TypedArray>();

  constructor(data: ArrayData, batchSize: number, shuffle: boolean | 'batch') {
    this.#data = data;
    this.#batchSize = Math.min(batchSize, data.count);
    this.#shuffle = shuffle;
    this.steps = Math.ceil(data.count / this.#batchSize);
  }

  async *epoch(): AsyncGenerator<Batch> {
    const { count } = this.#data;
    const order = this.#shuffle === false ? undefined : this.#order();
    for (let begin = 0; begin < count; begin += this.#batchSize) {
      const end = Math.min(begin + this.#batchSize, count);
      if (order === undefined) {
        const { x, y, sampleWeight } = sliceData(this.#data, begin, end);
        yield { x, y, sampleWeight, size: end - begin };
      } else yield this.#gather(order.subarray(begin, end));
    }
  }

  #order(): Uint32Array {
    const { count } = this.#data;
    const seed = nextShuffleSeed();
    if (this.#shuffle === true) return shuffledIndices(count, seed);
    // 'batch': the order of whole batches changes, for data that reads best in runs.
    const order = new Uint32Array(count);
    let at = 0;
    const whole = Math.floor(count / this.#batchSize);
    for (const batch of shuffledIndices(whole, seed)) {
      for (let i = 0; i < this.#batchSize; i++) order[at++] = batch * this.#batchSize + i;
    }
    while (at < count) order[at] = at++;
    return order;
  }

  #gather(indices: Uint32Array): Batch {
    let slot = 0;
    const take = (arrays: readonly HostArray[]): HostArray[] =>
      arrays.map((array) => {
        const key = slot++;
        const gathered = gatherSamples(array, indices, this.#scratch.get(key));
        if (!this.#scratch.has(key)) this.#scratch.set(key, gathered.data);
        return gathered;
      });
    const { x, y, sampleWeight } = this.#data;
    return { x: take(x), y: take(y), sampleWeight: take(sampleWeight), size: indices.length };
  }
}

/** Batches from a Sequence or an iterable. A generator goes on from epoch to epoch; other iterables start again. */
export class SourceSupply implements BatchSupply {
  readonly steps: number | undefined;
  readonly #source: BatchSource;
  readonly #names: DataNames;

  constructor(source: BatchSource, names: DataNames) {
    this.#source = source;
    this.#names = names;
    this.steps = source instanceof Sequence ? source.length : undefined;
    if (this.steps === 0) throw new DataError(`${names.where}: the Sequence has 0 batches; expected at least 1`);
  }

  async *epoch(): AsyncGenerator<Batch> {
    for await (const tuple of this.#tuples()) {
      if (!Array.isArray(tuple)) {
        throw new DataError(`${this.#names.where}: a batch is ${typeof tuple}; expected an array [x, y] or [x, y, sampleWeight]`);
      }
      const [x, y, sampleWeight] = tuple as BatchTuple;
      const data = await arrayData(this.#names, x, y ?? null, sampleWeight ?? null);
      yield { ...data, size: data.count };
    }
  }

  async *#tuples(): AsyncGenerator<BatchTuple> {
    const source = this.#source;
    if (!(source instanceof Sequence)) {
      yield* source;
      return;
    }
    for (let index = 0; index < source.length; index++) yield await source.getItem(index);
    await source.onEpochEnd();
  }
}

/** The batches of each epoch, cut to `stepsPerEpoch` when it is given: the supply then goes on where the last epoch stopped. */
export class Epochs {
  readonly steps: number | undefined;
  readonly #supply: BatchSupply;
  readonly #limited: boolean;
  #running: AsyncIterator<Batch> | undefined;

  constructor(supply: BatchSupply, stepsPerEpoch: number | undefined) {
    this.#supply = supply;
    this.#limited = stepsPerEpoch !== undefined;
    this.steps = stepsPerEpoch ?? supply.steps;
  }

  async *next(): AsyncGenerator<Batch> {
    if (!this.#limited) {
      yield* this.#supply.epoch();
      return;
    }
    for (let step = 0; step < (this.steps as number); step++) {
      const batch = await this.#take();
      if (batch === undefined) return;
      yield batch;
    }
  }

  async #take(): Promise<Batch | undefined> {
    for (let attempt = 0; attempt < 2; attempt++) {
      this.#running ??= this.#supply.epoch()[Symbol.asyncIterator]();
      const { value, done } = await this.#running.next();
      if (done !== true) return value;
      this.#running = undefined;
    }
    return undefined;
  }
}
