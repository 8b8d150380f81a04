/** @file `batch_norm`: normalisation by the mean and variance of the batch, or by given ones. */

import { ShapeError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { compatible, type Dimension, formatShape, normalizeAxis } from '../core/shape.js';
import type { GradientContext, Op, Value, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply, convert, type TensorLike } from './apply.js';
import { add, div, mul, sub } from './binary.js';
import { checkFloat, checkSameDType } from './check.js';
import { ones, zeros } from './create.js';
import { sum } from './reduce.js';
import { reshape } from './reshape.js';
import { moveAxis } from './transpose.js';
import { neg, rsqrt } from './unary.js';

/** Sum over all axes but the last. */
const channelSum = (x: Tensor): Tensor =>
  sum(
    x,
    x.shape.slice(1).map((_, i) => i),
  );

/** Elements of a channel. */
const perChannel = (x: Tensor): number => (x.size as number) / (x.shape.at(-1) as number);

function checkOperands(where: string, operands: readonly ValueType[]): void {
  const [x, ...vectors] = operands as [ValueType, ...ValueType[]];
  checkFloat(where, x.dtype);
  checkSameDType(where, operands);
  if (x.shape.length < 2)
    throw new ShapeError(`${where}: x has shape ${formatShape(x.shape)}; expected a batch and channels at least`);
  const channels = x.shape.at(-1) as Dimension;
  const wrong = vectors.find(({ shape }) => shape.length !== 1 || !compatible(shape[0] as Dimension, channels));
  if (wrong)
    throw new ShapeError(`${where}: gamma or beta has shape ${formatShape(wrong.shape)}; expected ${formatShape([channels])}`);
}

const op: Op = {
  name: 'batch_norm',
  infer(operands) {
    checkOperands('batchNormTraining', operands);
    const [x] = operands as [ValueType];
    const vector = { dtype: x.dtype, shape: x.shape.slice(-1) };
    return [x, vector, vector];
  },
  gradient({ operands, outputs, gradients, attributes }: GradientContext) {
    const [x, gamma, beta] = [...operands] as [Value, Value, Value];
    const [, mean, variance] = [...outputs] as [Value, Value, Value];
    const [dy, dMean, dVariance] = [...gradients] as [Tensor | null, Tensor | null, Tensor | null];
    const [direct, dGamma, dBeta] = dy ? apply(backwardOp, [x, gamma, beta, mean, variance, dy], attributes) : [];
    // The mean and the variance are results of their own: d mean / dx = 1 / n, d variance / dx = 2 (x - mean) / n.
    const parts = [
      direct ?? null,
      dMean && div(dMean, perChannel(x)),
      dVariance && mul(sub(x, mean), mul(dVariance, 2 / perChannel(x))),
    ].filter((part) => part !== null);
    const dx = parts.length === 0 ? null : parts.reduce((total, part) => add(total, part));
    return [dx && dx.rank < x.rank ? add(dx, zeros(x.shape, x.dtype)) : dx, dGamma ?? null, dBeta ?? null];
  },
};

const backwardOp: Op = {
  name: 'batch_norm_backward',
  infer(operands) {
    const [x, gamma] = operands as [ValueType, ValueType];
    return [x, gamma, gamma];
  },
  /**
   * Second derivative. With h = (x - mean) r, r = 1 / sqrt(variance + epsilon), A = sum(dy), B = sum(dy h), T = dy - A/n - h B/n the op
   * computes dx = gamma r T, dgamma = B, dbeta = A. Mean and variance are operands, whose own gradients go on through `batch_norm`.
   */
  gradient({ operands, gradients, attributes }: GradientContext) {
    const [x, gamma, , mean, variance, dy] = [...operands] as [Value, Value, Value, Value, Value, Value];
    const n = perChannel(x);
    const none = zeros(gamma.shape, gamma.dtype);
    const [toDx, toDGamma, toDBeta] = [gradients[0] ?? zeros(x.shape, x.dtype), gradients[1] ?? none, gradients[2] ?? none];
    const r = rsqrt(add(variance, attributes.epsilon as number));
    const h = mul(sub(x, mean), r);
    const b = channelSum(mul(dy, h));
    const t = sub(sub(dy, div(channelSum(dy), n)), mul(h, div(b, n)));
    const overlap = channelSum(mul(toDx, t));
    const toT = mul(toDx, mul(gamma, r));
    const toA = sub(toDBeta, div(channelSum(toT), n));
    const toB = sub(toDGamma, div(channelSum(mul(toT, h)), n));
    const toH = sub(mul(toB, dy), mul(toT, div(b, n)));
    const toR = add(mul(gamma, overlap), channelSum(mul(toH, sub(x, mean))));
    return [
      mul(toH, r),
      mul(r, overlap),
      null,
      neg(mul(r, channelSum(toH))),
      mul(toR, mul(mul(r, mul(r, r)), -0.5)),
      add(add(toT, toA), mul(toB, h)),
    ];
  },
};

export interface BatchNormTrainingOptions {
  /** The axis of the channels; the last by default. */
  readonly axis?: number;
  /** Added to the variance, above 0; 1e-3 by default. */
  readonly epsilon?: number;
}

/**
 * Normalisation by the batch (Ioffe and Szegedy 2015): `(x - mean) / sqrt(variance + epsilon) * gamma + beta` for each channel, with the
 * mean and the population variance over all other axes. Gradients flow through both.
 *
 * @param x - `[batch, ..., channels]`, or as `axis` says
 * @param gamma - `[channels]`, or null for 1
 * @param beta - `[channels]`, or null for 0
 * @returns `y` like `x`; `mean` and `variance`, `[channels]`, for moving averages
 * @throws ShapeError when gamma or beta do not fit the channels, ValueError for an axis or epsilon out of range.
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * const { y, mean } = batchNormTraining(x, null, null); // y near [[-1, -1], [1, 1]], mean [2, 3]
 */
export function batchNormTraining(
  x: TensorLike,
  gamma: TensorLike | null,
  beta: TensorLike | null,
  options: BatchNormTrainingOptions = {},
): { y: Tensor; mean: Tensor; variance: Tensor } {
  const where = 'batchNormTraining';
  checkOptions(where, options, ['axis', 'epsilon']);
  const operand = convert(where, x);
  const epsilon = checkEpsilon(where, options.epsilon ?? 1e-3);
  const axis = normalizeAxis(where, options.axis ?? -1, operand.rank);
  const channels = operand.shape[axis] as Dimension;
  const last = moveAxis(operand, axis, -1);
  const scale = gamma === null ? ones([channels], operand.dtype) : convert(where, gamma, operand.dtype);
  const offset = beta === null ? zeros([channels], operand.dtype) : convert(where, beta, operand.dtype);
  const [y, mean, variance] = [...apply(op, [last, scale, offset], { epsilon })] as [Tensor, Tensor, Tensor];
  return { y: moveAxis(y, -1, axis), mean, variance };
}

function checkEpsilon(where: string, epsilon: number): number {
  if (epsilon > 0) return epsilon;
  throw new ValueError(`${where}: epsilon is ${epsilon}; expected a number above 0`);
}

export interface BatchNormOptions extends BatchNormTrainingOptions {
  /** `[channels]`; 1 when absent or null. */
  readonly gamma?: TensorLike | null;
  /** `[channels]`; 0 when absent or null. */
  readonly beta?: TensorLike | null;
}

/**
 * Normalisation by given statistics: with `inv = gamma / sqrt(variance + epsilon)` it is `x * inv + (beta - mean * inv)`, in this order as
 * in Keras.
 *
 * @param mean - `[channels]`
 * @param variance - `[channels]`
 * @throws ShapeError when a vector does not fit the channels, ValueError for an axis or epsilon out of range.
 * @example
 * const y = batchNorm(tensor([[1, 2]]), [1, 1], [4, 4]); // near [[0, 0.5]]
 */
export function batchNorm(x: TensorLike, mean: TensorLike, variance: TensorLike, options: BatchNormOptions = {}): Tensor {
  const where = 'batchNorm';
  checkOptions(where, options, ['axis', 'epsilon', 'gamma', 'beta']);
  const operand = convert(where, x);
  const axis = normalizeAxis(where, options.axis ?? -1, operand.rank);
  const channels = operand.shape[axis] as Dimension;
  const epsilon = checkEpsilon(where, options.epsilon ?? 1e-3);
  const vector = (name: string, value: TensorLike): Tensor => {
    const given = convert(where, value, operand.dtype);
    if (given.rank !== 1 || !compatible(given.shape[0] as Dimension, channels)) {
      throw new ShapeError(
        `${where}: ${name} has shape ${formatShape(given.shape)}; expected ${formatShape([channels])}, the size of axis ${axis}`,
      );
    }
    return axis === operand.rank - 1
      ? given
      : reshape(given, [given.shape[0] as Dimension, ...Array<number>(operand.rank - 1 - axis).fill(1)]);
  };
  const root = rsqrt(add(vector('variance', variance), epsilon));
  const scale = options.gamma == null ? root : mul(root, vector('gamma', options.gamma));
  const shift = mul(vector('mean', mean), scale);
  return add(mul(operand, scale), options.beta == null ? neg(shift) : sub(vector('beta', options.beta), shift));
}
