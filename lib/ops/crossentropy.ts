/** @file Cross entropies of each sample, from probabilities (clipped as in Keras) or from logits. Losses reduce them. */

import { ShapeError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { compatible, type Dimension, formatShape, normalizeAxis } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { logSigmoid } from './activations.js';
import { castTo, convert, type TensorLike } from './apply.js';
import { add, div, mul, sub } from './binary.js';
import { oneHot } from './one_hot.js';
import { clipByValue } from './rectifiers.js';
import { sum } from './reduce.js';
import { squeeze } from './reshape.js';
import { logSoftmax } from './softmax.js';
import { log, neg } from './unary.js';

export interface CrossentropyOptions {
  /** Whether the output is unbounded scores instead of probabilities; false by default. */
  readonly fromLogits?: boolean;
  /** The axis of the classes; the last by default. */
  readonly axis?: number;
}

/** Keras's epsilon: probabilities are kept this far from 0 and 1. */
const epsilon = 1e-7;

/** Logarithms of the classes' probabilities: `log(clip(p / sum(p)))`, or `logSoftmax` of logits. */
function logProbabilities(where: string, output: Tensor, options: CrossentropyOptions): Tensor {
  checkOptions(where, options, ['fromLogits', 'axis']);
  const axis = normalizeAxis(where, options.axis ?? -1, output.rank);
  if (options.fromLogits) return logSoftmax(output, axis);
  return log(clipByValue(div(output, sum(output, axis, { keepDims: true })), epsilon, 1 - epsilon));
}

function checkSame(where: string, target: Tensor, output: Tensor): void {
  const same = target.rank === output.rank && target.shape.every((size, i) => compatible(size, output.shape[i] as Dimension));
  if (same) return;
  throw new ShapeError(
    `${where}: target ${formatShape(target.shape)} and output ${formatShape(output.shape)}; expected one shape`,
  );
}

/**
 * `-sum(target * log(p))` over the classes, where p is the output divided by its sum and clipped to `[1e-7, 1 - 1e-7]`.
 *
 * @param target - probabilities, usually one-hot: `[..., classes]`
 * @param output - `[..., classes]`
 * @returns `[...]`, without the axis of the classes
 * @throws ShapeError when the shapes differ.
 * @see keras.ops.categorical_crossentropy
 * @example
 * const loss = categoricalCrossentropy([[0, 1]], tensor([[0.2, 0.8]])); // [0.2231]
 */
export function categoricalCrossentropy(target: TensorLike, output: TensorLike, options: CrossentropyOptions = {}): Tensor {
  const where = 'categoricalCrossentropy';
  const prediction = convert(where, output);
  const truth = castTo(convert(where, target), prediction.dtype);
  checkSame(where, truth, prediction);
  return neg(sum(mul(truth, logProbabilities(where, prediction, options)), options.axis ?? -1));
}

/**
 * As `categoricalCrossentropy` for targets that are class numbers. A class outside the range counts 0.
 *
 * @param target - class numbers: `[...]`, or `[..., 1]`
 * @param output - `[..., classes]`
 * @throws ShapeError when the other sizes differ.
 * @see keras.ops.sparse_categorical_crossentropy
 * @example
 * const loss = sparseCategoricalCrossentropy([1], tensor([[0.2, 0.8]])); // [0.2231]
 */
export function sparseCategoricalCrossentropy(target: TensorLike, output: TensorLike, options: CrossentropyOptions = {}): Tensor {
  const where = 'sparseCategoricalCrossentropy';
  const prediction = convert(where, output);
  const given = castTo(convert(where, target), 'int32');
  const labels = given.rank === prediction.rank && given.shape.at(-1) === 1 ? squeeze(given, -1) : given;
  const axis = normalizeAxis(where, options.axis ?? -1, prediction.rank);
  const classes = prediction.shape[axis];
  const expected = prediction.shape.toSpliced(axis, 1);
  const fits = labels.rank === expected.length && labels.shape.every((size, i) => compatible(size, expected[i] as Dimension));
  if (!fits || classes === null || classes === undefined) {
    throw new ShapeError(
      `${where}: target ${formatShape(given.shape)} and output ${formatShape(prediction.shape)}; expected class numbers ${formatShape(expected)}`,
    );
  }
  const truth = oneHot(labels, classes, { axis, dtype: prediction.dtype });
  return neg(sum(mul(truth, logProbabilities(where, prediction, options)), axis));
}

/**
 * `-(target * log(p) + (1 - target) * log(1 - p))` of each element, with p clipped to `[1e-7, 1 - 1e-7]`; from logits by `logSigmoid`.
 *
 * @throws ShapeError when the shapes differ.
 * @see keras.ops.binary_crossentropy
 * @example
 * const loss = binaryCrossentropy([1], tensor([0.8])); // [0.2231]
 */
export function binaryCrossentropy(
  target: TensorLike,
  output: TensorLike,
  options: { readonly fromLogits?: boolean } = {},
): Tensor {
  const where = 'binaryCrossentropy';
  checkOptions(where, options, ['fromLogits']);
  const prediction = convert(where, output);
  const truth = castTo(convert(where, target), prediction.dtype);
  checkSame(where, truth, prediction);
  const probability = clipByValue(prediction, epsilon, 1 - epsilon);
  const logYes = options.fromLogits ? logSigmoid(prediction) : log(probability);
  const logNo = options.fromLogits ? logSigmoid(neg(prediction)) : log(sub(1, probability));
  return neg(add(mul(truth, logYes), mul(sub(1, truth), logNo)));
}
