/** @file Follow the regularized leader (McMahan et al., "Ad click prediction: a view from the trenches", 2013). */

import { ValueError } from '../core/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { add, div, mul, pow, sub } from '../ops/binary.js';
import { clipByValue } from '../ops/rectifiers.js';
import { square } from '../ops/unary.js';
import type { Variable } from '../runtime/variable.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

export interface FtrlOptions extends OptimizerOptions {
  /** Power by which the rate decays with squared gradients, at most 0; default -0.5. */
  readonly learningRatePower?: number;
  /** What the sum of squared gradients starts with, at least 0; default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** At least 0; default 0. */
  readonly l1RegularizationStrength?: number;
  /** At least 0; default 0. */
  readonly l2RegularizationStrength?: number;
  /** L2 penalty on the size only, at least 0; default 0. */
  readonly l2ShrinkageRegularizationStrength?: number;
  /** The paper's beta; default 0. */
  readonly beta?: number;
}

const defaults = {
  learningRatePower: -0.5,
  initialAccumulatorValue: 0.1,
  l1RegularizationStrength: 0,
  l2RegularizationStrength: 0,
  l2ShrinkageRegularizationStrength: 0,
  beta: 0,
};

type Settings = typeof defaults;

/**
 * With `n' = n + g^2`, `g' = g + 2 shrinkage w`, `p = -learningRatePower` and `l2' = l2 + beta / (2 rate)`:
 * `z += g' - (n'^p - n^p) / rate * w; w = (clip(z, -l1, l1) - z) / (n'^p / rate + 2 l2')`.
 */
export class Ftrl extends Optimizer {
  readonly settings: Settings;

  constructor(options: FtrlOptions = {}) {
    const names = Object.keys(defaults) as (keyof Settings)[];
    super('ftrl', options, names, 0.001);
    this.settings = Object.fromEntries(names.map((name) => [name, options[name] ?? defaults[name]])) as Settings;
    for (const name of names) {
      const value = this.settings[name];
      if (name === 'learningRatePower' ? value > 0 : value < 0) {
        throw new ValueError(
          `ftrl: ${name} ${value}; expected a number of at ${name === 'learningRatePower' ? 'most' : 'least'} 0`,
        );
      }
    }
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    this.addSlots(variables, ['accumulator', 'linear'], [this.settings.initialAccumulatorValue, 0]);
  }

  protected updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { learningRatePower, l1RegularizationStrength: l1, l2RegularizationStrength, beta } = this.settings;
    const accumulator = this.slot('accumulator', variable);
    const linearSlot = this.slot('linear', variable);
    const shrunk = add(gradient, mul(variable, 2 * this.settings.l2ShrinkageRegularizationStrength));
    const accumulated = add(accumulator, square(gradient));
    const power = pow(accumulated, -learningRatePower);
    const growth = div(sub(power, pow(accumulator, -learningRatePower)), learningRate);
    const linear = add(linearSlot, sub(shrunk, mul(growth, variable)));
    const l2 = add(div(beta, mul(learningRate, 2)), l2RegularizationStrength);
    const quadratic = add(div(power, learningRate), mul(l2, 2));
    this.assign(linearSlot, linear);
    this.assign(variable, div(sub(clipByValue(linear, -l1, l1), linear), quadratic));
    this.assign(accumulator, accumulated);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.settings };
  }
}
