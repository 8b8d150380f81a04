/** @file Which classes are taken for which. */

import { type Model, ops } from 'laminet';
import type { Samples } from './data.js';

/** The class of the largest value in each row of `[samples, classes]`. */
export const classesOf = async (rows: Parameters<typeof ops.argMax>[0]): Promise<number[]> =>
  Array.from(await ops.argMax(rows, 1).data());

/** `counts[i][j]`: images of class i that the network takes for class j. */
export function countConfusions(labels: readonly number[], predicted: readonly number[], classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [i, label] of labels.entries()) {
    const row = counts[label] as number[];
    const column = predicted[i] as number;
    row[column] = (row[column] as number) + 1;
  }
  return counts;
}

/** The classes that the network predicts for the images. */
export async function predictedClasses(net: Model, { x }: Samples): Promise<number[]> {
  const probabilities = await net.predict(x, { batchSize: 100, verbose: 0 });
  if (Array.isArray(probabilities)) throw new TypeError('expected a network with one output');
  return classesOf(probabilities);
}
