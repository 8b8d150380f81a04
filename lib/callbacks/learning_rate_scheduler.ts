/** @file `LearningRateScheduler`: a learning rate for each epoch. */

import { describeValue } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { Callback, type Logs } from './callback.js';
import { print } from './output.js';

/**
 * Sets the learning rate at the beginning of each epoch to what `schedule(epoch, learningRate)` returns, and logs it as `learning_rate`.
 * Source: keras/src/callbacks/learning_rate_scheduler.py.
 *
 * @example
 * const decay = new callbacks.LearningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * Math.exp(-0.1)));
 * await net.fit(x, y, { epochs: 12, callbacks: [decay] });
 */
export class LearningRateScheduler extends Callback {
  readonly #schedule: (epoch: number, learningRate: number) => number;
  readonly #verbose: number;

  /** @param schedule - takes the epoch, from 0, and the rate now; returns the new rate */
  constructor(schedule: (epoch: number, learningRate: number) => number, verbose: 0 | 1 = 0) {
    super();
    if (typeof schedule !== 'function') {
      throw new ValueError(
        `LearningRateScheduler: received ${describeValue(schedule)}; expected a function (epoch, learningRate) => number`,
      );
    }
    this.#schedule = schedule;
    this.#verbose = verbose;
  }

  override onEpochBegin(epoch: number): void {
    const { optimizer } = this.model;
    const rate = this.#schedule(epoch, optimizer.learningRate);
    if (typeof rate !== 'number' || !Number.isFinite(rate)) {
      throw new ValueError(
        `LearningRateScheduler: the schedule returned ${describeValue(rate)} for epoch ${epoch}; expected a finite number`,
      );
    }
    optimizer.learningRate = rate;
    if (this.#verbose > 0) print(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${rate}.\n`);
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    logs.learning_rate = this.model.optimizer.learningRate;
  }
}
