/** @file Batches from a Sequence, or from any iterable. */

import { describeValue } from '../core/describe.js';
import { DataError, LaminetError } from '../core/errors.js';
import { continueShuffle, nextShuffleSeed, shuffledIndices, upcomingShuffleSeed } from '../core/random.js';
import { type DataLike, isArrayLike } from './arrays.js';
import { type BatchSource, type BatchSupply, type DataNames, loadSamples, type PassPosition, type Samples } from './batch.js';
import { Prefetch } from './prefetch.js';
import { Sequence } from './sequence.js';

export interface SourceOptions {
  readonly names: DataNames;
  /** Whether the batches of a Sequence come in a new order each epoch. */
  readonly shuffle: boolean;
  /** Leave out targets and weights that a batch has: `predict` needs none. */
  readonly inputsOnly: boolean;
  /** Checks a batch against the model and makes it ready for the step. */
  readonly prepare: (samples: Samples, where: string) => Samples;
}

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

const iteratorOf = (source: Exclude<BatchSource, Sequence>): AnyIterator =>
  Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();

/**
 * Batches from a Sequence or an iterable. A generator goes on from epoch to epoch, and stays where it is when the training ends; other
 * iterables start again each epoch.
 */
export class SourceSupply implements BatchSupply {
  readonly steps: number | undefined;
  seed: number | null = null;
  readonly #source: BatchSource;
  readonly #options: SourceOptions;
  /** The generator, when the source is one: it gives each batch only once. */
  readonly #generator: AnyIterator | undefined;
  /** A batch of the generator that was taken to see whether there is one. */
  readonly #ahead: unknown[] = [];
  #count = 0;
  /** The batches of a Sequence that are being made. */
  #prefetch: Prefetch<unknown> | undefined;

  constructor(source: BatchSource, options: SourceOptions) {
    this.#source = source;
    this.#options = options;
    if (source instanceof Sequence) {
      this.steps = checkLength(options.names.where, source);
      return;
    }
    const { length } = source as { readonly length?: number };
    // A pipeline may not know its length, or have no end.
    if (length !== undefined && length !== Number.POSITIVE_INFINITY) this.steps = checkLength(options.names.where, { length });
    const iterator = iteratorOf(source);
    if ((iterator as unknown) === source) this.#generator = iterator;
  }

  get repeats(): boolean {
    return this.#generator === undefined;
  }

  get unrepeatable(): string | undefined {
    if (this.#generator !== undefined) return 'a generator gives each of its batches once';
    if (!(this.#source instanceof Sequence)) return 'what an iterable gives may depend on its earlier passes';
    const isConstant = this.#source.onEpochEnd === Sequence.prototype.onEpochEnd;
    return isConstant ? undefined : 'the Sequence has an onEpochEnd, whose effects are not known';
  }

  async more(): Promise<boolean> {
    if (this.#generator === undefined || this.#ahead.length > 0) return true;
    const next = await this.#pull(this.#generator);
    if (!next.done) this.#ahead.push(next.value);
    return !next.done;
  }

  async *epoch(from?: PassPosition): AsyncGenerator<Samples> {
    if (this.#source instanceof Sequence) yield* this.#bySequence(this.#source, from);
    else if (this.#generator !== undefined) yield* this.#byGenerator();
    else {
      // Pipelines that shuffle draw the seed of their order when a pass begins.
      if (typeof from?.seed === 'number') continueShuffle(from.seed);
      this.seed = upcomingShuffleSeed();
      yield* this.#byIterator(iteratorOf(this.#source), from?.taken ?? 0);
    }
  }

  async onEpochEnd(): Promise<void> {
    const source = this.#source;
    if (source instanceof Sequence) await this.#attempt('onEpochEnd of the Sequence', () => source.onEpochEnd());
  }

  close(): void {
    this.#prefetch?.stop();
  }

  async *#bySequence(sequence: Sequence, from: PassPosition | undefined): AsyncGenerator<Samples> {
    const length = checkLength(this.#options.names.where, sequence);
    this.seed = this.#options.shuffle ? (from?.seed ?? nextShuffleSeed()) : null;
    const order = this.seed === null ? Array.from({ length }, (_, i) => i) : shuffledIndices(length, this.seed);
    const place = (index: number): string => `getItem(${index}) of the Sequence`;
    const make = (index: number, signal: AbortSignal) => this.#attempt(place(index), () => sequence.getItem(index, signal));
    const left = order.slice(from?.taken ?? 0);
    const batches = new Prefetch(left, make, sequence);
    this.#prefetch = batches;
    let taken = 0;
    for await (const batch of batches.results()) yield this.#load(place(left[taken++] as number), batch);
  }

  async *#byGenerator(): AsyncGenerator<Samples> {
    while (await this.more()) yield this.#load(this.#place, this.#ahead.pop());
  }

  /** The first `skipped` batches are made, and left aside. */
  async *#byIterator(iterator: AnyIterator, skipped: number): AsyncGenerator<Samples> {
    let isDone = false;
    this.#count = 0;
    try {
      while (true) {
        const { done, value } = await this.#pull(iterator);
        isDone = done;
        if (isDone) return;
        if (this.#count < skipped) this.#count++;
        else yield this.#load(this.#place, value);
      }
    } finally {
      if (!isDone) await iterator.return?.();
    }
  }

  get #place(): string {
    return `batch ${this.#count}`;
  }

  /** The next value; a promise that a synchronous iterator gives is waited for. */
  #pull(iterator: AnyIterator): Promise<{ done: boolean; value: unknown }> {
    return this.#attempt(this.#place, async () => {
      const { done, value } = await iterator.next();
      return { done: done === true, value: await value };
    });
  }

  /** Runs the user's code; its errors get the place in front. */
  async #attempt<T>(place: string, body: () => T | Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      const where = `${this.#options.names.where}: ${place}`;
      if (error instanceof LaminetError) throw error.prefix(where);
      throw new DataError(`${where} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  async #load(place: string, value: unknown): Promise<Samples> {
    const { names, inputsOnly, prepare } = this.#options;
    const where = `${names.where}: ${place}`;
    const [x, y, sampleWeight] = tupleOf(where, value);
    this.#count++;
    const samples = await loadSamples(
      { ...names, where },
      x,
      inputsOnly ? null : (y ?? null),
      inputsOnly ? null : (sampleWeight ?? null),
    );
    return prepare(samples, where);
  }
}

/** Batches that know how many they are. */
interface Counted {
  readonly length: number;
}

function checkLength(where: string, source: Counted): number {
  const { length } = source;
  if (Number.isInteger(length) && length > 0) return length;
  throw new DataError(
    `${where}: the length of the ${source instanceof Sequence ? 'Sequence' : 'batches'} is ${describeValue(length)}; expected an integer of at least 1`,
  );
}

/** `[x]`, `[x, y]` or `[x, y, sampleWeight]`; a tensor or a shaped array alone is `x`. */
function tupleOf(where: string, value: unknown): [DataLike, DataLike | null | undefined, DataLike | null | undefined] {
  if (!Array.isArray(value) && isArrayLike(value)) return [value, null, null];
  if (!Array.isArray(value) || value.length < 1 || value.length > 3) {
    throw new DataError(`${where}: received ${describeValue(value)}; expected [x], [x, y] or [x, y, sampleWeight]`);
  }
  return [value[0], value[1], value[2]];
}
