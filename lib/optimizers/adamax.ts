/** @file Adam with the largest gradient in place of the second moment (Kingma and Ba, 2014, section 7). */

import type { Tensor } from '../graph/tensor.js';
import { add, div, maximum, mul, pow, sub } from '../ops/binary.js';
import { abs } from '../ops/unary.js';
import type { Variable } from '../runtime/variable.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

export interface AdamaxOptions extends OptimizerOptions {
  /** Decay of the mean of gradients, in [0, 1); default 0.9. */
  readonly beta1?: number;
  /** Decay of the largest gradient, in [0, 1); default 0.999. */
  readonly beta2?: number;
  /** Added to the largest gradient; default 1e-7. */
  readonly epsilon?: number;
}

/** `m += (g - m)(1 - beta1); u = max(beta2 u, |g|); w -= rate * m / ((1 - beta1^t)(u + epsilon))` */
export class Adamax extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;

  constructor(options: AdamaxOptions = {}) {
    super('adamax', options, ['beta1', 'beta2', 'epsilon'], 0.001);
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-7;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    this.addSlots(variables, ['momentum', 'norm']);
  }

  protected updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const momentumSlot = this.slot('momentum', variable);
    const normSlot = this.slot('norm', variable);
    const momentum = add(momentumSlot, mul(sub(gradient, momentumSlot), 1 - this.beta1));
    const norm = maximum(mul(normSlot, this.beta2), abs(gradient));
    this.assign(momentumSlot, momentum);
    this.assign(normSlot, norm);
    const correction = sub(1, pow(this.beta1, this.stepNumber(variable.dtype)));
    this.assign(variable, sub(variable, div(mul(momentum, learningRate), mul(add(norm, this.epsilon), correction))));
  }

  override getConfig(): Record<string, unknown> {
    const { beta1, beta2, epsilon } = this;
    return { ...super.getConfig(), beta1, beta2, epsilon };
  }
}
