/** @file Running steps: a few in flight on the device, cancelled when the user says so. */

import { AbortedError } from '../core/errors.js';
import { addon, type NativeSignal } from '../runtime/addon.js';
import type { Device } from '../runtime/device.js';

/** Steps queued on the device before training waits for the oldest: enough to keep it busy, few enough to stop soon. */
const stepsInFlight = 2;

/** Waits for the device so that it is never more than a few steps behind. */
export class InFlight {
  readonly #device: Device;
  readonly #pending: Promise<void>[] = [];

  constructor(device: Device) {
    this.#device = device;
  }

  /** Call after queueing a step. */
  async queued(): Promise<void> {
    const done = this.#device.flush();
    done.catch(() => {}); // reported when it is awaited below
    this.#pending.push(done);
    if (this.#pending.length > stepsInFlight) await this.#pending.shift();
  }

  async drain(): Promise<void> {
    while (this.#pending.length > 0) await this.#pending.shift();
  }
}

/** An AbortSignal of the user as a signal that the device looks at between kernels. */
export class Cancellation {
  readonly native: NativeSignal | undefined;
  readonly #where: string;
  readonly #signal: AbortSignal | undefined;
  readonly #listener: (() => void) | undefined;

  constructor(where: string, signal: AbortSignal | undefined) {
    this.#where = where;
    this.#signal = signal;
    if (signal === undefined) return;
    const native = new (addon().Signal)();
    this.native = native;
    this.#listener = () => native.cancel();
    signal.addEventListener('abort', this.#listener);
    if (signal.aborted) native.cancel();
  }

  /** @throws AbortedError when the signal has aborted. */
  check(): void {
    if (this.#signal?.aborted === true) throw this.error();
  }

  /** The error to throw instead of `error`, when that came from the cancellation. */
  translate(error: unknown): unknown {
    return this.#signal?.aborted === true ? this.error() : error;
  }

  error(): AbortedError {
    return new AbortedError(`${this.#where}: aborted; the weights are those of the last finished step`, {
      cause: this.#signal?.reason,
    });
  }

  release(): void {
    if (this.#listener !== undefined) this.#signal?.removeEventListener('abort', this.#listener);
  }
}
