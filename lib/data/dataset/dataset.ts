/** @file `Dataset`: a pipeline of elements, made when they are wanted. */

import { ValueError } from '../../core/errors.js';
import { checkOptions } from '../../core/options.js';
import { nextShuffleSeed } from '../../core/random.js';
import type { Batched, Unbatched } from './elements.js';
import * as stages from './stages.js';
import * as transforms from './transforms.js';

/** @throws ValueError unless `value` is an integer of at least `least`. */
function checkCount(stage: string, name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new ValueError(`dataset.${stage}: ${name} is ${String(value)}; expected an integer of at least ${least}`);
}

function checkFunction(stage: string, value: unknown): void {
  if (typeof value !== 'function') throw new ValueError(`dataset.${stage}: received ${String(value)}; expected a function`);
}

/** Consecutive seeds are those of consecutive epochs; other seeds must not meet them. */
const epochSeed = (seed: number, epoch: number): number => Math.imul(seed, 0x85ebca6b) + epoch;

/**
 * A sequence of elements: an array, or a tuple `[x, y]`, list or record of arrays. Nothing is computed before an element is asked for; each
 * `for await` starts from the beginning, and ending one early closes all generators behind it. `fit`, `evaluate` and `predict` take a
 * data set whose elements are batches. Made by `dataset.fromArrays` and `dataset.fromGenerator`.
 *
 * @example
 * const batches = dataset
 *   .fromArrays(train.x, train.y)
 *   .shuffle(10000, { seed: 7 })
 *   .map(([image, label]) => [ops.at(image, ':', '::-1'), label])
 *   .batch(32)
 *   .prefetch(2);
 * await net.fit(batches, null, { epochs: 2 });
 */
export class Dataset<T> implements AsyncIterable<T> {
  /** Number of elements: undefined when nobody knows before the end, Infinity when there is none. */
  readonly length: number | undefined;
  readonly #start: () => AsyncGenerator<T>;

  /** For `dataset.from...`: `start` begins a pass. */
  constructor(start: () => AsyncGenerator<T>, length: number | undefined) {
    this.#start = start;
    this.length = length;
  }

  [Symbol.asyncIterator](): AsyncGenerator<T> {
    return this.#start();
  }

  /**
   * `fn` of each element, in order.
   *
   * @param fn - of the element and its number; may give a promise
   * @param options.parallel - calls that may run at a time, 1 by default: more helps where `fn` waits
   * @throws DataError that names the element, when `fn` throws.
   */
  map<const U>(fn: (element: T, index: number) => U | Promise<U>, options: { readonly parallel?: number } = {}): Dataset<U> {
    checkFunction('map', fn);
    checkOptions('dataset.map', options, ['parallel']);
    const parallel = checkCount('map', 'parallel', options.parallel ?? 1, 1);
    return new Dataset(() => transforms.map(this, fn, parallel), this.length);
  }

  /**
   * Elements put together, `size` at a time, along a new first axis. The last batch may be smaller.
   *
   * @param options.dropRemainder - whether to leave a smaller last batch out; false by default
   * @throws DataError that names the element, when its shapes or types differ from those of its batch.
   */
  batch(size: number, options: { readonly dropRemainder?: boolean } = {}): Dataset<Batched<T>> {
    checkOptions('dataset.batch', options, ['dropRemainder']);
    const { dropRemainder = false } = options;
    checkCount('batch', 'size', size, 1);
    const length = this.length === undefined ? undefined : this.length / size;
    return new Dataset(
      () => transforms.batch(this, size, dropRemainder),
      length && (dropRemainder ? Math.floor(length) : Math.ceil(length)),
    );
  }

  /** The elements of batches one by one: the opposite of `batch`. */
  unbatch(): Dataset<Unbatched<T>> {
    return new Dataset(() => transforms.unbatch(this), undefined);
  }

  /**
   * The elements in random order: each is drawn from a buffer of `bufferSize`, so that a buffer of the data set's length shuffles it fully.
   *
   * @param options.seed - an integer, for the same orders each time; by default that of `setRandomSeed`
   * @param options.reshuffleEachIteration - whether each pass has another order; true by default
   */
  shuffle(bufferSize: number, options: { readonly seed?: number; readonly reshuffleEachIteration?: boolean } = {}): Dataset<T> {
    checkOptions('dataset.shuffle', options, ['seed', 'reshuffleEachIteration']);
    checkCount('shuffle', 'bufferSize', bufferSize, 1);
    const { seed, reshuffleEachIteration = true } = options;
    if (seed !== undefined && !Number.isInteger(seed))
      throw new ValueError(`dataset.shuffle: seed is ${String(seed)}; expected an integer`);
    let epoch = 0;
    let drawn: number | undefined;
    const next = (): number => (seed === undefined ? nextShuffleSeed() : epochSeed(seed, epoch++));
    return new Dataset(() => {
      drawn = reshuffleEachIteration ? next() : (drawn ?? next());
      return stages.shuffle(this, bufferSize, drawn);
    }, this.length);
  }

  /** Asks for up to `count` elements ahead, while those before are being used. */
  prefetch(count: number): Dataset<T> {
    checkCount('prefetch', 'count', count, 1);
    return new Dataset(() => stages.prefetch(this, count), this.length);
  }

  /** The first `count` elements. */
  take(count: number): Dataset<T> {
    checkCount('take', 'count', count, 0);
    return new Dataset(() => stages.take(this, count), count === 0 ? 0 : this.length && Math.min(count, this.length));
  }

  /** All but the first `count` elements. */
  skip(count: number): Dataset<T> {
    checkCount('skip', 'count', count, 0);
    return new Dataset(() => stages.skip(this, count), this.length && Math.max(0, this.length - count));
  }

  /** All elements `count` times, each a pass of its own (shuffled anew, say); without end by default. */
  repeat(count = Number.POSITIVE_INFINITY): Dataset<T> {
    if (count !== Number.POSITIVE_INFINITY) checkCount('repeat', 'count', count, 0);
    return new Dataset(() => stages.repeat(this, count), count === 0 ? 0 : this.length && this.length * count);
  }

  /** Keeps all elements in memory from the first complete pass on, for stages before it that are slow. */
  cache(): Dataset<T> {
    const store: { elements?: readonly T[] } = {};
    return new Dataset(() => stages.cache(this, store), this.length);
  }

  /** Pairs `[a, b]` of the elements of two data sets, until one ends. */
  zip<U>(other: Dataset<U>): Dataset<readonly [T, U]> {
    const known = this.length !== undefined && other.length !== undefined;
    return new Dataset(
      () => stages.zip(this, other),
      known ? Math.min(this.length as number, other.length as number) : undefined,
    );
  }

  /** The elements of this data set, then those of the other. */
  concatenate<U>(other: Dataset<U>): Dataset<T | U> {
    const known = this.length !== undefined && other.length !== undefined;
    return new Dataset(
      () => stages.concatenate(this, other),
      known ? (this.length as number) + (other.length as number) : undefined,
    );
  }
}
