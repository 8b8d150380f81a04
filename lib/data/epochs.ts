/** @file The batches of each epoch, in as many steps as were asked for. */

import type { BatchSupply, PassPosition, Samples } from './batch.js';

/**
 * Cuts a supply into epochs. Without `stepsPerEpoch` an epoch is all batches; with it, the supply goes on in the next epoch where the last
 * one stopped, and an epoch in which it runs out is shorter, with a warning (keras/src/trainers/epoch_iterator.py).
 */
export class Epochs {
  readonly steps: number | undefined;
  readonly #where: string;
  readonly #supply: BatchSupply;
  readonly #limit: number | undefined;
  #running: AsyncGenerator<Samples> | undefined;
  /** Batches taken from `#running`. */
  #seen = 0;
  /** Where the next pass begins, and how many steps of the next epoch are done: of a training that goes on. */
  #from: PassPosition | undefined;
  #stepsDone = 0;

  constructor(where: string, supply: BatchSupply, stepsPerEpoch: number | undefined) {
    this.#where = where;
    this.#supply = supply;
    this.#limit = stepsPerEpoch;
    this.steps = stepsPerEpoch ?? supply.steps;
  }

  /** Why `position` does not tell another process all about the batches to come; undefined where it does. */
  get unrepeatable(): string | undefined {
    return this.#supply.unrepeatable;
  }

  /** How far the data was taken. */
  get position(): PassPosition {
    return this.#running === undefined ? { seed: null, taken: 0 } : { seed: this.#supply.seed, taken: this.#seen };
  }

  /** The next epoch begins in the middle: after `stepsDone` of its steps, with the data at `position`. */
  resume(position: PassPosition, stepsDone: number): void {
    this.#from = position.taken > 0 ? position : undefined;
    this.#stepsDone = stepsDone;
  }

  /** Whether another epoch has a batch. */
  more(): Promise<boolean> {
    return this.#supply.more();
  }

  /** The batches of the next epoch. */
  async *next(): AsyncGenerator<Samples> {
    const stepsDone = this.#stepsDone;
    this.#stepsDone = 0;
    if (this.#limit === undefined) yield* this.#whole();
    else yield* this.#limited(stepsDone, this.#limit);
    await this.#supply.onEpochEnd();
  }

  /** Ends an epoch that would have gone on in the next one. */
  close(): void {
    this.#supply.close();
    // Not waited for: the user's code may be stuck in a batch.
    this.#running?.return(undefined).catch(() => {});
    this.#running = undefined;
  }

  async *#whole(): AsyncGenerator<Samples> {
    try {
      for (let batch = await this.#take(); batch !== undefined; batch = await this.#take()) yield batch;
    } finally {
      this.close();
    }
  }

  async *#limited(stepsDone: number, limit: number): AsyncGenerator<Samples> {
    for (let step = stepsDone; step < limit; step++) {
      let batch = await this.#take();
      // An iterable of unknown length that ended exactly where an epoch did starts again.
      if (batch === undefined && step === 0) batch = await this.#take();
      if (batch === undefined) {
        if (step > 0)
          process.emitWarning(`${this.#where}: the data ran out after ${step} of ${limit} steps; the epoch ends here`);
        return;
      }
      yield batch;
    }
    if (this.#seen === this.#supply.steps) this.close();
  }

  async #take(): Promise<Samples | undefined> {
    if (this.#running === undefined) {
      this.#running = this.#supply.epoch(this.#from);
      this.#seen = this.#from?.taken ?? 0;
      this.#from = undefined;
    }
    const { value, done } = await this.#running.next();
    if (done === true) this.#running = undefined;
    else this.#seen++;
    return done === true ? undefined : value;
  }
}
