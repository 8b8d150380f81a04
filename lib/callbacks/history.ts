/** @file `History`: what every epoch logged. */

import { Callback, type Logs } from './callback.js';

/** Collects the logs of each epoch; `fit` returns one. */
export class History extends Callback {
  /** Values by name, one an epoch: `history.history.loss[0]`. */
  history: Record<string, number[]> = {};
  /** Epoch numbers, from `initialEpoch`. */
  epoch: number[] = [];

  override onTrainBegin(): void {
    this.epoch = [];
  }

  override getState(): Pick<History, 'history' | 'epoch'> {
    return { history: this.history, epoch: this.epoch };
  }

  override setState({ history, epoch }: ReturnType<History['getState']>): void {
    this.history = history;
    this.epoch = epoch;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= [];
      this.history[name].push(value);
    }
  }
}
