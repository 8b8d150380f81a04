/** @file True and false positives and negatives at a number of thresholds. */

import { ShapeError, ValueError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { matchRanks } from '../losses/shapes.js';
import { castTo, convert } from '../ops/apply.js';
import { add, greater, greaterEqual, lessEqual, mul, sub } from '../ops/binary.js';
import { broadcastTo } from '../ops/broadcast.js';
import { iota, zerosLike } from '../ops/create.js';
import { scatterAdd } from '../ops/gather.js';
import { matMul } from '../ops/matmul.js';
import { oneHot } from '../ops/one_hot.js';
import { clipByValue, relu } from '../ops/rectifiers.js';
import { argMax, sum } from '../ops/reduce.js';
import { expandDims, reshape } from '../ops/reshape.js';
import { where } from '../ops/select.js';
import { sliceAxis } from '../ops/slice.js';
import { transpose } from '../ops/transpose.js';
import { ceil } from '../ops/unary.js';

/** Weighted counts, one a threshold; with several labels [thresholds, labels]. */
export interface Counts {
  readonly truePositives: Tensor;
  readonly falsePositives: Tensor;
  readonly trueNegatives: Tensor;
  readonly falseNegatives: Tensor;
}

export interface CountOptions {
  readonly thresholds: readonly number[];
  /** Only the largest k predictions of a sample can be positive. */
  readonly topK?: number | null;
  /** Only this class counts. */
  readonly classId?: number | null;
  /** Count each label (column) by itself. */
  readonly multiLabel?: boolean;
  /** Weight of each label (column), when they are counted together. */
  readonly labelWeights?: readonly number[] | null;
}

/** Thresholds as a list. @throws ValueError for one outside [0, 1]. */
export function checkThresholds(
  where: string,
  thresholds: number | readonly number[] | null | undefined,
  byDefault: number,
): readonly number[] {
  if (thresholds === null || thresholds === undefined) return [byDefault];
  const list = typeof thresholds === 'number' ? [thresholds] : thresholds;
  const wrong = list.filter((threshold) => !(threshold >= 0 && threshold <= 1));
  if (wrong.length > 0 || list.length === 0)
    throw new ValueError(`${where}: thresholds [${list.join(', ')}]; expected numbers in [0, 1]`);
  return list;
}

/** Whether the thresholds divide [0, 1] into equal parts, up to 1e-7. */
function areEven(thresholds: readonly number[]): boolean {
  const last = thresholds.length - 1;
  return last >= 2 && thresholds.every((threshold, i) => Math.abs(threshold - i / last) <= 1e-7 + 1e-5 * (i / last));
}

/** 1 where a prediction is among the `k` largest of its row, the first among equals. */
function topKMask(x: Tensor, k: number): Tensor {
  const classes = x.shape.at(-1) as number;
  let rest = x;
  let mask = zerosLike(x);
  for (let i = 0; i < Math.min(k, classes); i++) {
    const largest = oneHot(argMax(rest, -1), classes, { dtype: x.dtype });
    mask = add(mask, largest);
    rest = where(castTo(largest, 'bool'), Number.NEGATIVE_INFINITY, rest);
  }
  return mask;
}

/** Below every threshold: predictions that cannot be positive. */
export const lowest = -1e10;

interface Prepared {
  /** Predictions and labels [samples, labels]; labels are 0 or 1. */
  readonly predictions: Tensor;
  readonly labels: Tensor;
  readonly weights: Tensor | undefined;
}

function prepare(where: string, yTrue: Tensor, yPred: Tensor, sampleWeight: Tensor | undefined, options: CountOptions): Prepared {
  const dtype = yPred.dtype === 'float64' ? 'float64' : 'float32';
  let [predictions, labels] = matchRanks(castTo(yPred, dtype), castTo(castTo(yTrue, 'bool'), dtype));
  if (sizeOf(predictions.shape) !== sizeOf(labels.shape)) {
    throw new ShapeError(
      `${where}: yTrue ${formatShape(yTrue.shape)} does not fit yPred ${formatShape(yPred.shape)}; expected equal shapes`,
    );
  }
  let weights = sampleWeight && matchRanks(labels, expandDims(castTo(sampleWeight, dtype), -1), false)[1];
  const { topK = null, classId = null, labelWeights = null } = options;
  if (topK !== null) {
    const mask = topKMask(predictions, topK);
    predictions = add(mul(predictions, mask), mul(sub(1, mask), lowest));
  }
  if (classId !== null) {
    if (predictions.rank < 2) {
      throw new ShapeError(`${where}: classId needs predictions [samples, classes]; received ${formatShape(predictions.shape)}`);
    }
    predictions = sliceAxis(predictions, predictions.rank - 1, classId, 1);
    labels = sliceAxis(labels, labels.rank - 1, classId, 1);
  }
  if (weights !== undefined) weights = broadcastTo(weights, predictions.shape);
  if (labelWeights !== null) weights = mul(broadcastTo([...labelWeights], predictions.shape), weights ?? 1);
  const flat = (x: Tensor): Tensor => reshape(x, [-1, columns(predictions.shape)]);
  return { predictions: flat(predictions), labels: flat(labels), weights: weights && flat(weights) };
}

const columns = (shape: Shape): number => (shape.length < 2 ? 1 : (shape.at(-1) as number));

/**
 * Weighted counts of a batch.
 *
 * @throws ShapeError when targets and predictions do not fit together.
 */
export function countAtThresholds(
  where: string,
  yTrue: Tensor,
  yPred: Tensor,
  sampleWeight: Tensor | undefined,
  options: CountOptions,
): Counts {
  const prepared = prepare(where, yTrue, yPred, sampleWeight, options);
  const { labels, weights } = prepared;
  const positive = weights === undefined ? labels : mul(labels, weights);
  const negative = weights === undefined ? sub(1, labels) : mul(sub(1, labels), weights);
  const above = areEven(options.thresholds) ? sumInBuckets : sumByComparison;
  const total = (x: Tensor): Tensor => (options.multiLabel ? expandDims(sum(x, 0), 0) : sum(x));
  const truePositives = above(prepared.predictions, positive, options);
  const falsePositives = above(prepared.predictions, negative, options);
  return {
    truePositives,
    falsePositives,
    trueNegatives: sub(total(negative), falsePositives),
    falseNegatives: sub(total(positive), truePositives),
  };
}

/** For each threshold the sum of `values` whose prediction is above it, one comparison each. */
function sumByComparison(predictions: Tensor, values: Tensor, { thresholds, multiLabel = false }: CountOptions): Tensor {
  const limits = reshape(convert('thresholds', [...thresholds], predictions.dtype), [thresholds.length, 1, 1]);
  const above = greater(expandDims(predictions, 0), limits);
  return sum(where(above, expandDims(values, 0), 0), multiLabel ? 1 : [1, 2]);
}

/**
 * The same for evenly distributed thresholds, in one pass over the predictions: each value goes to the bucket of the largest threshold
 * below its prediction; a threshold's sum is that of its bucket and all later ones. Keras counts so, and at a prediction equal to a
 * threshold the rounding of its multiplication decides.
 */
function sumInBuckets(predictions: Tensor, values: Tensor, { thresholds, multiLabel = false }: CountOptions): Tensor {
  const count = thresholds.length;
  const labels = multiLabel ? (predictions.shape[1] as number) : 1;
  const place = sub(ceil(mul(clipByValue(predictions, 0, 1), count - 1)), 1);
  // With thresholds that begin below 0, a prediction of 0 is above the first one; else it is above none.
  const counted = (thresholds[0] as number) < 0 ? values : where(greaterEqual(place, 0), values, 0);
  const bucket = castTo(relu(place), 'int32');
  const index = multiLabel ? add(bucket, mul(iota([1, labels], 1), count)) : bucket;
  const sums = scatterAdd(reshape(index, [-1]), reshape(counted, [-1]), [labels * count]);
  const later = castTo(lessEqual(iota([count, count], 0), iota([count, count], 1)), values.dtype);
  const totals = matMul(later, transpose(reshape(sums, [labels, count])));
  return multiLabel ? totals : reshape(totals, [count]);
}
