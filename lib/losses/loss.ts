/** @file What a loss is: a value for each sample, reduced to one. */

import { toSnakeCase } from '../core/naming.js';
import { checkOptions } from '../core/options.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { checkReduction, type Reduction, reduceWeighted } from './reduction.js';
import { floats, matchRanks } from './shapes.js';

/** Options of every loss. */
export interface LossOptions {
  /** How the samples' values become one; default 'sumOverBatchSize', their mean. */
  readonly reduction?: Reduction | null;
  readonly name?: string;
}

/**
 * Base of all losses. A subclass computes a value for each sample in `call`, from tensors of floats.
 *
 * @example
 * class Quartic extends losses.Loss {
 *   call(yTrue, yPred) {
 *     return ops.mean(ops.pow(ops.sub(yTrue, yPred), 4), -1);
 *   }
 * }
 * model.compile({ optimizer: 'adam', loss: new Quartic() });
 */
export abstract class Loss {
  readonly name: string;
  readonly reduction: Reduction;

  /**
   * @param where - the factory's name, for errors
   * @param own - names of the subclass's own options
   */
  constructor(options: LossOptions = {}, where = 'loss', own: readonly string[] = []) {
    checkOptions(where, options, ['reduction', 'name', ...own]);
    this.name = options.name ?? toSnakeCase(this.constructor.name);
    this.reduction = checkReduction(where, options.reduction === undefined ? 'sumOverBatchSize' : options.reduction);
  }

  /** One value a sample (or a position of a sample): usually the predictions' shape without its last axis. */
  abstract call(yTrue: Tensor, yPred: Tensor): Tensor;

  /** Which values count, as bool of the values' shape; undefined: all. */
  mask(_yTrue: Tensor, _yPred: Tensor): Tensor | undefined {
    return undefined;
  }

  /**
   * The loss of a batch: the samples' values times their weights, reduced.
   *
   * @throws ShapeError when targets, predictions and weights do not fit together.
   */
  compute(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Tensor {
    const predictions = floats(yPred);
    const targets = castTo(yTrue, predictions.dtype);
    return reduceWeighted(this.call(targets, predictions), sampleWeight, this.mask(targets, predictions), this.reduction);
  }

  /** The options that make an equal loss. */
  getConfig(): Record<string, unknown> {
    return { name: this.name, reduction: this.reduction };
  }
}

/** Values of each sample from targets and predictions. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** A loss from a function; targets and predictions get equal ranks when they differ by a trailing 1. */
export class FunctionLoss extends Loss {
  readonly #function: LossFunction;

  constructor(body: LossFunction, options: LossOptions = {}) {
    super({ name: body.name || 'loss', ...options });
    this.#function = body;
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.#function(...matchRanks(yTrue, yPred));
  }
}
