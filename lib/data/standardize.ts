/** @file `standardize`: data shifted and scaled to mean 0 and deviation 1, a part of the samples at a time. */

import { floatx } from '../core/config.js';
import { typedArray } from '../core/dtype.js';
import { DataError, ShapeError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { formatShape, normalizeAxes } from '../core/shape.js';
import type { ShapedArray, Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { add, div, sub } from '../ops/binary.js';
import { combineMoments, type Moments } from '../ops/combine_moments.js';
import { moments } from '../ops/reduce.js';
import { type HostArray, TracedFunction } from '../runtime/function.js';
import { type ArrayLike, readArray } from './arrays.js';
import { sliceSamples } from './samples.js';

export interface StandardizeOptions {
  /** The axes over which mean and deviation are taken, the samples (0) among them; 0 by default: each element has its own. */
  readonly axis?: number | readonly number[];
  /** Added to the deviation, so that a constant element becomes 0; 1e-7 by default. */
  readonly epsilon?: number;
}

/** Mean and deviation of the data that {@link standardize} was given, with 1 as the size of the axes that it reduced. */
export interface Standard {
  readonly mean: Required<ShapedArray>;
  /** The population standard deviation (divided by the count), without epsilon. */
  readonly std: Required<ShapedArray>;
  /**
   * `(x - mean) / (std + epsilon)`, on the host, as `floatx()`.
   *
   * @throws ShapeError when the sizes of the samples differ from those that the statistics were taken of.
   */
  apply(x: ArrayLike): Promise<Required<ShapedArray>>;
}

/** Elements that the device works on at a time. */
const chunkElements = 1 << 22;

function* chunksOf(array: HostArray): Generator<HostArray> {
  const [samples = 0] = array.shape;
  const size = Math.max(1, Math.floor((chunkElements * samples) / Math.max(1, array.data.length)));
  for (let begin = 0; begin < samples; begin += size) yield sliceSamples(array, begin, Math.min(begin + size, samples));
}

/**
 * Takes mean and deviation from data, to standardise it and other data in the same way. The device works on a part of the samples at a time:
 * large data sets stay bytes until they are standardised.
 *
 * @param x - `[samples, ...]`
 * @throws ValueError for an axis out of range, or axes without the samples; DataError when there are no samples.
 * @example
 * const standard = await standardize(train.x, { axis: 0 });
 * const trainX = await standard.apply(train.x);
 * const testX = await standard.apply(test.x);
 */
export async function standardize(x: ArrayLike, options: StandardizeOptions = {}): Promise<Standard> {
  const where = 'standardize';
  checkOptions(where, options, ['axis', 'epsilon']);
  const { axis = 0, epsilon = 1e-7 } = options;
  if (!(epsilon >= 0)) throw new ValueError(`${where}: epsilon is ${String(epsilon)}; expected a number of at least 0`);
  const array = await readArray(where, x);
  const axes = normalizeAxes(where, axis, array.shape.length);
  if (axes[0] !== 0) {
    throw new ValueError(
      `${where}: axis is ${JSON.stringify(axis)}; expected axes with 0, the samples; use ops.moments for others`,
    );
  }
  if (array.data.length === 0) throw new DataError(`${where}: the data is empty: ${formatShape(array.shape)}; expected samples`);
  const { mean, variance } = await momentsOf(array, axes);
  const shape = array.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const statistics = (values: Float64Array): Required<ShapedArray> => {
    return { data: typedArray(floatx(), values), shape, dtype: floatx() };
  };
  return makeStandard(statistics(mean), statistics(variance.map(Math.sqrt)), epsilon);
}

async function momentsOf(array: HostArray, axes: readonly number[]): Promise<Moments> {
  const partial = new TracedFunction(([x]) => {
    const { mean, variance } = moments(castTo(x as Tensor, floatx()), axes);
    return [mean, variance];
  });
  let total: Moments | undefined;
  for (const chunk of chunksOf(array)) {
    const [mean, variance] = (await partial.runAndRead([chunk])).map((values) => Float64Array.from(values));
    const count = axes.reduce((product, axis) => product * (chunk.shape[axis] as number), 1);
    total = combineMoments(total, { mean: mean as Float64Array, variance: variance as Float64Array, count });
  }
  return total as Moments;
}

function makeStandard(mean: Required<ShapedArray>, std: Required<ShapedArray>, epsilon: number): Standard {
  const dtype = mean.dtype;
  const scaled = new TracedFunction(([x, center, deviation]) => [
    div(sub(castTo(x as Tensor, dtype), center as Tensor), add(deviation as Tensor, epsilon)),
  ]);
  return {
    mean,
    std,
    async apply(x) {
      const array = await readArray('standardize', x);
      const { shape } = array;
      if (shape.length !== mean.shape.length || mean.shape.some((size, axis) => size !== 1 && size !== shape[axis])) {
        throw new ShapeError(
          `standardize: apply: x has shape ${formatShape(shape)}; expected one that fits the mean, ${formatShape(mean.shape)}`,
        );
      }
      const data = typedArray(dtype, array.data.length);
      let next = 0;
      for (const chunk of chunksOf(array)) {
        const [values] = await scaled.runAndRead([chunk, mean, std]);
        if (values !== undefined) data.set(values, next);
        next += chunk.data.length;
      }
      return { data, shape, dtype };
    },
  };
}
