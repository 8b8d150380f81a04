/** @file `toCategorical`: class numbers as one-hot rows. */

import type { TypedArray } from '../core/dtype.js';
import { DataError, ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { ShapedArray } from '../graph/tensor.js';
import { type ArrayLike, readArray } from './arrays.js';

/**
 * Class numbers as rows of zeros with a single 1, for `categoricalCrossentropy`: `[samples]` or `[samples, 1]` becomes
 * `[samples, numClasses]`, float32, on the host. A last axis of size 1 goes, other axes stay.
 *
 * @param y - integers in `[0, numClasses)`, of any number type
 * @param numClasses - by default the largest class number plus 1
 * @throws DataError for labels that are negative, not whole or too large; ValueError for a number of classes below 1.
 * @see keras/src/utils/numerical_utils.py, to_categorical (which lets negative numbers count from the end)
 * @example
 * const rows = await toCategorical([2, 0]); // shape [2, 3]: 0 0 1, 1 0 0
 */
export async function toCategorical(y: ArrayLike, numClasses?: number): Promise<Required<ShapedArray>> {
  const where = 'toCategorical';
  const { data, shape } = await readArray(where, y);
  const kept = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
  const classes = numClasses ?? largestOf(data) + 1;
  if (!Number.isInteger(classes) || classes < 1) {
    const received = numClasses === undefined ? `y ${formatShape(shape)} has no class numbers` : `numClasses is ${numClasses}`;
    throw new ValueError(`${where}: ${received}; expected an integer of at least 1 as numClasses`);
  }
  const rows = new Float32Array(data.length * classes);
  data.forEach((label, i) => {
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new DataError(`${where}: y holds the label ${label} at element ${i}; expected integers in [0, ${classes})`);
    }
    rows[i * classes + label] = 1;
  });
  return { data: rows, shape: [...kept, classes], dtype: 'float32' };
}

/** -1 when there is none; what is no class number is found later. */
const largestOf = (data: TypedArray): number => {
  let largest = -1;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.floor(data[i] as number));
  return largest;
};
