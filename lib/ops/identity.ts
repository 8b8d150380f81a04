/** @file Ops that pass their operand on: `identity` and `stopGradient`. */

import type { Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convert, type TensorLike } from './apply.js';

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
