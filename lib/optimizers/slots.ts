/** @file An optimizer's variables beside the weights, in Keras's order. */

import type { DType } from '../core/dtype.js';
import { StateError } from '../core/errors.js';
import type { Device } from '../runtime/device.js';
import { filledVariable } from '../runtime/filled_variable.js';
import type { Variable } from '../runtime/variable.js';

export class Slots {
  readonly variables: Variable[] = [];
  readonly #device: Device;
  readonly #owner: string;
  readonly #bySlot = new Map<string, Map<Variable, Variable>>();

  constructor(device: Device, owner: string) {
    this.#device = device;
    this.#owner = owner;
  }

  /** A slot of each name for each variable, of its shape and type; the slots of one variable stand together. */
  addFor(variables: readonly Variable[], names: readonly string[], values: readonly number[]): void {
    for (const name of names) this.#bySlot.set(name, new Map());
    for (const variable of variables) {
      names.forEach((name, i) => {
        const path = `${variable.path.replaceAll('/', '_')}_${name}`;
        this.#bySlot.get(name)?.set(variable, this.add(path, variable.shape, variable.dtype, values[i]));
      });
    }
  }

  add(name: string, shape: readonly number[], dtype: DType, value = 0): Variable {
    const variable = filledVariable(this.#device, dtype, shape, name, value);
    variable.path = `${this.#owner}/${name}`;
    this.variables.push(variable);
    return variable;
  }

  get(name: string, variable: Variable): Variable {
    const slot = this.#bySlot.get(name)?.get(variable);
    if (slot === undefined) throw new StateError(`${this.#owner}: no slot '${name}' for variable '${variable.path}'`);
    return slot;
  }
}
