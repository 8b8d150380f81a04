/** @file Work done ahead of its use, in order. */

import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';

export interface Ahead {
  /** Jobs at a time; 0 runs each only when it is asked for. */
  readonly workers: number;
  /** Results that may wait, with those in the making. */
  readonly maxQueueSize: number;
}

/** Makes one thing; `signal` is aborted when it is no longer needed. */
export type Job<T> = (key: number, signal: AbortSignal) => T | Promise<T>;

/**
 * Runs a job for each key, several at a time, and gives the results in the order of the keys. A failed job's error comes in its turn, and
 * ends the line.
 */
export class Prefetch<T> {
  readonly #keys: Iterator<number>;
  readonly #job: Job<T>;
  readonly #ahead: Ahead;
  readonly #line: Promise<T>[] = [];
  readonly #stopped = new AbortController();
  #running = 0;
  #exhausted = false;

  constructor(keys: Iterable<number>, job: Job<T>, ahead: Ahead) {
    this.#keys = keys[Symbol.iterator]();
    this.#job = job;
    this.#ahead = ahead;
    setMaxListeners(ahead.workers, this.#stopped.signal);
  }

  /** The next results; ends when all keys had their turn. */
  async *results(): AsyncGenerator<T> {
    try {
      while (true) {
        this.#fill(1, 1);
        this.#fillAhead();
        const first = this.#line.shift();
        if (first === undefined) return;
        const result = await first;
        this.#fillAhead();
        yield result;
      }
    } finally {
      this.stop();
    }
  }

  /** Starts no more jobs, and tells the running ones. */
  stop(): void {
    this.#exhausted = true;
    this.#stopped.abort();
  }

  #fillAhead(): void {
    const { workers, maxQueueSize } = this.#ahead;
    if (workers > 0) this.#fill(maxQueueSize, workers);
  }

  #fill(room: number, workers: number): void {
    while (!this.#exhausted && this.#line.length < room && this.#running < workers) {
      const { value, done } = this.#keys.next();
      if (done === true) this.#exhausted = true;
      else this.#line.push(this.#start(value));
    }
  }

  #start(key: number): Promise<T> {
    this.#running++;
    const result = this.#run(key);
    result.then(
      () => this.#ended(),
      () => {
        this.#exhausted = true; // the jobs before it go on: their results come first
      },
    );
    return result;
  }

  async #run(key: number): Promise<T> {
    // The batch before goes to the device first, and the event loop turns between jobs that never wait.
    if (this.#ahead.workers > 0) await setImmediate();
    this.#stopped.signal.throwIfAborted();
    return this.#job(key, this.#stopped.signal);
  }

  #ended(): void {
    this.#running--;
    this.#fillAhead();
  }
}
