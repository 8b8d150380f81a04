/** @file The callbacks of one run, called in order with one shared logs object. */

import { ValueError } from '../core/errors.js';
import { unknownName } from '../core/options.js';
import { Callback, type CallbackHooks, type CallbackModel, type CallbackParams, type Logs } from './callback.js';

type HookName = Exclude<keyof Callback, 'model' | 'params' | 'wantsBatchLogs'>;

const hookNames = Object.getOwnPropertyNames(Callback.prototype).filter((name) => name !== 'constructor');

/** An object literal as a callback. @throws ValueError for a key that is no hook, naming the nearest. */
function fromHooks(hooks: CallbackHooks): Callback {
  if (typeof hooks !== 'object' || hooks === null) {
    throw new ValueError(`callbacks: received ${typeof hooks}; expected a Callback or an object with hooks such as onEpochEnd`);
  }
  const callback = new Callback();
  for (const [name, hook] of Object.entries(hooks)) {
    if (!hookNames.includes(name)) throw unknownName('callbacks', 'hook', name, hookNames);
    Object.defineProperty(callback, name, { value: hook });
  }
  return callback;
}

export class CallbackList {
  readonly callbacks: readonly Callback[];

  constructor(callbacks: readonly (Callback | CallbackHooks)[], model: CallbackModel, params: CallbackParams) {
    this.callbacks = callbacks.map((callback) => (callback instanceof Callback ? callback : fromHooks(callback)));
    for (const callback of this.callbacks) {
      callback.model = model;
      callback.params = params;
    }
  }

  /** Calls a hook of every callback, in order; waits for those that return promises. */
  async call(hook: HookName, ...args: [number, Logs] | [Logs]): Promise<void> {
    for (const callback of this.callbacks) {
      const result = (callback[hook] as (...args: unknown[]) => void | Promise<void>)(...args);
      if (result !== undefined) await result;
    }
  }

  wantsBatchLogs(phase: 'train' | 'test'): boolean {
    return this.callbacks.some((callback) => callback.wantsBatchLogs(phase));
  }
}
