/** @file Rectifiers: pointwise ops that are linear in pieces, whose gradient the device computes from the result alone. */

import { DTypeError, ValueError } from '../core/errors.js';
import type { Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convert, type TensorLike } from './apply.js';
import { add, greater, less, logicalAnd, mul } from './binary.js';
import { checkFloat } from './check.js';
import { where } from './select.js';

function inferSigned(name: string, [x]: readonly ValueType[]): ValueType[] {
  const { dtype, shape } = x as ValueType;
  if (dtype === 'bool' || dtype === 'uint8') {
    throw new DTypeError(`${name}: received ${dtype}; expected a float type or int32; use cast`);
  }
  return [{ dtype, shape }];
}

function inferFloat(name: string, [x]: readonly ValueType[]): ValueType[] {
  const { dtype, shape } = x as ValueType;
  checkFloat(name, dtype);
  return [{ dtype, shape }];
}

/** Both backward ops are linear in `dy`, so the gradient by it is the op itself. */
const reluBackwardOp: Op = {
  name: 'relu_backward',
  infer: (operands) => inferFloat('relu_backward', operands),
  gradient: ({ operands: [y], gradients: [g] }) => [null, y && g ? apply1(reluBackwardOp, [y, g], {}) : null],
};

const reluOp: Op = {
  name: 'relu',
  infer: (operands) => inferSigned('relu', operands),
  gradient: ({ outputs: [y], gradients: [g] }) => [y && g ? apply1(reluBackwardOp, [y, g], {}) : null],
};

const leakyReluBackwardOp: Op = {
  name: 'leaky_relu_backward',
  infer: (operands) => inferFloat('leaky_relu_backward', operands),
  gradient: ({ operands: [y], gradients: [g], attributes }) => [
    null,
    y && g ? apply1(leakyReluBackwardOp, [y, g], attributes) : null,
  ],
};

const leakyReluOp: Op = {
  name: 'leaky_relu',
  infer: (operands) => inferFloat('leakyRelu', operands),
  gradient: ({ outputs: [y], gradients: [g], attributes }) => [y && g ? apply1(leakyReluBackwardOp, [y, g], attributes) : null],
};

const eluOp: Op = {
  name: 'elu',
  infer: (operands) => inferFloat('elu', operands),
  // For x <= 0 the derivative alpha e^x is y + alpha.
  gradient({ operands: [x], outputs: [y], gradients: [g], attributes: { alpha } }) {
    return [x && y && g ? mul(g, where(greater(x, 0), 1, add(y, alpha as number))) : null];
  },
};

const clipOp: Op = {
  name: 'clip',
  infer: (operands) => inferSigned('clipByValue', operands),
  gradient({ operands: [x], gradients: [g], attributes: { min, max } }) {
    return [x && g ? where(logicalAnd(greater(x, min as number), less(x, max as number)), g, 0) : null];
  },
};

/**
 * Rectifier `max(x, 0)`. The gradient at 0 is 0.
 *
 * @throws DTypeError for bool and uint8.
 * @example
 * const y = relu(tensor([-1, 2])); // [0, 2]
 */
export const relu = (x: TensorLike): Tensor => apply1(reluOp, [convert('relu', x)], {});

/**
 * Leaky rectifier `x >= 0 ? x : alpha * x` (Maas et al. 2013).
 *
 * @param alpha - slope below 0, at least 0; 0.2 as in Keras's function (its layer has 0.3)
 * @throws DTypeError unless `x` holds floats, ValueError for a negative slope.
 * @example
 * const y = leakyRelu(tensor([-1, 2]), 0.1); // [-0.1, 2]
 */
export function leakyRelu(x: TensorLike, alpha = 0.2): Tensor {
  if (!(alpha >= 0)) throw new ValueError(`leakyRelu: alpha is ${alpha}; expected a number of at least 0`);
  // The backward op tells the sides apart by the sign of the result, which a slope of 0 would lose.
  return alpha === 0 ? relu(x) : apply1(leakyReluOp, [convert('leakyRelu', x)], { alpha });
}

/**
 * Exponential linear unit `x > 0 ? x : alpha * (e^x - 1)` (Clevert et al. 2015).
 *
 * @throws DTypeError unless `x` holds floats.
 * @example
 * const y = elu(tensor([-1, 2])); // [-0.632, 2]
 */
export const elu = (x: TensorLike, alpha = 1): Tensor => apply1(eluOp, [convert('elu', x)], { alpha });

/**
 * `min(max(x, low), high)`. The gradient flows strictly inside the range.
 *
 * @throws ValueError when `low` is above `high`, DTypeError for bool and uint8.
 * @example
 * const y = clipByValue(tensor([-1, 0.5, 2]), 0, 1); // [0, 0.5, 1]
 */
export function clipByValue(x: TensorLike, low: number, high: number): Tensor {
  if (!(low <= high)) throw new ValueError(`clipByValue: low is ${low} and high is ${high}; expected low <= high`);
  return apply1(clipOp, [convert('clipByValue', x)], { min: low, max: high });
}
