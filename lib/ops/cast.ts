/** @file `cast`: elements in another dtype. */

import { checkDType, type DType } from '../core/dtype.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo, convert, type TensorLike } from './apply.js';

/**
 * The elements in another dtype. Floats to integers are cut toward zero and kept in range, NaN gives 0; to bool, what is not 0 is true; to
 * smaller floats they are rounded once, to nearest, ties to even.
 *
 * @throws DTypeError for an unknown dtype.
 * @example
 * const pixels = cast(bytes, 'float32');
 */
export const cast = (x: TensorLike, dtype: DType): Tensor => castTo(convert('cast', x), checkDType('cast', dtype));
