/** @file RMSprop (Tieleman and Hinton, "Lecture 6.5", Coursera, 2012). */

import type { Tensor } from '../graph/tensor.js';
import { add, div, mul, sub } from '../ops/binary.js';
import { sqrt, square } from '../ops/unary.js';
import type { Variable } from '../runtime/variable.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

export interface RMSpropOptions extends OptimizerOptions {
  /** Decay of the mean of squared gradients, in [0, 1); default 0.9. */
  readonly rho?: number;
  /** Share of the last step that is kept; default 0. */
  readonly momentum?: number;
  /** Added under the root; default 1e-7. */
  readonly epsilon?: number;
  /** Divide by the variance instead of the mean square; default false. */
  readonly centered?: boolean;
}

/**
 * `v = rho v + (1 - rho) g^2; w -= rate * g / sqrt(v + epsilon)`. Centered, v less the square of the mean gradient stands under the root.
 * With momentum the increments accumulate: `m = momentum m + increment; w -= m`.
 */
export class RMSprop extends Optimizer {
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;

  constructor(options: RMSpropOptions = {}) {
    super('rmsprop', options, ['rho', 'momentum', 'epsilon', 'centered'], 0.001);
    this.rho = options.rho ?? 0.9;
    this.momentum = options.momentum ?? 0;
    this.epsilon = options.epsilon ?? 1e-7;
    this.centered = options.centered ?? false;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    this.addSlots(variables, ['velocity']);
    if (this.momentum > 0) this.addSlots(variables, ['momentum']);
    if (this.centered) this.addSlots(variables, ['average_gradient']);
  }

  protected updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const meanSquare = this.#average('velocity', variable, square(gradient));
    const spread = this.centered ? sub(meanSquare, square(this.#average('average_gradient', variable, gradient))) : meanSquare;
    const increment = div(mul(gradient, learningRate), sqrt(add(spread, this.epsilon)));
    this.assign(variable, sub(variable, this.momentum > 0 ? this.#accumulated(variable, increment) : increment));
  }

  /** Moves a slot toward `value`; gives its new value. */
  #average(name: string, variable: Variable, value: Tensor): Tensor {
    const slot = this.slot(name, variable);
    const average = add(mul(slot, this.rho), mul(value, 1 - this.rho));
    this.assign(slot, average);
    return average;
  }

  #accumulated(variable: Variable, increment: Tensor): Tensor {
    const slot = this.slot('momentum', variable);
    const momentum = add(mul(slot, this.momentum), increment);
    this.assign(slot, momentum);
    return momentum;
  }

  override getConfig(): Record<string, unknown> {
    const { rho, momentum, epsilon, centered } = this;
    return { ...super.getConfig(), rho, momentum, epsilon, centered };
  }
}
