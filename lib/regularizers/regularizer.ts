/** @file What a regularizer is: a penalty on a weight, added to the loss. */

import type { Tensor } from '../graph/tensor.js';

/**
 * Base of all regularizers. `call` gives a scalar; training adds it once a batch to the total loss, while the weight is trainable.
 *
 * @example
 * class L3 extends regularizers.Regularizer {
 *   call(weight) {
 *     return ops.mul(0.01, ops.sum(ops.pow(ops.abs(weight), 3)));
 *   }
 * }
 */
export abstract class Regularizer {
  abstract call(weight: Tensor): Tensor;

  /** The options that make an equal regularizer. */
  getConfig(): Record<string, unknown> {
    return {};
  }
}

export type RegularizerFunction = (weight: Tensor) => Tensor;

/** A regularizer from a function. */
export class FunctionRegularizer extends Regularizer {
  readonly call: RegularizerFunction;

  constructor(body: RegularizerFunction) {
    super();
    this.call = body;
  }
}
