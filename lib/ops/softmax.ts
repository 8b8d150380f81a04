/** @file `softmax` and `logSoftmax`. The device computes them over the last axis; others are moved there. */

import { type Dimension, normalizeAxes } from '../core/shape.js';
import type { Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convert, type TensorLike } from './apply.js';
import { mul, sub } from './binary.js';
import { checkFloat } from './check.js';
import { sum } from './reduce.js';
import { reshapeKeeping } from './reshape.js';
import { transpose } from './transpose.js';
import { exp } from './unary.js';

const infer = (name: string, [x]: readonly ValueType[]): ValueType[] => {
  checkFloat(name, (x as ValueType).dtype);
  return [x as ValueType];
};

const softmaxOp: Op = {
  name: 'softmax',
  infer: (operands) => infer('softmax', operands),
  gradient: ({ outputs: [y], gradients: [g] }) => [y && g ? mul(y, sub(g, sum(mul(g, y), -1, { keepDims: true }))) : null],
};

const logSoftmaxOp: Op = {
  name: 'log_softmax',
  infer: (operands) => infer('logSoftmax', operands),
  gradient: ({ outputs: [y], gradients: [g] }) => [y && g ? sub(g, mul(exp(y), sum(g, -1, { keepDims: true }))) : null],
};

/** Applies `op` over `axis`: its axes are moved to the end and joined, and back afterwards. */
function over(where: string, op: Op, x: TensorLike, axis: number | readonly number[]): Tensor {
  const operand = convert(where, x);
  const axes = normalizeAxes(where, axis, operand.rank);
  const others = operand.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
  const order = [...others, ...axes];
  const moved = transpose(operand, order);
  const result = axes.length === 1 ? apply1(op, [moved], {}) : joined(op, moved, others.length);
  return transpose(
    result,
    order.map((_, i) => order.indexOf(i)),
  );
}

/** Applies `op` over all axes from `first` on, together. */
function joined(op: Op, x: Tensor, first: number): Tensor {
  const kept = x.shape.slice(0, first).map((_, i) => i);
  const sizes = x.shape.slice(first);
  const flat = sizes.some((size) => size === null) ? null : (sizes as number[]).reduce((a, b) => a * b, 1);
  const joint = reshapeKeeping(x, [...x.shape.slice(0, first), flat as Dimension], [...kept, -1]);
  return reshapeKeeping(apply1(op, [joint], {}), x.shape, [...kept, ...sizes.map(() => -1)]);
}

/**
 * `exp(x) / sum(exp(x))` over `axis`, without overflow.
 *
 * @param axis - one axis or several that are joined; the last by default
 * @throws DTypeError unless `x` holds floats, ValueError for an axis out of range.
 * @example
 * const probabilities = softmax(tensor([[1, 1], [0, 100]])); // [[0.5, 0.5], [0, 1]]
 */
export const softmax = (x: TensorLike, axis: number | readonly number[] = -1): Tensor => over('softmax', softmaxOp, x, axis);

/** `x - log(sum(exp(x)))` over `axis`, without overflow; otherwise as `softmax`. */
export const logSoftmax = (x: TensorLike, axis: number | readonly number[] = -1): Tensor =>
  over('logSoftmax', logSoftmaxOp, x, axis);
