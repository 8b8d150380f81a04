/** @file Batches cut from arrays. */

import type { TypedArray } from '../core/dtype.js';
import { nextShuffleSeed, shuffledIndices } from '../core/random.js';
import type { HostArray } from '../runtime/function.js';
import { type BatchSupply, type PassPosition, type Samples, sliceAll } from './batch.js';
import { gatherSamples } from './samples.js';

/**
 * Batches cut from arrays; the last of an epoch may be smaller. With `shuffle`, each epoch has a new order; 'batch' reorders the samples
 * inside each batch only, as in Keras 3.
 */
export class ArraySupply implements BatchSupply {
  readonly steps: number;
  readonly repeats = true;
  readonly unrepeatable = undefined;
  seed: number | null = null;
  readonly batchSize: number;
  readonly #samples: Samples;
  readonly #shuffle: boolean | 'batch';
  /** Reused from batch to batch: the device copies when the run is queued. */
  readonly #scratch = new Map<number, TypedArray>();

  constructor(samples: Samples, batchSize: number, shuffle: boolean | 'batch') {
    this.#samples = samples;
    this.batchSize = Math.min(batchSize, samples.count);
    this.#shuffle = shuffle;
    this.steps = Math.ceil(samples.count / this.batchSize);
  }

  async more(): Promise<boolean> {
    return true;
  }

  async *epoch(from?: PassPosition): AsyncGenerator<Samples> {
    const { count } = this.#samples;
    this.seed = this.#shuffle === false ? null : (from?.seed ?? nextShuffleSeed());
    const order = this.seed === null ? undefined : this.#order(this.seed);
    for (let begin = (from?.taken ?? 0) * this.batchSize; begin < count; begin += this.batchSize) {
      const end = Math.min(begin + this.batchSize, count);
      yield order === undefined ? sliceAll(this.#samples, begin, end) : this.#gather(order.subarray(begin, end));
    }
  }

  async onEpochEnd(): Promise<void> {}

  close(): void {}

  #order(seed: number): Uint32Array {
    const { count } = this.#samples;
    if (this.#shuffle === true) return shuffledIndices(count, seed);
    const order = new Uint32Array(count);
    for (let begin = 0; begin < count; begin += this.batchSize) {
      const size = Math.min(this.batchSize, count - begin);
      order.set(
        shuffledIndices(size, seed + begin).map((index) => begin + index),
        begin,
      );
    }
    return order;
  }

  #gather(indices: Uint32Array): Samples {
    let slot = 0;
    const take = (arrays: readonly HostArray[]): HostArray[] =>
      arrays.map((array) => {
        const key = slot++;
        const gathered = gatherSamples(array, indices, this.#scratch.get(key));
        if ((this.#scratch.get(key)?.length ?? 0) < gathered.data.length) this.#scratch.set(key, gathered.data);
        return gathered;
      });
    const { x, y, sampleWeight } = this.#samples;
    return { x: take(x), y: take(y), sampleWeight: take(sampleWeight), count: indices.length };
  }
}
