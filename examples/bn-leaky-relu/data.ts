/** @file CIFAR-10 as the notebook prepares it: pixels in [0, 1], labels as rows of zeros with a one. */

import { datasets, type ShapedArray, toCategorical } from 'laminet';
import { firstSamples, loadDataset, scaledPixels } from '../common.js';

/** Images and one-hot labels, as many of each. */
export interface Samples {
  readonly x: ShapedArray;
  readonly y: ShapedArray;
}

export interface Data {
  readonly train: Samples;
  readonly test: Samples;
  readonly classNames: readonly string[];
}

/** The first `trainImages` and `testImages` of CIFAR-10; by default all 50,000 and 10,000. */
export async function loadData(trainImages = 50_000, testImages = 10_000): Promise<Data> {
  const { train, test, classNames } = await loadDataset(datasets.cifar10);
  return { train: await prepared(train, trainImages), test: await prepared(test, testImages), classNames };
}

/** Without a number of classes, `toCategorical` takes the largest label and adds 1: 10. */
export async function prepared({ x, y }: Samples, count: number): Promise<Samples> {
  return { x: scaledPixels(firstSamples(x, count)), y: firstSamples(await toCategorical(y), count) };
}
