/** @file Schedules that decay: exponential, inverse time, polynomial, piecewise constant. */

import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { add, div, f32, mul, pow, sub } from './float32.js';
import { checkNumber, checkSteps, LearningRateSchedule } from './schedule.js';

export interface DecayOptions {
  readonly initialLearningRate: number;
  /** Steps in which the rate decays by `decayRate`; above 0. */
  readonly decaySteps: number;
  readonly decayRate: number;
  /** Decay at whole multiples of `decaySteps` only; default false. */
  readonly staircase?: boolean;
}

const decayKeys = ['initialLearningRate', 'decaySteps', 'decayRate', 'staircase'];

abstract class Decay extends LearningRateSchedule {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;

  constructor(where: string, options: DecayOptions) {
    super();
    checkOptions(where, options, decayKeys);
    this.initialLearningRate = checkNumber(where, 'initialLearningRate', options.initialLearningRate);
    this.decaySteps = checkSteps(where, 'decaySteps', options.decaySteps);
    this.decayRate = checkNumber(where, 'decayRate', options.decayRate);
    this.staircase = options.staircase ?? false;
  }

  protected periods(step: number): number {
    const periods = div(step, this.decaySteps);
    return this.staircase ? Math.floor(periods) : periods;
  }

  override getConfig(): Record<string, unknown> {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this;
    return { initialLearningRate, decaySteps, decayRate, staircase };
  }
}

/** `initialLearningRate * decayRate^(step / decaySteps)` */
export class ExponentialDecay extends Decay {
  constructor(options: DecayOptions) {
    super('exponentialDecay', options);
  }

  valueAt(step: number): number {
    return mul(this.initialLearningRate, pow(this.decayRate, this.periods(step)));
  }
}

/** `initialLearningRate / (1 + decayRate * step / decaySteps)` */
export class InverseTimeDecay extends Decay {
  constructor(options: DecayOptions) {
    super('inverseTimeDecay', options);
  }

  valueAt(step: number): number {
    return div(this.initialLearningRate, add(1, mul(this.decayRate, this.periods(step))));
  }
}

export interface PolynomialDecayOptions {
  readonly initialLearningRate: number;
  /** Steps until `endLearningRate`; above 0. */
  readonly decaySteps: number;
  /** Default 0.0001. */
  readonly endLearningRate?: number;
  /** Default 1, a straight line. */
  readonly power?: number;
  /** Begin again with a longer period when the end is reached; default false. */
  readonly cycle?: boolean;
}

/**
 * `(initial - end) * (1 - step / decaySteps)^power + end`, then `end`. With `cycle`, the period grows to the next multiple of `decaySteps`
 * at or above the step.
 */
export class PolynomialDecay extends LearningRateSchedule {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly endLearningRate: number;
  readonly power: number;
  readonly cycle: boolean;

  constructor(options: PolynomialDecayOptions) {
    super();
    const where = 'polynomialDecay';
    checkOptions(where, options, ['initialLearningRate', 'decaySteps', 'endLearningRate', 'power', 'cycle']);
    this.initialLearningRate = checkNumber(where, 'initialLearningRate', options.initialLearningRate);
    this.decaySteps = checkSteps(where, 'decaySteps', options.decaySteps);
    this.endLearningRate = options.endLearningRate ?? 1e-4;
    this.power = options.power ?? 1;
    this.cycle = options.cycle ?? false;
  }

  valueAt(step: number): number {
    const multiplier = this.cycle && step > 0 ? Math.ceil(div(step, this.decaySteps)) : 1;
    const period = mul(this.decaySteps, multiplier);
    const elapsed = this.cycle ? step : Math.min(step, this.decaySteps);
    const left = sub(1, div(elapsed, period));
    return add(mul(sub(this.initialLearningRate, this.endLearningRate), pow(left, this.power)), this.endLearningRate);
  }

  override getConfig(): Record<string, unknown> {
    const { initialLearningRate, decaySteps, endLearningRate, power, cycle } = this;
    return { initialLearningRate, decaySteps, endLearningRate, power, cycle };
  }
}

export interface PiecewiseConstantDecayOptions {
  /** Last step of each value but the last, ascending. */
  readonly boundaries: readonly number[];
  /** One more than `boundaries`. */
  readonly values: readonly number[];
}

/** `values[i]` while `step <= boundaries[i]`, then the last value. A boundary belongs to the value before it. */
export class PiecewiseConstantDecay extends LearningRateSchedule {
  readonly boundaries: readonly number[];
  readonly values: readonly number[];

  constructor(options: PiecewiseConstantDecayOptions) {
    super();
    const where = 'piecewiseConstantDecay';
    checkOptions(where, options, ['boundaries', 'values']);
    const { boundaries, values } = options;
    if (!Array.isArray(boundaries) || !Array.isArray(values) || boundaries.length !== values.length - 1) {
      throw new ValueError(
        `${where}: ${boundaries?.length} boundaries and ${values?.length} values; expected one boundary less than values`,
      );
    }
    this.boundaries = [...boundaries];
    this.values = [...values];
  }

  valueAt(step: number): number {
    const index = this.boundaries.findIndex((boundary) => step <= boundary);
    return f32(this.values.at(index) as number);
  }

  override getConfig(): Record<string, unknown> {
    return { boundaries: this.boundaries, values: this.values };
  }
}
