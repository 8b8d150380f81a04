/** @file Lion (Chen et al., "Symbolic discovery of optimization algorithms", 2023). */

import { ValueError } from '../core/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { add, mul, sub } from '../ops/binary.js';
import { sign } from '../ops/unary.js';
import type { Variable } from '../runtime/variable.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

export interface LionOptions extends OptimizerOptions {
  /** Share of the momentum in the direction of a step, in (0, 1]; default 0.9. */
  readonly beta1?: number;
  /** Decay of the momentum; default 0.99. */
  readonly beta2?: number;
}

/** `w -= rate * sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2) g` */
export class Lion extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;

  constructor(options: LionOptions = {}) {
    super('lion', options, ['beta1', 'beta2'], 0.001);
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.99;
    if (!(this.beta1 > 0 && this.beta1 <= 1)) throw new ValueError(`lion: beta1 ${this.beta1}; expected a number in (0, 1]`);
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    this.addSlots(variables, ['momentum']);
  }

  protected updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const slot = this.slot('momentum', variable);
    const mix = (beta: number): Tensor => add(mul(slot, beta), mul(gradient, 1 - beta));
    const [direction, momentum] = [sign(mix(this.beta1)), mix(this.beta2)];
    this.assign(slot, momentum);
    this.assign(variable, sub(variable, mul(direction, learningRate)));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), beta1: this.beta1, beta2: this.beta2 };
  }
}
