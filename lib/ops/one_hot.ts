/** @file `oneHot`: class numbers as rows of zeros with a single one. */

import type { DType } from '../core/dtype.js';
import { checkOptions } from '../core/options.js';
import { normalizeAxis } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo, convert, type TensorLike } from './apply.js';
import { equal } from './binary.js';
import { checkInteger } from './check.js';
import { iota } from './create.js';
import { expandDims, reshape } from './reshape.js';

/**
 * 1 at the place of each index along a new axis, 0 elsewhere: `[...]` becomes `[..., depth]`. An index outside `[0, depth)` gives zeros.
 *
 * @param indices - class numbers, of any number type
 * @param depth - number of classes, at least 1
 * @param options.axis - place of the new axis in the result; the last by default
 * @param options.dtype - `float32` by default
 * @throws ValueError for a depth or an axis out of range.
 * @example
 * const rows = oneHot([2, 0], 3); // [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot(
  indices: TensorLike,
  depth: number,
  options: { readonly axis?: number; readonly dtype?: DType } = {},
): Tensor {
  checkOptions('oneHot', options, ['axis', 'dtype']);
  const places = castTo(convert('oneHot', indices), 'int32');
  const classes = iota([checkInteger('oneHot', 'depth', depth, 1)], 0);
  const axis = normalizeAxis('oneHot', options.axis ?? -1, places.rank + 1);
  const along = reshape(
    classes,
    Array.from({ length: places.rank + 1 }, (_, i) => (i === axis ? depth : 1)),
  );
  return castTo(equal(expandDims(places, axis), along), options.dtype ?? 'float32');
}
