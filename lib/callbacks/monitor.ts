/** @file What EarlyStopping and ReduceLROnPlateau share: a logged value, and what counts as better. */

import { ValueError } from '../core/errors.js';
import { checkChoice } from '../core/options.js';
import { Callback, type Logs } from './callback.js';

export interface MonitorOptions {
  /** Key of the logs; `val_loss` by default. */
  monitor?: string;
  /** Smallest change that counts as better; at least 0. */
  minDelta?: number;
  /** Whether smaller or larger is better; 'auto' asks the metric. */
  mode?: 'auto' | 'min' | 'max';
  /** 1 prints a line when it acts; 0 by default. */
  verbose?: 0 | 1;
}

/** Watches one value of the logs (keras/src/callbacks/monitor_callback.py). */
export abstract class Monitor extends Callback {
  readonly monitor: string;
  readonly minDelta: number;
  readonly mode: 'auto' | 'min' | 'max';
  readonly verbose: number;

  constructor(where: string, options: MonitorOptions, minDelta: number) {
    super();
    this.monitor = options.monitor ?? 'val_loss';
    this.minDelta = Math.abs(options.minDelta ?? minDelta);
    this.mode = checkChoice(where, 'mode', options.mode ?? 'auto', ['auto', 'min', 'max']);
    this.verbose = options.verbose ?? 0;
  }

  /** Whether `value` beats `best` by more than minDelta; anything beats undefined. */
  protected improves(value: number, best: number | undefined): boolean {
    if (best === undefined) return true;
    return this.#direction() === 'down' ? value + this.minDelta < best : value - this.minDelta > best;
  }

  /** The monitored value, or undefined with a warning when it is not logged. */
  protected current(logs: Logs): number | undefined {
    const value = logs[this.monitor];
    if (value === undefined) {
      process.emitWarning(
        `${this.constructor.name}: '${this.monitor}' is not in the logs: ${Object.keys(logs).join(', ')}; nothing is done`,
      );
    }
    return value;
  }

  #direction(): 'up' | 'down' {
    if (this.mode !== 'auto') return this.mode === 'min' ? 'down' : 'up';
    const name = this.monitor.replace(/^val_/, '');
    const direction = name === 'loss' ? 'down' : this.model.metricDirection(name);
    if (direction === undefined) {
      throw new ValueError(
        `${this.constructor.name}: whether '${this.monitor}' is better small or large is not known; set mode to 'min' or 'max'`,
      );
    }
    return direction;
  }
}
