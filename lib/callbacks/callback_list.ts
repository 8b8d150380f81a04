/** @file The callbacks of one run, called in order with one shared logs object. */

import { Turns } from '../core/turns.js';
import { Callback, type CallbackHooks, type CallbackModel, type CallbackParams, type Logs } from './callback.js';
import { LambdaCallback } from './lambda_callback.js';

type HookName = Exclude<keyof Callback, 'model' | 'params' | 'wantsBatchLogs' | 'getState' | 'setState'>;

export class CallbackList {
  readonly callbacks: readonly Callback[];
  readonly #turns: Turns;

  /** @param turns - of the model: what a hook calls on it (`evaluate`, say) comes inside the run */
  constructor(
    callbacks: readonly (Callback | CallbackHooks)[],
    model: CallbackModel,
    params: CallbackParams,
    turns: Turns = new Turns(),
  ) {
    this.callbacks = callbacks.map((callback) => (callback instanceof Callback ? callback : new LambdaCallback(callback)));
    this.#turns = turns;
    for (const callback of this.callbacks) {
      callback.model = model;
      callback.params = params;
    }
  }

  /** Calls a hook of every callback, in order; waits for those that return promises. */
  call(hook: HookName, ...args: [number, Logs] | [Logs]): Promise<void> {
    return this.#turns.during(async () => {
      for (const callback of this.callbacks) {
        const result = (callback[hook] as (...args: unknown[]) => void | Promise<void>)(...args);
        if (result !== undefined) await result;
      }
    });
  }

  /** The states of the callbacks that have one, with the names of their classes. */
  states(): [string, unknown][] {
    return this.callbacks.flatMap((callback) => {
      const state = callback.getState();
      return state === undefined ? [] : [[callback.constructor.name, state]];
    });
  }

  /** Gives the states back, by class and order. Warns of a state whose callback is missing, and of a callback whose state is. */
  restore(where: string, states: readonly (readonly [string, unknown])[]): void {
    const left = [...states];
    for (const callback of this.callbacks) {
      const { name } = callback.constructor;
      const place = left.findIndex(([owner]) => owner === name);
      if (place >= 0) callback.setState((left.splice(place, 1)[0] as [string, unknown])[1]);
      else if (callback.getState() !== undefined) process.emitWarning(`${where}: no state of ${name} was saved; it begins anew`);
    }
    for (const [name] of left)
      process.emitWarning(`${where}: the saved state of ${name} is not used; expected it among the callbacks`);
  }

  wantsBatchLogs(phase: 'train' | 'test'): boolean {
    return this.callbacks.some((callback) => callback.wantsBatchLogs(phase));
  }
}
