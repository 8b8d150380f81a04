/** @file Stochastic gradient descent. */

import { ValueError } from '../core/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { add, mul, sub } from '../ops/binary.js';
import type { Variable } from '../runtime/variable.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

export interface SGDOptions extends OptimizerOptions {
  /** Share of the last step that is kept, in [0, 1]; default 0. */
  readonly momentum?: number;
  /** Look ahead along the momentum (Nesterov); default false. */
  readonly nesterov?: boolean;
}

/** `w -= rate * g`; with momentum `m = momentum * m - rate * g; w += m`, with nesterov `w += momentum * m - rate * g`. */
export class SGD extends Optimizer {
  readonly momentum: number;
  readonly nesterov: boolean;

  constructor(options: SGDOptions = {}) {
    super('sgd', options, ['momentum', 'nesterov'], 0.01);
    this.momentum = options.momentum ?? 0;
    this.nesterov = options.nesterov ?? false;
    if (!(this.momentum >= 0 && this.momentum <= 1)) {
      throw new ValueError(`sgd: momentum ${this.momentum}; expected a number in [0, 1]`);
    }
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    if (this.momentum !== 0) this.addSlots(variables, ['momentum']);
  }

  protected updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const descent = mul(gradient, learningRate);
    if (this.momentum === 0) {
      this.assign(variable, sub(variable, descent));
      return;
    }
    const slot = this.slot('momentum', variable);
    const momentum = sub(mul(slot, this.momentum), descent);
    this.assign(slot, momentum);
    this.assign(variable, add(variable, this.nesterov ? sub(mul(momentum, this.momentum), descent) : momentum));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), momentum: this.momentum, nesterov: this.nesterov };
  }
}
