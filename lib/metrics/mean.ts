/** @file Means and sums over all samples of all batches. */

import type { DType } from '../core/dtype.js';
import type { Tensor } from '../graph/tensor.js';
import type { LossFunction } from '../losses/loss.js';
import { divideNoNan, maskWeights } from '../losses/reduction.js';
import { matchRanks } from '../losses/shapes.js';
import { castTo, convert } from '../ops/apply.js';
import { add, mul } from '../ops/binary.js';
import { broadcastTo } from '../ops/broadcast.js';
import { mean, sum } from '../ops/reduce.js';
import type { Variable } from '../runtime/variable.js';
import { Metric, type MetricOptions } from './metric.js';

/** Weights of the samples: a tensor, or one number for all. */
export type Weight = Tensor | number;

const axesFrom = (first: number, end: number): number[] => Array.from({ length: Math.max(end - first, 0) }, (_, i) => first + i);

interface Samples {
  readonly values: Tensor;
  readonly weights: Tensor | undefined;
}

/** One weighted value a sample and one weight a sample: axes after the first are reduced as in Keras. */
function samplewise(values: Tensor, weight: Weight | undefined, reduce: typeof mean, dtype: DType): Samples {
  let samples = castTo(values, dtype);
  let weights: Tensor | undefined;
  if (weight !== undefined) {
    [samples, weights] = matchRanks(samples, castTo(convert('metric', weight), dtype));
    const { rank } = weights;
    if (samples.rank > rank) samples = reduce(samples, axesFrom(rank, samples.rank));
    weights = broadcastTo(weights, samples.shape);
    samples = mul(samples, weights);
    if (rank > 1) weights = reduce(weights, axesFrom(1, rank));
  }
  if (samples.rank > 1) samples = reduce(samples, axesFrom(1, samples.rank));
  return { values: samples, weights };
}

/** Sum of weighted values and sum of weights; the result is their quotient, 0 before the first batch. */
export abstract class MeanBase extends Metric {
  readonly total: Variable;
  readonly count: Variable;

  constructor(options: MetricOptions, where: string, own: readonly string[] = []) {
    super(options, where, own);
    this.total = this.addVariable('total', []);
    this.count = this.addVariable('count', []);
  }

  protected accumulate(values: Tensor, weight?: Weight): void {
    const samples = samplewise(values, weight, mean, this.total.dtype);
    const size = samples.values.rank === 0 ? 1 : (samples.values.shape[0] as number);
    this.total.assign(add(this.total, sum(samples.values)));
    this.count.assign(add(this.count, samples.weights === undefined ? size : sum(samples.weights)));
  }

  result(): Tensor {
    return divideNoNan(this.total, this.count);
  }
}

/** Weighted mean of all values since the last reset. */
export class Mean extends MeanBase {
  constructor(options: MetricOptions = {}) {
    super(options, 'mean');
  }

  update(values: Tensor, sampleWeight?: Weight): void {
    this.accumulate(values, sampleWeight);
  }
}

/** Weighted sum of all values since the last reset. */
export class Sum extends Metric {
  readonly total: Variable;

  constructor(options: MetricOptions = {}) {
    super(options, 'sum');
    this.total = this.addVariable('total', []);
  }

  update(values: Tensor, sampleWeight?: Weight): void {
    this.total.assign(add(this.total, sum(samplewise(values, sampleWeight, sum, this.total.dtype).values)));
  }

  result(): Tensor {
    return this.total;
  }
}

/** Weighted mean of what a function of targets and predictions gives for each sample. */
export abstract class MeanOfFunction extends MeanBase {
  /** One value a sample. */
  protected abstract values(yTrue: Tensor, yPred: Tensor): Tensor;

  /** Which values count, as bool; undefined: all. */
  protected mask(_yTrue: Tensor, _yPred: Tensor): Tensor | undefined {
    return undefined;
  }

  update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    // Keras's metrics heed a loss's mask only where there are sample weights: without them, ignored labels count 0 in the mean.
    const mask = sampleWeight === undefined ? undefined : this.mask(yTrue, yPred);
    const weight = mask === undefined ? sampleWeight : maskWeights(sampleWeight, mask, this.total.dtype, 'sum');
    this.accumulate(this.values(yTrue, yPred), weight);
  }
}

/** A metric from a function: the mean of its values. */
export class MeanMetricWrapper extends MeanOfFunction {
  readonly #function: LossFunction;

  constructor(body: LossFunction, options: MetricOptions = {}) {
    super({ name: body.name || 'metric', ...options }, 'meanMetricWrapper');
    this.#function = body;
  }

  protected values(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.#function(yTrue, yPred);
  }
}
