/** @file `EarlyStopping`: ends training when a value stops getting better. */

import type { TypedArray } from '../core/dtype.js';
import { checkOptions } from '../core/options.js';
import type { Logs } from './callback.js';
import { checkNumber, Monitor, type MonitorOptions, monitorOptionNames } from './monitor.js';
import { print } from './output.js';

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement before training stops; 0 by default. */
  patience?: number;
  /** A value that must be beaten for an improvement to restart the wait. */
  baseline?: number;
  /** At the end of training, put back the weights of the best epoch. */
  restoreBestWeights?: boolean;
  /** Epochs to let pass before watching; 0 by default. */
  startFromEpoch?: number;
}

interface EarlyStoppingState {
  readonly stoppedEpoch: number;
  readonly bestEpoch: number;
  readonly best: number | undefined;
  readonly wait: number;
  readonly bestWeights: TypedArray[] | undefined;
}

/**
 * Stops training when `monitor` has not improved for `patience` epochs. Source: keras/src/callbacks/early_stopping.py.
 *
 * @example
 * const stop = new callbacks.EarlyStopping({ patience: 3, restoreBestWeights: true });
 * await net.fit(x, y, { epochs: 100, validationSplit: 0.1, callbacks: [stop] });
 */
export class EarlyStopping extends Monitor {
  readonly patience: number;
  /** Epoch that stopped the training; 0 when it was not stopped. */
  stoppedEpoch = 0;
  bestEpoch = 0;
  best: number | undefined;
  readonly #baseline: number | undefined;
  readonly #restore: boolean;
  readonly #startFromEpoch: number;
  #wait = 0;
  #bestWeights: TypedArray[] | undefined;

  /** @throws ValueError for unknown options. */
  constructor(options: EarlyStoppingOptions = {}) {
    const own = ['patience', 'baseline', 'restoreBestWeights', 'startFromEpoch'];
    checkOptions('EarlyStopping', options, [...monitorOptionNames, ...own]);
    super('EarlyStopping', options, 0);
    this.patience = checkNumber('EarlyStopping', 'patience', options.patience ?? 0, 0, 'an integer');
    this.#baseline = options.baseline;
    this.#restore = options.restoreBestWeights ?? false;
    this.#startFromEpoch = checkNumber('EarlyStopping', 'startFromEpoch', options.startFromEpoch ?? 0, 0, 'an integer');
  }

  override onTrainBegin(): void {
    this.#wait = 0;
    this.stoppedEpoch = 0;
    this.best = undefined;
    this.#bestWeights = undefined;
    this.bestEpoch = 0;
  }

  override getState(): EarlyStoppingState {
    const { stoppedEpoch, bestEpoch, best } = this;
    return { stoppedEpoch, bestEpoch, best, wait: this.#wait, bestWeights: this.#bestWeights };
  }

  override setState(state: EarlyStoppingState): void {
    this.stoppedEpoch = state.stoppedEpoch;
    this.bestEpoch = state.bestEpoch;
    this.best = state.best;
    this.#wait = state.wait;
    this.#bestWeights = state.bestWeights;
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const value = this.current(logs);
    if (value === undefined || epoch < this.#startFromEpoch) return;
    if (this.#restore && this.#bestWeights === undefined) await this.#keep(epoch);
    this.#wait++;
    if (this.improves(value, this.best)) {
      this.best = value;
      await this.#keep(epoch);
      if (this.#baseline === undefined || this.improves(value, this.#baseline)) this.#wait = 0;
      return;
    }
    if (this.#wait >= this.patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  override onTrainEnd(): void {
    if (this.stoppedEpoch > 0 && this.verbose > 0) print(`Epoch ${this.stoppedEpoch + 1}: early stopping\n`);
    const kept = this.#bestWeights;
    if (kept === undefined) return;
    if (this.verbose > 0) print(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.\n`);
    this.model.weights.forEach((weight, i) => {
      weight.assign(kept[i] as TypedArray);
    });
  }

  async #keep(epoch: number): Promise<void> {
    this.bestEpoch = epoch;
    if (this.#restore) this.#bestWeights = await Promise.all(this.model.weights.map((weight) => weight.data()));
  }
}
