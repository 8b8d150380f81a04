/** @file What all optimizers are told. */

import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { LearningRateSchedule } from '../schedules/schedule.js';

/** A number, a schedule over the steps, or a function asked before each step. */
export type LearningRate = number | LearningRateSchedule | (() => number);

/** Options of every optimizer. */
export interface OptimizerOptions {
  /** Default 0.01 for sgd, 0.001 for all others. */
  readonly learningRate?: LearningRate;
  /** Each step first takes `weight * weightDecay * learningRate` off each weight; default null: none. */
  readonly weightDecay?: number | null;
  /** Largest norm of each gradient tensor; larger ones are scaled down. At most one of the three clips can be given. */
  readonly clipnorm?: number | null;
  /** Largest absolute value of each element of a gradient. */
  readonly clipvalue?: number | null;
  /** Largest norm of all gradients together. */
  readonly globalClipnorm?: number | null;
  /** Keep a moving average of the weights; default false. `fit` puts it in their place at its end. */
  readonly useEma?: boolean;
  /** Weight of the old average, in [0, 1]; default 0.99. */
  readonly emaMomentum?: number;
  /** Every so many steps the weights take their averages; default null: only at the end of `fit`. */
  readonly emaOverwriteFrequency?: number | null;
  /** Average the gradients of so many batches, at least 2, for one step; default null. Schedules count batches, `iterations` counts steps. */
  readonly gradientAccumulationSteps?: number | null;
  /** Name in the program's listing; default the optimizer's. */
  readonly name?: string;
}

const keys = [
  'learningRate',
  'weightDecay',
  'clipnorm',
  'clipvalue',
  'globalClipnorm',
  'useEma',
  'emaMomentum',
  'emaOverwriteFrequency',
  'gradientAccumulationSteps',
  'name',
];

export type CheckedOptions = Required<OptimizerOptions>;

/** All options with their defaults. `own` are the option names of the optimizer itself. */
export function checkOptimizerOptions(
  where: string,
  options: OptimizerOptions,
  own: readonly string[],
  learningRate: number,
): CheckedOptions {
  checkOptions(where, options, [...keys, ...own]);
  const checked: CheckedOptions = {
    learningRate: checkLearningRate(where, options.learningRate ?? learningRate),
    weightDecay: options.weightDecay ?? null,
    clipnorm: options.clipnorm ?? null,
    clipvalue: options.clipvalue ?? null,
    globalClipnorm: options.globalClipnorm ?? null,
    useEma: options.useEma ?? false,
    emaMomentum: options.emaMomentum ?? 0.99,
    emaOverwriteFrequency: options.emaOverwriteFrequency ?? null,
    gradientAccumulationSteps: options.gradientAccumulationSteps ?? null,
    name: options.name ?? where,
  };
  checkClipping(where, checked);
  checkAveraging(where, checked);
  return checked;
}

/** @throws ValueError when `rate` is none of the kinds of learning rates. */
export function checkLearningRate(where: string, rate: LearningRate): LearningRate {
  if (rate instanceof LearningRateSchedule || typeof rate === 'function' || Number.isFinite(rate)) return rate;
  const received = typeof rate === 'object' ? 'an object' : String(rate);
  throw new ValueError(
    `${where}: learningRate ${received}; expected a finite number, a schedule or a function that returns a number`,
  );
}

function checkClipping(where: string, { clipnorm, clipvalue, globalClipnorm }: CheckedOptions): void {
  const given = Object.entries({ clipnorm, clipvalue, globalClipnorm }).filter(([, value]) => value !== null);
  const list = given.map(([name, value]) => `${name} ${value}`).join(', ');
  if (given.length > 1) throw new ValueError(`${where}: ${list}; expected at most one of clipnorm, clipvalue and globalClipnorm`);
}

function checkAveraging(where: string, options: CheckedOptions): void {
  const { useEma, emaMomentum, emaOverwriteFrequency, gradientAccumulationSteps } = options;
  if (useEma && !(emaMomentum >= 0 && emaMomentum <= 1)) {
    throw new ValueError(`${where}: emaMomentum ${emaMomentum}; expected a number in [0, 1]`);
  }
  if (useEma && emaOverwriteFrequency !== null && !(Number.isInteger(emaOverwriteFrequency) && emaOverwriteFrequency >= 1)) {
    throw new ValueError(`${where}: emaOverwriteFrequency ${emaOverwriteFrequency}; expected an integer of at least 1, or null`);
  }
  if (gradientAccumulationSteps !== null && !(Number.isInteger(gradientAccumulationSteps) && gradientAccumulationSteps >= 2)) {
    throw new ValueError(
      `${where}: gradientAccumulationSteps ${gradientAccumulationSteps}; expected an integer of at least 2, or null`,
    );
  }
}
