/** @file `LambdaCallback`: a callback from functions. */

import { describeValue } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { unknownName } from '../core/options.js';
import { Callback, type CallbackHooks } from './callback.js';

const hookNames = Object.getOwnPropertyNames(Callback.prototype).filter((name) => name !== 'constructor');

/** Hooks of an instance would be in its class, where nobody would find them. */
const isLiteral = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

/**
 * A callback whose hooks are functions. `fit` makes one of every object literal in `callbacks`.
 *
 * @throws ValueError for a key that is no hook, naming the nearest.
 * @example
 * await net.fit(x, y, { callbacks: [{ onEpochEnd: (epoch, logs) => console.error(epoch, logs.loss) }] });
 */
export class LambdaCallback extends Callback {
  constructor(hooks: CallbackHooks) {
    super();
    if (!isLiteral(hooks)) {
      throw new ValueError(
        `callbacks: received ${describeValue(hooks)}; expected instances of callbacks.Callback, or objects with hooks such as onEpochEnd`,
      );
    }
    for (const [name, hook] of Object.entries(hooks)) {
      if (!hookNames.includes(name)) throw unknownName('callbacks', 'hook', name, hookNames);
      if (typeof hook !== 'function') throw new ValueError(`callbacks: ${name} is ${describeValue(hook)}; expected a function`);
      Object.defineProperty(this, name, { value: hook });
    }
  }
}
