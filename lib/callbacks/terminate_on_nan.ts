/** @file `TerminateOnNaN`: ends training when the loss is no number any more. */

import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { Callback, type Logs } from './callback.js';
import { print } from './output.js';

/**
 * Stops training after a batch whose loss is NaN or infinite. It reads the loss of every batch from the device.
 * Source: keras/src/callbacks/terminate_on_nan.py.
 *
 * @example
 * await net.fit(x, y, { callbacks: [new callbacks.TerminateOnNaN()] });
 */
export class TerminateOnNaN extends Callback {
  readonly #raiseError: boolean;

  /** @param options - `raiseError`: throw a ValueError instead of stopping quietly; false by default */
  constructor(options: { raiseError?: boolean } = {}) {
    checkOptions('TerminateOnNaN', options, ['raiseError']);
    super();
    this.#raiseError = options.raiseError ?? false;
  }

  override onBatchEnd(batch: number, logs: Logs): void {
    const { loss } = logs;
    if (loss === undefined || Number.isFinite(loss)) return;
    if (this.#raiseError) throw new ValueError(`TerminateOnNaN: the loss of batch ${batch} is ${loss}; expected a finite number`);
    print(`Batch ${batch}: Invalid loss, terminating training\n`);
    this.model.stopTraining = true;
  }
}
