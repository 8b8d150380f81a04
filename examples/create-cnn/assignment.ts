/** @file Questions 2 to 4 of the notebook's assignment, answered by trainings. */

import { optimizers, type Sequential } from 'laminet';
import { createCnn, type LayerConfig } from './create_cnn.js';
import type { Samples } from './data.js';

/** What a training of the assignment varies. */
export interface Variation {
  readonly kernelSize: number;
  /** Output channels of the first convolution. */
  readonly firstFilters: number;
  readonly batchSize: number;
  readonly epochs: number;
}

/** One training and what came of it. */
export interface Answer extends Variation {
  readonly question: string;
  readonly weights: number;
  /** Of the test images. */
  readonly loss: number;
  readonly accuracy: number;
  readonly seconds: number;
}

/** The notebook's network with a quarter of the channels and an eighth of the units, so that all answers fit into some minutes. */
export const smallConfig = (kernelSize: number, firstFilters: number): readonly LayerConfig[] => [
  ['c', firstFilters, kernelSize],
  ['c', 16, kernelSize],
  ['m', 2],
  ['c', 32, kernelSize],
  ['m', 2],
  ['c', 32, kernelSize],
  ['f'],
  ['d', 128],
  ['d', 10],
];

/** Question 4: two convolutions, one maximum pooling, two dense layers. */
export const mnistConfig: readonly LayerConfig[] = [['c', 16, 3], ['c', 32, 3], ['m', 2], ['f'], ['d', 128], ['d', 10]];

/** The trainings of questions 2 and 3: one change at a time from the first of them. Even kernels are among them. */
export function variations(epochs: number): [question: string, variation: Variation][] {
  const base = { kernelSize: 3, firstFilters: 16, batchSize: 100, epochs };
  return [
    ['as a start', base],
    ['2 i: kernels of 5 x 5', { ...base, kernelSize: 5 }],
    ['2 i: kernels of 7 x 7', { ...base, kernelSize: 7 }],
    ['2 i: kernels of 2 x 2', { ...base, kernelSize: 2 }],
    ['2 i: kernels of 4 x 4', { ...base, kernelSize: 4 }],
    ['2 ii: 4 filters first', { ...base, firstFilters: 4 }],
    ['2 ii: 64 filters first', { ...base, firstFilters: 64 }],
    ['3 i: a bigger batch', { ...base, batchSize: 500 }],
    ['3 ii: more epochs', { ...base, epochs: 3 * epochs }],
  ];
}

/** Trains the small network once for each variation, on scaled images of CIFAR-10. */
export async function answerOnCifar10(train: Samples, test: Samples, epochs: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const [question, variation] of variations(epochs)) {
    const net = createCnn(smallConfig(variation.kernelSize, variation.firstFilters), [32, 32, 3]);
    answers.push(await answer(question, net, variation, train, test));
  }
  return answers;
}

/** Question 4 on scaled images of MNIST. */
export function answerOnMnist(train: Samples, test: Samples, epochs: number): Promise<Answer> {
  const net = createCnn(mnistConfig, [28, 28, 1]);
  return answer('4: MNIST', net, { kernelSize: 3, firstFilters: 16, batchSize: 100, epochs }, train, test);
}

async function answer(question: string, net: Sequential, variation: Variation, train: Samples, test: Samples): Promise<Answer> {
  // With momentum, so that few epochs tell the variations apart.
  const optimizer = optimizers.sgd({ learningRate: 0.02, momentum: 0.9 });
  net.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const start = performance.now();
  const { batchSize, epochs } = variation;
  await net.fit(train.x, train.y, { batchSize, epochs, verbose: 0 });
  const seconds = (performance.now() - start) / 1000;
  const { loss = Number.NaN, accuracy = Number.NaN } = await net.evaluate(test.x, test.y, { batchSize: 100, verbose: 0 });
  return { question, ...variation, weights: net.countParams(), loss, accuracy, seconds };
}

/** The answers as a table of text. */
export function answerTable(answers: readonly Answer[]): string {
  const row = ({ question, kernelSize, firstFilters, batchSize, epochs, weights, loss, accuracy, seconds }: Answer): string[] => [
    question,
    String(kernelSize),
    String(firstFilters),
    String(batchSize),
    String(epochs),
    weights.toLocaleString('en-US'),
    loss.toFixed(3),
    accuracy.toFixed(4),
    seconds.toFixed(1),
  ];
  const head = ['question', 'kernel', 'first filters', 'batch', 'epochs', 'weights', 'test loss', 'test accuracy', 'seconds'];
  const rows = [head, ...answers.map(row)];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => (cells[column] as string).length)));
  const line = (cells: string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join('  ');
  return rows.map(line).join('\n');
}
