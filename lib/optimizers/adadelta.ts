/** @file Adadelta (Zeiler, "ADADELTA: an adaptive learning rate method", 2012). */

import type { Tensor } from '../graph/tensor.js';
import { add, div, mul, sub } from '../ops/binary.js';
import { sqrt, square } from '../ops/unary.js';
import type { Variable } from '../runtime/variable.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

export interface AdadeltaOptions extends OptimizerOptions {
  /** Decay of both means, in [0, 1); default 0.95. */
  readonly rho?: number;
  /** Added under the roots; default 1e-7. */
  readonly epsilon?: number;
}

/**
 * `a = rho a + (1 - rho) g^2; s = g sqrt(d + epsilon) / sqrt(a + epsilon); d = rho d + (1 - rho) s^2; w -= rate * s`. The paper's rate is 1;
 * the default is Keras's 0.001.
 */
export class Adadelta extends Optimizer {
  readonly rho: number;
  readonly epsilon: number;

  constructor(options: AdadeltaOptions = {}) {
    super('adadelta', options, ['rho', 'epsilon'], 0.001);
    this.rho = options.rho ?? 0.95;
    this.epsilon = options.epsilon ?? 1e-7;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    this.addSlots(variables, ['accumulated_grad', 'accumulated_delta_var']);
  }

  protected updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const gradientSlot = this.slot('accumulated_grad', variable);
    const stepSlot = this.slot('accumulated_delta_var', variable);
    const average = (slot: Tensor, value: Tensor): Tensor => add(mul(slot, this.rho), mul(square(value), 1 - this.rho));
    const root = (x: Tensor): Tensor => sqrt(add(x, this.epsilon));
    const accumulated = average(gradientSlot, gradient);
    const step = div(mul(root(stepSlot), gradient), root(accumulated));
    this.assign(gradientSlot, accumulated);
    this.assign(stepSlot, average(stepSlot, step));
    this.assign(variable, sub(variable, mul(step, learningRate)));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), rho: this.rho, epsilon: this.epsilon };
  }
}
