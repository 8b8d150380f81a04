/** @file Callbacks that log the inner state of a training and change its learning rate. */

import { callbacks } from 'laminet';

/** Logs loss, accuracy, learning rate and iteration number at the end of each epoch. */
export class InternalStateHistory extends callbacks.Callback {
  losses: number[] = [];
  learningRates: number[] = [];
  accuracy: number[] = [];
  /** Optimizer steps so far. */
  iterations = 0;

  override onTrainBegin(): void {
    this.losses = [];
    this.learningRates = [];
    this.accuracy = [];
    this.iterations = 0;
  }

  override onEpochEnd(_epoch: number, logs: callbacks.Logs): void {
    this.losses.push(logs.loss ?? Number.NaN);
    this.learningRates.push(this.model.optimizer.lr);
    this.accuracy.push(logs.accuracy ?? Number.NaN);
    this.iterations = this.model.optimizer.iterations;
  }
}

export interface StepDecayOptions {
  /** Default 1e-6. */
  minLr?: number;
  /** Default 0.1. */
  maxLr?: number;
  /** Default 5. */
  numSteps?: number;
  stepsPerEpoch: number;
  epochs: number;
}

/**
 * Lowers the learning rate from `maxLr` towards `minLr`, by the same amount `numSteps` times at equal distances.
 *
 * The session's text asks for "the lr multiplied by the decrease", its program for the difference; this is the difference, the sensible
 * reading. `MultiplicativeDecay` is the other one, so that both can be compared.
 */
export class StepDecay extends callbacks.Callback {
  readonly maxLr: number;
  readonly minLr: number;
  readonly numSteps: number;
  readonly totalIterations: number;
  readonly decrease: number;
  /** Iterations after which the rate changes. */
  readonly stepPositions: number[] = [];
  /** By name, one value an iteration: the learning rate, the iteration and everything that was logged. */
  readonly history: Record<string, number[]> = {};
  iteration = 0;

  constructor({ minLr = 1e-6, maxLr = 0.1, numSteps = 5, stepsPerEpoch, epochs }: StepDecayOptions) {
    super();
    this.minLr = minLr;
    this.maxLr = maxLr;
    this.numSteps = numSteps;
    this.totalIterations = stepsPerEpoch * epochs;
    this.decrease = Math.abs(maxLr - minLr) / numSteps;
    const period = Math.floor(this.totalIterations / numSteps);
    if (period < 1)
      throw new RangeError(`StepDecay: ${this.totalIterations} iterations; expected at least numSteps, ${numSteps}`);
    for (let position = period; position < this.totalIterations; position += period) this.stepPositions.push(position);
  }

  /** The rate after the step at the current iteration. */
  calculateNewLr(): number {
    return this.maxLr - this.decrease * this.stepIndex();
  }

  override onTrainBegin(): void {
    this.model.optimizer.lr = this.maxLr;
  }

  override onBatchEnd(_batch: number, logs: callbacks.Logs): void {
    this.iteration += 1;
    // Logged before it changes: this is the rate that the iteration was made with.
    const entries = { lr: this.model.optimizer.lr, iterations: this.iteration, ...logs };
    for (const [name, value] of Object.entries(entries)) {
      this.history[name] ??= [];
      this.history[name].push(value);
    }
    if (this.stepPositions.includes(this.iteration)) this.model.optimizer.lr = this.calculateNewLr();
  }

  /** Number of the step at the current iteration, from 1. */
  protected stepIndex(): number {
    return this.stepPositions.indexOf(this.iteration) + 1;
  }
}

/** The literal reading: each step multiplies the rate by the decrease, 0.02, so it has all but vanished after two of them. */
export class MultiplicativeDecay extends StepDecay {
  override calculateNewLr(): number {
    return this.maxLr * this.decrease ** this.stepIndex();
  }
}

/** An exponential reduction: each step divides the rate by the same number, so that `numSteps` steps lead from `maxLr` to `minLr`. */
export class ExponentialStepDecay extends StepDecay {
  override calculateNewLr(): number {
    return this.maxLr * (this.minLr / this.maxLr) ** (this.stepIndex() / this.numSteps);
  }
}
