/** @file Where pipelines begin: arrays, and generators. */

import { DataError, ValueError } from '../../core/errors.js';
import { checkOptions } from '../../core/options.js';
import type { ShapedArray } from '../../graph/tensor.js';
import type { ArrayLike, DataLike } from '../arrays.js';
import { Dataset } from './dataset.js';
import { countsOf, readBatch, takeElement } from './elements.js';
import { generate } from './transforms.js';

/** One sample of arrays: in the place of each array, a sample of it. */
type Sample<X> = X extends ArrayLike ? Required<ShapedArray> : { readonly [Key in keyof X]: Required<ShapedArray> };

/**
 * The samples of arrays, one by one: `x` alone, `[x, y]` or `[x, y, sampleWeight]`. Each of them may be an array, or a list or record of
 * arrays for models with several inputs or outputs. Samples are views of the arrays' memory.
 *
 * @param x - `[samples, ...]`
 * @param y - as many samples
 * @throws DataError when the numbers of samples differ.
 * @example
 * const samples = dataset.fromArrays(train.x, train.y);
 */
export function fromArrays<X extends DataLike>(x: X): Dataset<Sample<X>>;
export function fromArrays<X extends DataLike, Y extends DataLike>(x: X, y: Y): Dataset<readonly [Sample<X>, Sample<Y>]>;
export function fromArrays<X extends DataLike, Y extends DataLike, W extends DataLike>(
  x: X,
  y: Y,
  sampleWeight: W,
): Dataset<readonly [Sample<X>, Sample<Y>, Sample<W>]>;
export function fromArrays(...arrays: DataLike[]): Dataset<unknown> {
  const counts = countsOf('dataset.fromArrays', arrays);
  const [count = 0] = counts;
  if (counts.some((other) => other !== count)) {
    throw new DataError(
      `dataset.fromArrays: the arrays have different numbers of samples: ${counts.join(', ')}; expected as many of each`,
    );
  }
  let read: Promise<unknown> | undefined;
  return new Dataset(async function* () {
    read ??= readBatch('dataset.fromArrays', arrays);
    const hosts = (await read) as unknown[];
    for (let index = 0; index < count; index++) {
      const element = takeElement(hosts, index) as unknown[];
      yield element.length === 1 ? element[0] : element;
    }
  }, count);
}

/**
 * What a generator gives, element by element. It is called again for each pass.
 *
 * @param make - a generator function, or another one that makes an (async) iterable
 * @param options.length - number of elements, where it is known
 * @throws DataError that names the element, when the generator throws.
 * @example
 * const squares = dataset.fromGenerator(function* () {
 *   for (let i = 0; i < 10; i++) yield [i, i * i];
 * });
 */
export function fromGenerator<const T>(
  make: () => Iterable<T> | AsyncIterable<T>,
  options: { readonly length?: number } = {},
): Dataset<T> {
  checkOptions('dataset.fromGenerator', options, ['length']);
  const { length } = options;
  if (typeof make !== 'function') {
    throw new ValueError(
      `dataset.fromGenerator: received ${String(make)}; expected a function: a generator runs only once, and each pass needs a new one`,
    );
  }
  if (length !== undefined && !(Number.isInteger(length) && length >= 0))
    throw new ValueError(`dataset.fromGenerator: length is ${String(length)}; expected an integer of at least 0`);
  return new Dataset(() => generate(make), length);
}
