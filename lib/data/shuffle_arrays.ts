/** @file `shuffleArrays`: samples of several arrays in the same random order. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { typedArray } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { shuffledIndices } from '../core/random.js';
import type { ShapedArray } from '../graph/tensor.js';
import { drawSeed } from '../ops/seed_generator.js';
import type { HostArray } from '../runtime/function.js';
import { type ArrayLike, readSamples, sampleCount } from './arrays.js';
import { gatherSamples } from './samples.js';

/** Elements that are copied before the event loop has its turn. */
const chunkElements = 1 << 20;

/**
 * Copies of arrays with their samples in one random order, the same for all.
 *
 * @param arrays - `[samples, ...]` each, with as many samples
 * @param options.seed - an integer, which always gives the same order; by default another order each time
 * @throws DataError when the numbers of samples differ or are 0, ValueError for a seed that is not an integer.
 * @example
 * const [x, y] = await shuffleArrays([train.x, train.y], { seed: 7 });
 */
export async function shuffleArrays<const Arrays extends readonly ArrayLike[]>(
  arrays: Arrays,
  options: { readonly seed?: number } = {},
): Promise<{ [Position in keyof Arrays]: Required<ShapedArray> }> {
  const where = 'shuffleArrays';
  checkOptions(where, options, ['seed']);
  const { seed = drawSeed() } = options;
  if (!Number.isInteger(seed)) throw new ValueError(`${where}: seed is ${String(seed)}; expected an integer`);
  const hosts = await Promise.all(arrays.map((array, i) => readSamples(`${where}: array ${i}`, array)));
  const count = sampleCount(where, Object.fromEntries(hosts.map((host, i) => [`array ${i}`, [host]])));
  const order = shuffledIndices(count, seed);
  const shuffled: Required<ShapedArray>[] = [];
  for (const host of hosts) shuffled.push(await inOrder(host, order));
  return shuffled as { [Position in keyof Arrays]: Required<ShapedArray> };
}

async function inOrder(array: HostArray, order: Uint32Array): Promise<Required<ShapedArray>> {
  const row = array.data.length / order.length;
  const data = typedArray(array.dtype, array.data.length);
  const step = Math.max(1, Math.floor(chunkElements / Math.max(1, row)));
  for (let begin = 0; begin < order.length; begin += step) {
    const part = order.subarray(begin, begin + step);
    gatherSamples(array, part, data.subarray(begin * row, (begin + part.length) * row));
    await nextTurn();
  }
  return { data, shape: array.shape, dtype: array.dtype };
}
