/** @file What EarlyStopping and ReduceLROnPlateau share: a logged value, and what counts as better. */

import { describeValue } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { checkChoice } from '../core/options.js';
import { Callback, type Logs } from './callback.js';

export interface MonitorOptions {
  /** Key of the logs; `val_loss` by default. */
  readonly monitor?: string;
  /** Smallest change that counts as better; at least 0. */
  readonly minDelta?: number;
  /** Whether smaller or larger is better; 'auto' asks the metric. */
  readonly mode?: 'auto' | 'min' | 'max';
  /** 1 prints a line when it acts; 0 by default. */
  readonly verbose?: 0 | 1;
}

export const monitorOptionNames = ['monitor', 'minDelta', 'mode', 'verbose'];

/** @throws ValueError unless `value` is a number of at least `least`, and an integer if asked. */
export function checkNumber(where: string, name: string, value: number, least: number, kind: 'a number' | 'an integer'): number {
  const fits = typeof value === 'number' && value >= least && (kind === 'a number' || Number.isInteger(value));
  if (fits) return value;
  throw new ValueError(`${where}: ${name} is ${describeValue(value)}; expected ${kind} of at least ${least}`);
}

/** Watches one value of the logs (keras/src/callbacks/monitor_callback.py). */
export abstract class Monitor extends Callback {
  readonly monitor: string;
  readonly minDelta: number;
  readonly mode: 'auto' | 'min' | 'max';
  readonly verbose: 0 | 1;
  #direction: 'up' | 'down' | undefined;

  constructor(
    where: string,
    { monitor = 'val_loss', minDelta, mode = 'auto', verbose = 0 }: MonitorOptions,
    defaultDelta: number,
  ) {
    super();
    if (typeof monitor !== 'string') {
      throw new ValueError(`${where}: monitor is ${describeValue(monitor)}; expected a name in the logs, such as 'val_loss'`);
    }
    this.monitor = monitor;
    this.minDelta = checkNumber(where, 'minDelta', minDelta ?? defaultDelta, 0, 'a number');
    this.mode = checkChoice(where, 'mode', mode, ['auto', 'min', 'max']);
    this.verbose = verbose;
  }

  /** Whether `value` beats `best` by more than minDelta; anything beats undefined. */
  protected improves(value: number, best: number | undefined): boolean {
    if (best === undefined) return true;
    return this.#direction === 'down' ? value + this.minDelta < best : value - this.minDelta > best;
  }

  /**
   * The monitored value, or undefined with a warning when it is not logged.
   *
   * @throws ValueError when the mode is 'auto' and the metric is not known.
   */
  protected current(logs: Logs): number | undefined {
    this.#direction = this.#chooseDirection();
    const value = logs[this.monitor];
    if (value === undefined) {
      process.emitWarning(
        `${this.constructor.name}: '${this.monitor}' is not in the logs: received ${Object.keys(logs).join(', ')}; nothing is done`,
      );
    }
    return value;
  }

  #chooseDirection(): 'up' | 'down' {
    if (this.mode !== 'auto') return this.mode === 'min' ? 'down' : 'up';
    const name = this.monitor.replace(/^val_/, '');
    const direction = name === 'loss' ? 'down' : this.model.metricDirection(name);
    if (direction !== undefined) return direction;
    throw new ValueError(
      `${this.constructor.name}: whether '${this.monitor}' is better small or large is not known; set mode to 'min' or 'max'`,
    );
  }
}
