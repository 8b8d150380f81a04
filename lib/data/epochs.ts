/** @file The batches of each epoch, in as many steps as were asked for. */

import type { BatchSupply, Samples } from './batch.js';

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

  constructor(where: string, supply: BatchSupply, stepsPerEpoch: number | undefined) {
    this.#where = where;
    this.#supply = supply;
    this.#limit = stepsPerEpoch;
    this.steps = stepsPerEpoch ?? supply.steps;
  }

  /** Whether another epoch has a batch. */
  more(): Promise<boolean> {
    return this.#supply.more();
  }

  /** The batches of the next epoch. */
  async *next(): AsyncGenerator<Samples> {
    if (this.#limit === undefined) yield* this.#supply.epoch();
    else yield* this.#limited(this.#limit);
    await this.#supply.onEpochEnd();
  }

  /** Ends an epoch that would have gone on in the next one. */
  close(): void {
    // Not waited for: the user's code may be stuck in a batch.
    this.#running?.return(undefined).catch(() => {});
    this.#running = undefined;
  }

  async *#limited(limit: number): AsyncGenerator<Samples> {
    for (let step = 0; step < limit; step++) {
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
      this.#running = this.#supply.epoch();
      this.#seen = 0;
    }
    const { value, done } = await this.#running.next();
    if (done === true) this.#running = undefined;
    else this.#seen++;
    return done === true ? undefined : value;
  }
}
