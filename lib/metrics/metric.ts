/** @file What a metric is: sums on the device, changed by each batch, and a result computed from them. */

import { floatx } from '../core/config.js';
import { type DType, typedArray } from '../core/dtype.js';
import { toSnakeCase } from '../core/naming.js';
import { checkOptions } from '../core/options.js';
import { sizeOf } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { currentDevice } from '../runtime/device.js';
import { filledVariable } from '../runtime/filled_variable.js';
import type { Variable } from '../runtime/variable.js';

/** Options of every metric. */
export interface MetricOptions {
  /** Key in the logs. */
  readonly name?: string;
}

/**
 * Base of all metrics. A subclass adds variables with `addVariable`, changes them with ops in `update`, and computes its value in `result`.
 * Both work inside a trace (that is how `fit` runs them: no numbers are read back but the results) and at once.
 *
 * @example
 * class LargestError extends metrics.Metric {
 *   constructor() {
 *     super({ name: 'largest_error' });
 *     this.largest = this.addVariable('largest', []);
 *   }
 *   update(yTrue, yPred) {
 *     this.largest.assign(ops.maximum(this.largest, ops.max(ops.abs(ops.sub(yTrue, yPred)))));
 *   }
 *   result() {
 *     return this.largest;
 *   }
 * }
 */
export abstract class Metric {
  /** Key in the logs. */
  name: string;
  /** Whether larger is better ('up') or smaller ('down'): what callbacks with mode 'auto' go by. */
  readonly direction: 'up' | 'down' | undefined = undefined;
  readonly #variables: Variable[] = [];

  /**
   * @param where - the factory's name, for errors
   * @param own - names of the subclass's own options
   */
  constructor(options: MetricOptions = {}, where = 'metric', own: readonly string[] = []) {
    checkOptions(where, options, ['name', ...own]);
    this.name = options.name ?? toSnakeCase(this.constructor.name);
  }

  /** Takes in a batch. */
  abstract update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void;

  /** The value over all batches since the last reset, usually a scalar. */
  abstract result(): Tensor;

  /** The sums. Metrics whose sums have a size that depends on the data make them at the first update. */
  get variables(): Variable[] {
    return [...this.#variables];
  }

  /** Starts anew: all variables become 0. */
  reset(): void {
    for (const variable of this.#variables) variable.assign(typedArray(variable.dtype, sizeOf(variable.shape) as number));
  }

  /** The options that make an equal metric. */
  getConfig(): Record<string, unknown> {
    return { name: this.name };
  }

  /** A variable that starts at 0. */
  protected addVariable(name: string, shape: readonly number[], dtype: DType = floatx()): Variable {
    const variable = filledVariable(currentDevice(), dtype, shape, name);
    variable.path = `${this.name}/${name}`;
    this.#variables.push(variable);
    return variable;
  }
}
