/** @file `ReduceLROnPlateau`: lowers the learning rate when a value stops getting better. */

import { describeValue } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import type { Logs } from './callback.js';
import { checkNumber, Monitor, type MonitorOptions, monitorOptionNames } from './monitor.js';
import { print } from './output.js';

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** The new learning rate is the old one times this; below 1, 0.1 by default. */
  factor?: number;
  /** Epochs without improvement before the rate is lowered; 10 by default. */
  patience?: number;
  /** Epochs to wait after lowering it; 0 by default. */
  cooldown?: number;
  /** The rate never goes below; 0 by default. */
  minLearningRate?: number;
}

/**
 * Lowers the learning rate when `monitor` has not improved for `patience` epochs, and logs it as `learning_rate` (its value before the change).
 * Source: keras/src/callbacks/reduce_lr_on_plateau.py; `minDelta` is 1e-4 by default.
 *
 * @example
 * const reduce = new callbacks.ReduceLROnPlateau({ factor: 0.2, patience: 5 });
 * await net.fit(x, y, { epochs: 10, validationSplit: 0.1, callbacks: [reduce] });
 */
export class ReduceLROnPlateau extends Monitor {
  readonly factor: number;
  readonly patience: number;
  readonly cooldown: number;
  readonly minLearningRate: number;
  #best: number | undefined;
  #wait = 0;
  #cooling = 0;

  /** @throws ValueError for unknown options and for a factor of 1 or more. */
  constructor(options: ReduceLROnPlateauOptions = {}) {
    const where = 'ReduceLROnPlateau';
    checkOptions(where, options, [...monitorOptionNames, 'factor', 'patience', 'cooldown', 'minLearningRate']);
    super(where, options, 1e-4);
    const { factor = 0.1, patience = 10, cooldown = 0, minLearningRate = 0 } = options;
    if (!(typeof factor === 'number' && factor >= 0 && factor < 1)) {
      throw new ValueError(`${where}: factor is ${describeValue(factor)}; expected a number of at least 0 and below 1`);
    }
    this.factor = factor;
    this.patience = checkNumber(where, 'patience', patience, 0, 'an integer');
    this.cooldown = checkNumber(where, 'cooldown', cooldown, 0, 'an integer');
    this.minLearningRate = checkNumber(where, 'minLearningRate', minLearningRate, 0, 'a number');
  }

  override onTrainBegin(): void {
    this.#best = undefined;
    this.#wait = 0;
    this.#cooling = 0;
  }

  override getState(): { best: number | undefined; wait: number; cooling: number } {
    return { best: this.#best, wait: this.#wait, cooling: this.#cooling };
  }

  override setState({ best, wait, cooling }: ReturnType<ReduceLROnPlateau['getState']>): void {
    this.#best = best;
    this.#wait = wait;
    this.#cooling = cooling;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    logs.learning_rate = this.model.optimizer.learningRate;
    const value = this.current(logs);
    if (value === undefined) return;
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#wait = 0;
    }
    if (this.improves(value, this.#best)) {
      this.#best = value;
      this.#wait = 0;
    } else if (this.#cooling === 0 && ++this.#wait >= this.patience) this.#reduce(epoch);
  }

  #reduce(epoch: number): void {
    const { optimizer } = this.model;
    const before = optimizer.learningRate;
    if (before <= Math.fround(this.minLearningRate)) return;
    optimizer.learningRate = Math.max(before * this.factor, this.minLearningRate);
    this.#cooling = this.cooldown;
    this.#wait = 0;
    if (this.verbose > 0) {
      print(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${optimizer.learningRate}.\n`);
    }
  }
}
