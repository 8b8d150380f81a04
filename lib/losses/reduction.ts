/** @file From the loss of each sample to one number. */

import type { DType } from '../core/dtype.js';
import { ShapeError } from '../core/errors.js';
import { findByName } from '../core/options.js';
import { formatShape, sameShape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { div, equal, mul } from '../ops/binary.js';
import { fill } from '../ops/create.js';
import { sum } from '../ops/reduce.js';
import { reshape } from '../ops/reshape.js';
import { where } from '../ops/select.js';
import { matchRanks } from './shapes.js';

/**
 * `sumOverBatchSize` (the default) and `mean`: the sum of weighted values divided by their number, not by the sum of weights. `sum`: the
 * sum. `meanWithSampleWeight`: the sum of weighted values divided by the sum of weights. `none`: the weighted values.
 */
export type Reduction = 'sumOverBatchSize' | 'mean' | 'sum' | 'meanWithSampleWeight' | 'none';

const reductions: Record<Reduction, Reduction> = {
  sumOverBatchSize: 'sumOverBatchSize',
  mean: 'mean',
  sum: 'sum',
  meanWithSampleWeight: 'meanWithSampleWeight',
  none: 'none',
};

/** @throws ValueError naming the nearest. */
export const checkReduction = (where: string, reduction: string | null): Reduction =>
  reduction === null ? 'none' : findByName(where, 'reduction', reduction, reductions);

/** `a / b`, and 0 where b is 0. */
export function divideNoNan(a: Tensor, b: Tensor): Tensor {
  const isZero = equal(b, 0);
  return where(isZero, 0, div(a, where(isZero, 1, b)));
}

/** Weights that broadcast against `values`: one a sample, or one a value. @throws ShapeError when they fit neither way. */
function alignWeights(values: Tensor, weights: Tensor): [Tensor, Tensor] {
  const [left, right] = matchRanks(values, castTo(weights, values.dtype));
  if (right.rank === 0 || sameShape(left.shape, right.shape)) return [left, right];
  const { rank } = right;
  const leading = left.shape.slice(0, rank);
  const fits = rank <= left.rank && leading.every((size, axis) => right.shape[axis] === size || right.shape[axis] === 1);
  if (!fits) {
    throw new ShapeError(
      `sampleWeight: shape ${formatShape(weights.shape)} does not fit the losses ${formatShape(values.shape)}; expected one weight a sample`,
    );
  }
  return [left, reshape(right, [...right.shape, ...left.shape.slice(rank).map(() => 1)])];
}

/** Weights in which masked values count 0. For a mean, the others count total / valid, so that the mean is one over valid values. */
export function maskWeights(weights: Tensor | undefined, mask: Tensor, dtype: DType, reduction: Reduction): Tensor {
  const valid = castTo(mask, dtype);
  const total = sizeOf(mask.shape) as number;
  const isMean = reduction === 'mean' || reduction === 'sumOverBatchSize';
  const factors = isMean ? mul(valid, divideNoNan(fill([], total, dtype), sum(valid))) : valid;
  if (weights === undefined) return factors;
  const [left, right] = alignWeights(factors, weights);
  return mul(left, right);
}

/** The values times their weights, reduced. */
export function reduceWeighted(
  values: Tensor,
  weights: Tensor | undefined,
  mask: Tensor | undefined,
  reduction: Reduction,
): Tensor {
  const masked = mask === undefined ? weights : maskWeights(weights, mask, values.dtype, reduction);
  const [left, right] = masked === undefined ? [values, undefined] : alignWeights(values, masked);
  const weighted = right === undefined ? left : mul(left, right);
  if (reduction === 'none' || weighted.rank === 0) return weighted;
  const total = sum(weighted);
  if (reduction === 'sum') return total;
  if (reduction === 'meanWithSampleWeight' && right !== undefined) return divideNoNan(total, sum(right));
  const count = sizeOf(weighted.shape) as number;
  return count === 0 ? total : div(total, count);
}
