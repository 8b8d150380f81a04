/** @file What a constraint is: a projection of a weight, applied after each update. */

import type { Tensor } from '../graph/tensor.js';

/**
 * Base of all constraints. `call` gives the weight's new value, of the same shape.
 *
 * @example
 * class AtMostOne extends constraints.Constraint {
 *   call(weight) {
 *     return ops.minimum(weight, 1);
 *   }
 * }
 */
export abstract class Constraint {
  abstract call(weight: Tensor): Tensor;

  /** The options that make an equal constraint. */
  getConfig(): Record<string, unknown> {
    return {};
  }
}

export type ConstraintFunction = (weight: Tensor) => Tensor;

/** A constraint from a function. */
export class FunctionConstraint extends Constraint {
  readonly call: ConstraintFunction;

  constructor(body: ConstraintFunction) {
    super();
    this.call = body;
  }
}
