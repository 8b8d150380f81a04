/** @file Adam (Kingma and Ba, 2014) and AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2017). */

import { ValueError } from '../core/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { add, div, maximum, mul, pow, sub } from '../ops/binary.js';
import { sqrt, square } from '../ops/unary.js';
import type { Variable } from '../runtime/variable.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the mean of gradients, in [0, 1); default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, in [0, 1); default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the uncorrected second moment ("epsilon hat" of the paper); default 1e-7. */
  readonly epsilon?: number;
  /** Divide by the largest second moment so far (Reddi et al., 2018); default false. */
  readonly amsgrad?: boolean;
}

const own = ['beta1', 'beta2', 'epsilon', 'amsgrad'];

/**
 * `m += (g - m)(1 - beta1); v += (g^2 - v)(1 - beta2); w -= rate * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)`
 */
export class Adam extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;

  constructor(options: AdamOptions = {}, where = 'adam') {
    super(where, options, own, 0.001);
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-7;
    this.amsgrad = options.amsgrad ?? false;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    this.addSlots(variables, ['momentum', 'velocity']);
    if (this.amsgrad) this.addSlots(variables, ['velocity_hat']);
  }

  protected updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const step = this.stepNumber(variable.dtype);
    const correction1 = sub(1, pow(this.beta1, step));
    const correction2 = sub(1, pow(this.beta2, step));
    const rate = div(mul(learningRate, sqrt(correction2)), correction1);
    const momentumSlot = this.slot('momentum', variable);
    const velocitySlot = this.slot('velocity', variable);
    const momentum = add(momentumSlot, mul(sub(gradient, momentumSlot), 1 - this.beta1));
    const velocity = add(velocitySlot, mul(sub(square(gradient), velocitySlot), 1 - this.beta2));
    this.assign(momentumSlot, momentum);
    this.assign(velocitySlot, velocity);
    const scale = this.amsgrad ? this.#largest(velocity, variable) : velocity;
    this.assign(variable, sub(variable, div(mul(momentum, rate), add(sqrt(scale), this.epsilon))));
  }

  #largest(velocity: Tensor, variable: Variable): Tensor {
    const slot = this.slot('velocity_hat', variable);
    const largest = maximum(slot, velocity);
    this.assign(slot, largest);
    return largest;
  }

  override getConfig(): Record<string, unknown> {
    const { beta1, beta2, epsilon, amsgrad } = this;
    return { ...super.getConfig(), beta1, beta2, epsilon, amsgrad };
  }
}

/** Adam after `w -= w * weightDecay * rate`; weightDecay defaults to 0.004. */
export class AdamW extends Adam {
  constructor(options: AdamOptions = {}) {
    super({ ...options, weightDecay: options.weightDecay === undefined ? 0.004 : options.weightDecay }, 'adamw');
    if (this.options.weightDecay === null) throw new ValueError('adamw: weightDecay null; expected a number; use adam for none');
  }
}
