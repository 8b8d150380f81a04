/** @file Running steps: a few in flight on the device, cancelled when the user says so. */

import { describeValue } from '../core/describe.js';
import { AbortedError, callSite, LaminetError, ValueError } from '../core/errors.js';
import { addon, type NativeSignal } from '../runtime/addon.js';
import type { Trainer } from './trainer.js';

/** Methods of a model that run steps. */
export type MethodName = 'fit' | 'evaluate' | 'predict' | 'trainOnBatch' | 'testOnBatch' | 'predictOnBatch';

/** Steps queued on the device before training waits for the oldest: enough to keep it busy, few enough to stop soon. */
const stepsInFlight = 2;

/** Steps that were queued and have not been waited for. */
export class InFlight {
  readonly #pending: Promise<unknown>[] = [];

  /** Takes a step that was just queued; waits for the oldest when there are too many. Errors of steps come out here, or in `drain`. */
  async add(step: Promise<unknown>): Promise<void> {
    step.catch(() => {}); // reported when it is awaited
    this.#pending.push(step);
    if (this.#pending.length > stepsInFlight) await this.#pending.shift();
  }

  async drain(): Promise<void> {
    while (this.#pending.length > 0) await this.#pending.shift();
  }

  /** Waits until nothing runs any more, whatever became of it. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#pending.splice(0));
  }
}

/** An AbortSignal of the user as a signal that the device looks at between kernels. */
export class Cancellation {
  readonly native: NativeSignal | undefined;
  readonly #where: string;
  readonly #signal: AbortSignal | undefined;
  readonly #listener: (() => void) | undefined;

  /** @throws ValueError when `signal` is no AbortSignal, AbortedError when it has aborted already. */
  constructor(where: string, signal: AbortSignal | undefined) {
    this.#where = where;
    this.#signal = signal;
    if (signal === undefined) return;
    if (!(signal instanceof AbortSignal)) {
      const fix = (signal as unknown) instanceof AbortController ? '; pass controller.signal' : '';
      throw new ValueError(`${where}: signal is ${describeValue(signal)}; expected an AbortSignal${fix}`);
    }
    this.check();
    const native = new (addon().Signal)();
    this.native = native;
    this.#listener = () => native.cancel();
    signal.addEventListener('abort', this.#listener);
  }

  /** @throws AbortedError when the signal has aborted. */
  check(): void {
    if (this.#signal?.aborted === true) throw this.#error();
  }

  /** `promise`, or an AbortedError as soon as the signal aborts: what the user's code waits for may never come. */
  wait<T>(promise: Promise<T>): Promise<T> {
    const signal = this.#signal;
    if (signal === undefined) return promise;
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(this.#error());
      signal.addEventListener('abort', abort, { once: true });
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    });
  }

  /** The error to throw instead of `error`, when that came from the abort: from a step, or from user code that heeds the signal too. */
  translate(error: unknown): unknown {
    const signal = this.#signal;
    if (signal?.aborted !== true) return error;
    const origin = (error instanceof LaminetError && error.cause) || error;
    const isAbort =
      error instanceof AbortedError || origin === signal.reason || (origin instanceof Error && origin.name === 'AbortError');
    return isAbort ? this.#error() : error;
  }

  release(): void {
    if (this.#listener !== undefined) this.#signal?.removeEventListener('abort', this.#listener);
  }

  #error(): AbortedError {
    return new AbortedError(`${this.#where}: aborted; the weights are those of the last finished step`, {
      cause: this.#signal?.reason,
    });
  }
}

/**
 * Runs a call of a model that the user may abort. Errors lead to the line that made the call.
 *
 * @param where - the model's method
 * @param usesSums - whether it uses the model's running sums, and so waits for its turn
 */
export async function runCall<T>(
  where: MethodName,
  model: Trainer,
  signal: AbortSignal | undefined,
  usesSums: boolean,
  body: (cancellation: Cancellation) => Promise<T>,
): Promise<T> {
  const caller = callSite(model[where]);
  const cancellation = new Cancellation(where, signal);
  try {
    if (!usesSums) return await body(cancellation);
    return await model.turns.take(
      () => body(cancellation),
      (turn) => cancellation.wait(turn),
    );
  } catch (thrown) {
    const error = cancellation.translate(thrown);
    throw error instanceof LaminetError ? error.calledFrom(caller) : error;
  } finally {
    cancellation.release();
  }
}
