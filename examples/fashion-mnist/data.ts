/** @file Fashion-MNIST: 55,000 pictures to train with, 5,000 to validate, 10,000 to test; raw, and standardised. */

import { datasets, ops, type ShapedArray, standardize } from 'laminet';
import { loadDataset } from '../common.js';

/** Pictures and the number of each picture's class. */
export interface Part {
  readonly x: ShapedArray;
  readonly y: ShapedArray;
}

export interface Parts {
  readonly train: Part;
  readonly validation: Part;
  readonly test: Part;
}

export interface Clothes {
  /** uint8 `[n, 28, 28]` in 0..255. */
  readonly raw: Parts;
  readonly classNames: readonly string[];
}

/** The last pictures of the training set are for validation. */
export async function loadClothes(): Promise<Clothes> {
  const { train, test, classNames } = await loadDataset(datasets.fashionMnist);
  const cut = (range: string): Part => ({ x: ops.at(train.x, range), y: ops.at(train.y, range) });
  return { raw: { train: cut(':-5000'), validation: cut('-5000:'), test }, classNames };
}

/** The first pictures of each part, for a short run. */
export function fewer(parts: Parts, counts: Readonly<Record<keyof Parts, number>>): Parts {
  const first = ({ x, y }: Part, count: number) => ({ x: ops.at(x, `:${count}`), y: ops.at(y, `:${count}`) });
  return {
    train: first(parts.train, counts.train),
    validation: first(parts.validation, counts.validation),
    test: first(parts.test, counts.test),
  };
}

/**
 * Standardises each pixel: minus its mean, divided by its standard deviation, both over the training pictures only, because validation and
 * test stand for pictures that are not known yet.
 *
 * @returns float32 `[n, 28, 28, 1]`: convolutions want an axis for the channels, also when there is one only
 */
export async function standardized({ train, validation, test }: Parts): Promise<Parts> {
  const standard = await standardize(train.x, { axis: 0 });
  const apply = async ({ x, y }: Part): Promise<Part> => ({ x: ops.at(await standard.apply(x), '...', null), y });
  return { train: await apply(train), validation: await apply(validation), test: await apply(test) };
}
