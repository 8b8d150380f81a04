/** @file The data of the notebook: raw images, labels as rows of zeros with a one. */

import { datasets, type ShapedArray, toCategorical } from 'laminet';
import { loadDataset, scaledPixels } from '../common.js';

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

/** CIFAR-10 as it comes: pixels are bytes in 0..255, and nobody has scaled them. */
export const loadCifar10 = (): Promise<Data> => load(datasets.cifar10);

/** MNIST as it comes, `[n, 28, 28]`, with the axis of channels that convolutions want: `[n, 28, 28, 1]`. */
export const loadMnist = (): Promise<Data> => load(datasets.mnist);

async function load(set: Parameters<typeof loadDataset>[0]): Promise<Data> {
  const { train, test, classNames } = await loadDataset(set);
  return { train: await prepared(train), test: await prepared(test), classNames };
}

async function prepared({ x, y }: Samples): Promise<Samples> {
  const shape = x.shape.length === 3 ? [...x.shape, 1] : x.shape;
  return { x: { ...x, shape }, y: await toCategorical(y, 10) };
}

/** Pixels in [0, 1] instead of 0..255: what makes the network trainable. */
export const scaled = ({ x, y }: Samples): Samples => ({ x: scaledPixels(x), y });
