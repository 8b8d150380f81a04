/** @file What an optimizer counts: its calls and its learning rate, on the host and as scalars on the device. */

import { describeValue } from '../core/describe.js';
import { wideDType } from '../core/dtype.js';
import { StateError, ValueError } from '../core/errors.js';
import { filledVariable } from '../runtime/filled_variable.js';
import type { Variable } from '../runtime/variable.js';
import { LearningRateSchedule } from '../schedules/schedule.js';
import { checkLearningRate, type LearningRate } from './options.js';

/** Counts calls of `apply`, and knows the learning rate of the next one. The host is ahead of the device by the steps that are queued. */
export class Clock {
  /** Calls so far; with gradient accumulation several make a step. */
  calls = 0;
  callsVariable: Variable | undefined;
  rateVariable: Variable | undefined;
  readonly #owner: string;
  #source: LearningRate;
  #written: number | undefined;

  constructor(owner: string, source: LearningRate) {
    this.#owner = owner;
    this.#source = source;
  }

  /** What the learning rate comes from. */
  get source(): LearningRate {
    return this.#source;
  }

  /** @throws ValueError when a function as source gives no finite number. */
  get rate(): number {
    if (this.#source instanceof LearningRateSchedule) return this.#source.valueAt(this.calls);
    if (typeof this.#source !== 'function') return this.#source;
    const rate: unknown = this.#source();
    if (typeof rate === 'number' && Number.isFinite(rate)) return rate;
    throw new ValueError(`${this.#owner}.learningRate: the function returned ${describeValue(rate)}; expected a finite number`);
  }

  /** @throws StateError for a number over a schedule or a function, which would be lost. */
  setRate(rate: LearningRate): void {
    const checked = checkLearningRate(`${this.#owner}.learningRate`, rate);
    if (typeof checked === 'number' && typeof this.#source !== 'number') {
      const kind = typeof this.#source === 'function' ? 'function' : 'schedule';
      throw new StateError(
        `${this.#owner}.learningRate: the optimizer has a learning-rate ${kind}, so the rate cannot be set to ${checked}; ` +
          'give the optimizer a number as learningRate to be able to set it',
      );
    }
    this.#source = checked;
  }

  /** Makes the scalars on the device and of the type of a weight, the rate in at least float32. */
  build({ device, dtype }: Variable): void {
    this.callsVariable = filledVariable(device, 'int32', [], 'iteration', this.calls);
    this.#written = this.rate;
    this.rateVariable = filledVariable(device, wideDType(dtype), [], 'learning_rate', this.#written);
    for (const own of [this.callsVariable, this.rateVariable]) own.path = `${this.#owner}/${own.name}`;
  }

  setCalls(calls: number): void {
    this.calls = calls;
    this.callsVariable?.assign(calls);
  }

  /** Takes the number of calls from the device. */
  async recount(): Promise<void> {
    const { callsVariable } = this;
    if (callsVariable !== undefined && !callsVariable.disposed) this.calls = (await callsVariable.data())[0] as number;
  }

  /** Runs on the host before each run of a program that holds a step: the device learns of a new rate, and the call is counted. */
  readonly beforeRun = (): void => {
    const { rate } = this;
    if (!Object.is(rate, this.#written)) {
      this.rateVariable?.assign(rate);
      this.#written = rate;
    }
    this.calls++;
  };
}
