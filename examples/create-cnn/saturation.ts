/** @file The training of the notebook, which freezes at a loss of 14.5063, and what holds it there. */

import type { Sequential } from 'laminet';
import type { Samples } from './data.js';

/** What a wrong answer costs at most: the loss clips probabilities to [1e-7, 1 - 1e-7] before it takes the logarithm. */
export const lossOfWrong = -Math.log(1e-7);

/** The loss of a network that says one class with certainty, whatever it sees: wrong for nine images of ten, 0.9 * 16.1181 = 14.5063. */
export const saturatedLoss = 0.9 * lossOfWrong;

/** How one training went. */
export interface Training {
  /** Mean loss of each of the first steps (batches). */
  readonly firstLosses: number[];
  /** What the History of `fit` recorded, one value an epoch. */
  readonly history: Record<string, number[]>;
  /** Of the test images. */
  readonly loss: number;
  readonly accuracy: number;
}

const shownSteps = 20;

/** Compiles and trains as the notebook does (plain gradient descent with a rate of 0.01, batches of 100), and tests. */
export async function train(net: Sequential, training: Samples, test: Samples, epochs: number): Promise<Training> {
  net.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  // A step's logs are means over the epoch so far, as in Keras: the sum so far less the sum before is the step's own loss.
  const firstLosses: number[] = [];
  let sum = 0;
  const recorder = {
    wantsBatchLogs: (): boolean => firstLosses.length < shownSteps,
    onBatchEnd(batch: number, logs: Record<string, number>): void {
      if (firstLosses.length === shownSteps) return;
      const total = (logs.loss as number) * (batch + 1);
      firstLosses.push(batch === 0 ? total : total - sum);
      sum = total;
    },
  };
  const { history } = await net.fit(training.x, training.y, { batchSize: 100, epochs, callbacks: [recorder], verbose: 2 });
  const { loss = Number.NaN, accuracy = Number.NaN } = await net.evaluate(test.x, test.y, { verbose: 0 });
  return { firstLosses, history, loss, accuracy };
}

/** What one more step of training changes. */
export interface Freeze {
  /** Probabilities of the test images that are strictly between the two clipping bounds: only these have a gradient. */
  readonly unclipped: number;
  /** Weights that have another value after the step. */
  readonly changedWeights: number;
}

/**
 * Trains on one more batch and counts the weights that it changed. Inside the loss, `min(max(p, 1e-7), 1 - 1e-7)` is constant for the
 * p of 0 and of 1 that a saturated network gives, so its gradient is 0, all weights keep their values, and so does the loss: for ever.
 */
export async function freeze(net: Sequential, batch: Samples): Promise<Freeze> {
  const before = await weightValues(net);
  const probabilities = await (await net.predict(batch.x, { verbose: 0 })).data();
  await net.trainOnBatch(batch.x, batch.y);
  const after = await weightValues(net);
  const changed = after.map((values, i) => values.filter((value, at) => value !== before[i]?.[at]).length);
  return {
    unclipped: probabilities.filter((p) => p > 1e-7 && p < 1 - 1e-7).length,
    changedWeights: changed.reduce((total, count) => total + count, 0),
  };
}

const weightValues = (net: Sequential): Promise<Float32Array[]> =>
  Promise.all(net.weights.map(async (weight) => Float32Array.from(await weight.data())));
