/** @file `LambdaCallback`: a callback from functions. */

import { ValueError } from '../core/errors.js';
import { unknownName } from '../core/options.js';
import { Callback, type CallbackHooks } from './callback.js';

const hookNames = Object.getOwnPropertyNames(Callback.prototype).filter((name) => name !== 'constructor');

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
    if (typeof hooks !== 'object' || hooks === null) {
      throw new ValueError(`callbacks: received ${typeof hooks}; expected a Callback or an object with hooks such as onEpochEnd`);
    }
    for (const [name, hook] of Object.entries(hooks)) {
      if (!hookNames.includes(name)) throw unknownName('callbacks', 'hook', name, hookNames);
      Object.defineProperty(this, name, { value: hook });
    }
  }
}
