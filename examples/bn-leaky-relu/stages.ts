/** @file Several fits in a row, with growing batches. */

import type { Model } from 'laminet';
import type { Samples } from './data.js';

/** One call of `fit`. */
export interface Stage {
  readonly batchSize: number;
  readonly epochs: number;
}

/** What one `fit` left behind. */
export interface StageResult extends Stage {
  /** What its History recorded: one value an epoch. */
  readonly history: Record<string, number[]>;
  /** Steps that the optimizer has taken since `compile`, over all fits so far. */
  readonly iterations: number;
  readonly seconds: number;
}

/**
 * Fits one stage after the other. Each `fit` gives a History of its own and counts its epochs from 1, but the weights, Adam's two moments
 * and its step count go on from where the last fit left them: only `compile` starts an optimizer anew.
 *
 * Growing the batch has the effect of lowering the learning rate: gradients become less noisy (Smith et al. 2018, "Don't decay the learning
 * rate, increase the batch size").
 */
export async function fitInStages(net: Model, train: Samples, test: Samples, stages: readonly Stage[]): Promise<StageResult[]> {
  const results: StageResult[] = [];
  for (const { batchSize, epochs } of stages) {
    const start = performance.now();
    const { history } = await net.fit(train.x, train.y, {
      validationData: [test.x, test.y],
      batchSize,
      epochs,
      shuffle: true,
      verbose: 2,
    });
    const seconds = (performance.now() - start) / 1000;
    results.push({ batchSize, epochs, history, iterations: net.optimizer.iterations, seconds });
  }
  return results;
}

/** Steps after each stage, counted on from stage to stage: a last, smaller batch is a step too. */
export function expectedIterations(samples: number, stages: readonly Stage[]): number[] {
  let steps = 0;
  return stages.map(({ batchSize, epochs }) => {
    steps += epochs * Math.ceil(samples / batchSize);
    return steps;
  });
}

/** The histories of all stages as one, for curves over all epochs. */
export function joinedHistory(results: readonly StageResult[]): Record<string, number[]> {
  const joined: Record<string, number[]> = {};
  for (const { history } of results) {
    for (const [name, values] of Object.entries(history)) joined[name] = [...(joined[name] ?? []), ...values];
  }
  return joined;
}

/** One line for each stage: what its last epoch logged. */
export function stageTable(results: readonly StageResult[]): string {
  const last = (values: number[] | undefined): string => (values?.at(-1) ?? Number.NaN).toFixed(4);
  const lines = results.map(({ batchSize, epochs, iterations, history, seconds }) =>
    [
      String(batchSize).padStart(5),
      String(epochs).padStart(6),
      iterations.toLocaleString('en-US').padStart(10),
      last(history.loss).padStart(7),
      last(history.accuracy).padStart(8),
      last(history.val_loss).padStart(9),
      last(history.val_accuracy).padStart(13),
      seconds.toFixed(0).padStart(7),
    ].join('  '),
  );
  return ['batch  epochs  iterations     loss  accuracy  test loss  test accuracy  seconds', ...lines].join('\n');
}
