/** @file What a learning-rate schedule is: the learning rate as a function of the step. */

import { ValueError } from '../core/errors.js';

/**
 * Base of all schedules. The optimizer asks for `valueAt(step)` before each step, beginning with step 0.
 *
 * @example
 * class Halving extends schedules.LearningRateSchedule {
 *   valueAt(step) {
 *     return 0.1 * 0.5 ** Math.floor(step / 1000);
 *   }
 * }
 */
export abstract class LearningRateSchedule {
  abstract valueAt(step: number): number;

  /** The options that make an equal schedule. */
  getConfig(): Record<string, unknown> {
    return {};
  }
}

/** @throws ValueError when a number of steps is not above 0. */
export function checkSteps(where: string, name: string, steps: number): number {
  if (typeof steps === 'number' && steps > 0) return steps;
  throw new ValueError(`${where}: ${name} ${steps}; expected a number above 0`);
}

/** @throws ValueError when an option that has no default is missing or not a number. */
export function checkNumber(where: string, name: string, value: number): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ValueError(`${where}: ${name} ${value}; expected a finite number`);
}
