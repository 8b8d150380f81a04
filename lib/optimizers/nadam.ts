/** @file Adam with Nesterov momentum (Dozat, "Incorporating Nesterov momentum into Adam", 2016). */

import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { add, div, mul, pow, sub } from '../ops/binary.js';
import { sqrt, square } from '../ops/unary.js';
import type { Variable } from '../runtime/variable.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

export interface NadamOptions extends OptimizerOptions {
  /** Decay of the mean of gradients, in [0, 1); default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, in [0, 1); default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment; default 1e-7. */
  readonly epsilon?: number;
}

/**
 * With `u(t) = beta1 (1 - 0.96^t / 2)` and `P(t) = u(1) ... u(t)`: Adam's moments m and v, then
 * `w -= rate * (u(t+1) m / (1 - P(t+1)) + (1 - u(t)) g / (1 - P(t))) / (sqrt(v / (1 - beta2^t)) + epsilon)`.
 */
export class Nadam extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  #product: Variable | undefined;

  constructor(options: NadamOptions = {}) {
    super('nadam', options, ['beta1', 'beta2', 'epsilon'], 0.001);
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-7;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    this.addSlots(variables, ['momentum', 'velocity']);
    this.#product = this.addVariable('variable', [], (variables[0] as Variable).dtype, 1);
  }

  /** P(t), once for all weights. */
  protected override beginStep(): void {
    const product = this.#product as Variable;
    this.assign(product, mul(product, this.#u(this.stepNumber(product.dtype))));
  }

  #u(step: Tensor): Tensor {
    return mul(sub(1, mul(pow(0.96, step), 0.5)), this.beta1);
  }

  protected updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const step = this.stepNumber(variable.dtype);
    const product = castTo(this.#product as Variable, variable.dtype);
    const [now, next] = [this.#u(step), this.#u(add(step, 1))];
    const momentumSlot = this.slot('momentum', variable);
    const velocitySlot = this.slot('velocity', variable);
    const momentum = add(momentumSlot, mul(sub(gradient, momentumSlot), 1 - this.beta1));
    const velocity = add(velocitySlot, mul(sub(square(gradient), velocitySlot), 1 - this.beta2));
    this.assign(momentumSlot, momentum);
    this.assign(velocitySlot, velocity);
    const ahead = div(mul(momentum, next), sub(1, mul(product, next)));
    const direction = add(ahead, div(mul(gradient, sub(1, now)), sub(1, product)));
    const scale = add(sqrt(div(velocity, sub(1, pow(this.beta2, step)))), this.epsilon);
    this.assign(variable, sub(variable, div(mul(direction, learningRate), scale)));
  }

  override getConfig(): Record<string, unknown> {
    const { beta1, beta2, epsilon } = this;
    return { ...super.getConfig(), beta1, beta2, epsilon };
  }
}
