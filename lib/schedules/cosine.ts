/** @file Cosine schedules (Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2016). */

import { checkOptions } from '../core/options.js';
import { add, cosPi, div, log, mul, pow, sub } from './float32.js';
import { checkNumber, checkSteps, LearningRateSchedule } from './schedule.js';

export interface CosineDecayOptions {
  readonly initialLearningRate: number;
  /** Steps of the decay, not counting the warm-up; above 0. */
  readonly decaySteps: number;
  /** Final rate as a fraction of the rate at the start of the decay; default 0. */
  readonly alpha?: number;
  /** Rate at the end of the warm-up; default null: no warm-up. */
  readonly warmupTarget?: number | null;
  /** Steps of the warm-up; default 0. */
  readonly warmupSteps?: number;
}

/**
 * A straight line from `initialLearningRate` to `warmupTarget` during `warmupSteps`, then
 * `rate * ((1 - alpha) * (1 + cos(pi * t / decaySteps)) / 2 + alpha)` with t counted from the end of the warm-up and rate the
 * `warmupTarget` (or `initialLearningRate` without one).
 */
export class CosineDecay extends LearningRateSchedule {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly alpha: number;
  readonly warmupTarget: number | null;
  readonly warmupSteps: number;

  constructor(options: CosineDecayOptions) {
    super();
    const where = 'cosineDecay';
    checkOptions(where, options, ['initialLearningRate', 'decaySteps', 'alpha', 'warmupTarget', 'warmupSteps']);
    this.initialLearningRate = checkNumber(where, 'initialLearningRate', options.initialLearningRate);
    this.decaySteps = checkSteps(where, 'decaySteps', options.decaySteps);
    this.alpha = options.alpha ?? 0;
    this.warmupTarget = options.warmupTarget ?? null;
    this.warmupSteps = options.warmupSteps ?? 0;
  }

  valueAt(step: number): number {
    const { initialLearningRate, decaySteps, warmupTarget, warmupSteps } = this;
    if (warmupTarget === null) return this.#decay(Math.min(step, decaySteps), initialLearningRate);
    if (step < warmupSteps) {
      return add(mul(sub(warmupTarget, initialLearningRate), div(step, warmupSteps)), initialLearningRate);
    }
    return this.#decay(Math.min(step - warmupSteps, decaySteps), warmupTarget);
  }

  #decay(elapsed: number, from: number): number {
    const cosine = mul(0.5, add(1, cosPi(div(elapsed, this.decaySteps))));
    return mul(from, add(mul(1 - this.alpha, cosine), this.alpha));
  }

  override getConfig(): Record<string, unknown> {
    const { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps } = this;
    return { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps };
  }
}

export interface CosineDecayRestartsOptions {
  readonly initialLearningRate: number;
  /** Steps of the first period; above 0. */
  readonly firstDecaySteps: number;
  /** Factor of the length of each next period; default 2. */
  readonly tMul?: number;
  /** Factor of the rate that each next period starts from; default 1. */
  readonly mMul?: number;
  /** Lowest rate as a fraction of `initialLearningRate`; default 0. */
  readonly alpha?: number;
}

/** Cosine decay that starts again at the end of each period. */
export class CosineDecayRestarts extends LearningRateSchedule {
  readonly initialLearningRate: number;
  readonly firstDecaySteps: number;
  readonly tMul: number;
  readonly mMul: number;
  readonly alpha: number;

  constructor(options: CosineDecayRestartsOptions) {
    super();
    const where = 'cosineDecayRestarts';
    checkOptions(where, options, ['initialLearningRate', 'firstDecaySteps', 'tMul', 'mMul', 'alpha']);
    this.initialLearningRate = checkNumber(where, 'initialLearningRate', options.initialLearningRate);
    this.firstDecaySteps = checkSteps(where, 'firstDecaySteps', options.firstDecaySteps);
    this.tMul = options.tMul ?? 2;
    this.mMul = options.mMul ?? 1;
    this.alpha = options.alpha ?? 0;
  }

  valueAt(step: number): number {
    const { restarts, fraction } = this.#period(div(step, this.firstDecaySteps));
    const cosine = mul(mul(0.5, pow(this.mMul, restarts)), add(1, cosPi(fraction)));
    return mul(this.initialLearningRate, add(mul(sub(1, this.alpha), cosine), this.alpha));
  }

  /** How many periods are over, and which part of the running one. */
  #period(periods: number): { restarts: number; fraction: number } {
    const { tMul } = this;
    if (tMul === 1) return { restarts: Math.floor(periods), fraction: sub(periods, Math.floor(periods)) };
    const restarts = Math.floor(div(log(sub(1, mul(periods, sub(1, tMul)))), log(tMul)));
    const growth = pow(tMul, restarts);
    const over = div(sub(1, growth), sub(1, tMul));
    return { restarts, fraction: div(sub(periods, over), growth) };
  }

  override getConfig(): Record<string, unknown> {
    const { initialLearningRate, firstDecaySteps, tMul, mMul, alpha } = this;
    return { initialLearningRate, firstDecaySteps, tMul, mMul, alpha };
  }
}
