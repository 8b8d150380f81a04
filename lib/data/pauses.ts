/** @file Pauses in long loops on the main thread. */

import { setImmediate } from 'node:timers/promises';

/** Milliseconds that a loop may hold the event loop. Several loops may run beside each other. */
const hold = 4;

/** Lets the event loop turn every few milliseconds. */
export class Pauses {
  #since = performance.now();

  /** Call it often: it seldom waits. */
  async maybe(): Promise<void> {
    if (performance.now() - this.#since < hold) return;
    await setImmediate();
    this.#since = performance.now();
  }
}
