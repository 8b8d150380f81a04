/** @file Ops that pass their operand on: `identity`, `stopGradient`; and `cast`. */

import { checkDType, type DType } from '../core/dtype.js';
import type { Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, castTo, convert, type TensorLike } from './apply.js';

/** One op for both, told apart by an attribute; it is not part of the listing. */
const op: Op = {
  name: 'identity',
  infer: ([x]) => [x as ValueType],
  gradient: ({ gradients: [g], attributes: { stop } }) => [stop || !g ? null : g],
};

/** `x` itself, as a value of its own. */
export const identity = (x: TensorLike): Tensor => apply1(op, [convert('identity', x)], { stop: false });

/**
 * `x`, through which no gradient flows: a constant as far as training is concerned.
 *
 * @example
 * const straightThrough = add(x, stopGradient(sub(round(x), x))); // rounds, with the gradient 1
 */
export const stopGradient = (x: TensorLike): Tensor => apply1(op, [convert('stopGradient', x)], { stop: true });

/**
 * The elements in another dtype. Floats to integers are cut toward zero and kept in range, NaN gives 0; to bool, what is not 0 is true.
 *
 * @throws DTypeError for an unknown dtype.
 * @example
 * const pixels = cast(bytes, 'float32');
 */
export const cast = (x: TensorLike, dtype: DType): Tensor => castTo(convert('cast', x), checkDType('cast', dtype));
