/** @file Trains one of the nets and keeps what is told about it. */

import { type callbacks, type Model, type optimizers, setRandomSeed, type Tensor } from 'laminet';
import { seed, timed } from '../common.js';
import { compileNet, convolutionMacs } from './model.js';
import type { DataGenerator } from './pipeline.js';

/** What one training showed. */
export interface Run {
  title: string;
  parameters: number;
  /** Multiplications of a picture in the convolutions. */
  macs: number;
  epochs: number;
  seconds: number;
  /** Loss and accuracy of each epoch; `val_` on the test pictures. */
  history: Record<string, number[]>;
}

export interface Pictures {
  train: DataGenerator;
  test: DataGenerator;
}

/** A compiled net. Each begins with the same random numbers, whatever was trained before it. */
export function freshNet(make: () => Model<Tensor>, optimizer?: optimizers.Optimizer): Model<Tensor> {
  setRandomSeed(seed);
  return compileNet(make(), optimizer);
}

/** Trains a compiled net for a number of epochs, testing after each. */
export async function train(
  title: string,
  net: Model<Tensor>,
  pictures: Pictures,
  epochs: number,
  own: callbacks.Callback[] = [],
): Promise<Run> {
  const options = { epochs, validationData: pictures.test, callbacks: own, verbose: 2 } as const;
  const { result, seconds } = await timed(`${title}, ${epochs} epochs`, () => net.fit(pictures.train, null, options));
  return { title, parameters: net.countParams(), macs: convolutionMacs(net), epochs, seconds, history: result.history };
}

/** Prints runs as a table, with the test accuracy in percent after 2, after 3 and after all epochs. */
export function printRuns(runs: readonly Run[]): void {
  console.log('net                            parameters     MACs  epochs  s/epoch   train  test: 2       3    last    best');
  const percent = (value: number | undefined): string => (value === undefined ? '' : (100 * value).toFixed(1));
  for (const { title, parameters, macs, epochs, seconds, history } of runs) {
    const tests = history.val_accuracy ?? [];
    const cells: [string, number][] = [
      [parameters.toLocaleString('en'), 10],
      [`${(macs / 1e6).toFixed(1)} M`, 8],
      [String(epochs), 7],
      [(seconds / epochs).toFixed(1), 8],
      [percent(history.accuracy?.at(-1)), 7],
      [percent(tests[1]), 8],
      [percent(tests[2]), 7],
      [percent(tests.at(-1)), 7],
      [percent(Math.max(...tests)), 7],
    ];
    console.log(title.padEnd(30) + cells.map(([text, width]) => text.padStart(width)).join(' '));
  }
}
