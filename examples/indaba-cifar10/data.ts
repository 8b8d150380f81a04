/** @file CIFAR-10 in three parts: 40,000 images to train with, 10,000 to validate, 10,000 to test. */

import { datasets, ops, type ShapedArray } from 'laminet';
import { loadDataset } from '../common.js';

/** Images, uint8 `[n, 32, 32, 3]` in 0..255, and the number of each image's class. */
export interface Part {
  readonly x: ShapedArray;
  readonly y: ShapedArray;
}

export interface Parts {
  readonly train: Part;
  readonly validation: Part;
  readonly test: Part;
  readonly classNames: readonly string[];
}

/** The last images of the training set are for validation: the net never learns from them. */
export async function loadParts(): Promise<Parts> {
  const { train, test, classNames } = await loadDataset(datasets.cifar10);
  // The labels come as a column [50000, 1]; taking its only entry "squeezes" the axis away.
  const labels = ops.at(train.y, ':', 0);
  return {
    train: { x: ops.at(train.x, ':-10000'), y: ops.at(labels, ':-10000') },
    validation: { x: ops.at(train.x, '-10000:'), y: ops.at(labels, '-10000:') },
    test,
    classNames,
  };
}

/** The first images of each part, for a short run. */
export const fewer = (parts: Parts, counts: Readonly<Record<'train' | 'validation' | 'test', number>>): Parts => ({
  ...parts,
  train: first(parts.train, counts.train),
  validation: first(parts.validation, counts.validation),
  test: first(parts.test, counts.test),
});

const first = ({ x, y }: Part, count: number): Part => ({ x: ops.at(x, `:${count}`), y: ops.at(y, `:${count}`) });
