/** @file Values for variables: compared with all of them first, then assigned to all at once. */

import { dtypeOfArray, type TypedArray, typedArray } from '../core/dtype.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { formatShape, sameShape } from '../core/shape.js';
import type { Variable } from '../runtime/variable.js';
import type { Hdf5Array } from './hdf5_contents.js';

/** What does not fit, in words; `shape` when it is the shape of a variable. */
export interface Misfit {
  readonly message: string;
  readonly shape: boolean;
}

/** Collects values for variables. Nothing changes before `apply`. */
export class Restoration {
  readonly #values = new Map<Variable, TypedArray>();
  readonly #actions: (() => void)[] = [];
  readonly #misfits: Misfit[] = [];

  /** Whether nothing was found, neither what fits nor what does not. */
  get isEmpty(): boolean {
    return this.#values.size === 0 && this.#misfits.length === 0;
  }

  /** Values for the variables of one object. When one does not fit, none of the object's are taken. */
  add(label: string, variables: readonly Variable[], arrays: readonly Hdf5Array[]): void {
    const misfit = misfitOf(label, variables, arrays);
    if (misfit !== undefined) this.#misfits.push(misfit);
    else for (const [i, variable] of variables.entries()) this.#values.set(variable, (arrays[i] as Hdf5Array).data);
  }

  /** Something else that is restored at the end. */
  afterwards(action: () => void): void {
    this.#actions.push(action);
  }

  /**
   * Assigns everything, without a pause in which a step could run.
   *
   * @throws ShapeError or ValueError when something did not fit, unless `skipMismatch`, which makes it a warning. The model is unchanged then.
   */
  apply(where: string, skipMismatch: boolean): void {
    const [first] = this.#misfits;
    if (first !== undefined) {
      const list = this.#misfits.map(({ message }) => message).join('; ');
      if (!skipMismatch) {
        const message = `${where}: ${list}; nothing was loaded; pass { skipMismatch: true } to load the rest`;
        throw first.shape ? new ShapeError(message) : new ValueError(message);
      }
      process.emitWarning(`${where}: skipped what does not fit: ${list}`);
    }
    for (const [variable, data] of this.#values) {
      variable.assign(dtypeOfArray(data) === variable.dtype ? data : typedArray(variable.dtype, data));
    }
    for (const action of this.#actions) action();
  }
}

function misfitOf(label: string, variables: readonly Variable[], arrays: readonly Hdf5Array[]): Misfit | undefined {
  if (variables.length !== arrays.length) {
    return { message: `${label} has ${variables.length} variables, the file holds ${arrays.length} for it`, shape: false };
  }
  const i = variables.findIndex((variable, index) => !sameShape(variable.shape, (arrays[index] as Hdf5Array).shape));
  if (i < 0) return undefined;
  const [variable, array] = [variables[i] as Variable, arrays[i] as Hdf5Array];
  return {
    message: `${label}: '${variable.path}' has shape ${formatShape(variable.shape)}, the file holds ${formatShape(array.shape)}`,
    shape: true,
  };
}
