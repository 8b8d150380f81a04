/** @file Learning-rate schedules: factories and classes for extension. Pass one as an optimizer's `learningRate`. */

import { CosineDecay, type CosineDecayOptions, CosineDecayRestarts, type CosineDecayRestartsOptions } from './cosine.js';
import {
  type DecayOptions,
  ExponentialDecay,
  InverseTimeDecay,
  PiecewiseConstantDecay,
  type PiecewiseConstantDecayOptions,
  PolynomialDecay,
  type PolynomialDecayOptions,
} from './decay.js';
import { LearningRateSchedule } from './schedule.js';

export {
  CosineDecay,
  type CosineDecayOptions,
  CosineDecayRestarts,
  type CosineDecayRestartsOptions,
  type DecayOptions,
  ExponentialDecay,
  InverseTimeDecay,
  LearningRateSchedule,
  PiecewiseConstantDecay,
  type PiecewiseConstantDecayOptions,
  PolynomialDecay,
  type PolynomialDecayOptions,
};

/**
 * `initialLearningRate * decayRate^(step / decaySteps)`
 *
 * @example
 * optimizers.sgd({ learningRate: schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.9 }) });
 */
export const exponentialDecay = (options: DecayOptions): LearningRateSchedule => new ExponentialDecay(options);
/** `initialLearningRate / (1 + decayRate * step / decaySteps)` */
export const inverseTimeDecay = (options: DecayOptions): LearningRateSchedule => new InverseTimeDecay(options);
/** `values[i]` while `step <= boundaries[i]`, then the last value. */
export const piecewiseConstantDecay = (options: PiecewiseConstantDecayOptions): LearningRateSchedule =>
  new PiecewiseConstantDecay(options);
/** From `initialLearningRate` to `endLearningRate` (default 0.0001) in `decaySteps`. */
export const polynomialDecay = (options: PolynomialDecayOptions): LearningRateSchedule => new PolynomialDecay(options);
/** Half a cosine wave, after an optional warm-up. */
export const cosineDecay = (options: CosineDecayOptions): LearningRateSchedule => new CosineDecay(options);
/** Half a cosine wave, again and again. */
export const cosineDecayRestarts = (options: CosineDecayRestartsOptions): LearningRateSchedule =>
  new CosineDecayRestarts(options);
