/** @file Adagrad (Duchi et al., "Adaptive subgradient methods for online learning and stochastic optimization", 2011). */

import type { Tensor } from '../graph/tensor.js';
import { add, div, mul, sub } from '../ops/binary.js';
import { sqrt, square } from '../ops/unary.js';
import type { Variable } from '../runtime/variable.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

export interface AdagradOptions extends OptimizerOptions {
  /** What the sum of squared gradients starts with; default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** Added under the root; default 1e-7. */
  readonly epsilon?: number;
}

/** `a += g^2; w -= rate * g / sqrt(a + epsilon)` */
export class Adagrad extends Optimizer {
  readonly initialAccumulatorValue: number;
  readonly epsilon: number;

  constructor(options: AdagradOptions = {}) {
    super('adagrad', options, ['initialAccumulatorValue', 'epsilon'], 0.001);
    this.initialAccumulatorValue = options.initialAccumulatorValue ?? 0.1;
    this.epsilon = options.epsilon ?? 1e-7;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    this.addSlots(variables, ['accumulator'], [this.initialAccumulatorValue]);
  }

  protected updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const slot = this.slot('accumulator', variable);
    const accumulated = add(slot, square(gradient));
    this.assign(slot, accumulated);
    this.assign(variable, sub(variable, div(mul(gradient, learningRate), sqrt(add(accumulated, this.epsilon)))));
  }

  override getConfig(): Record<string, unknown> {
    const { initialAccumulatorValue, epsilon } = this;
    return { ...super.getConfig(), initialAccumulatorValue, epsilon };
  }
}
