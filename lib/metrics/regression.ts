/** @file Metrics of predicted numbers that are no losses. */

import { ShapeError, ValueError } from '../core/errors.js';
import { findByName } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { cosine } from '../losses/regression.js';
import { matchPair } from '../losses/shapes.js';
import { castTo, convert } from '../ops/apply.js';
import { add, div, greater, mul, sub } from '../ops/binary.js';
import { broadcastTo } from '../ops/broadcast.js';
import { mean, sum } from '../ops/reduce.js';
import { expandDims } from '../ops/reshape.js';
import { where } from '../ops/select.js';
import { isInf, sqrt, square } from '../ops/unary.js';
import type { Variable } from '../runtime/variable.js';
import { MeanBase, MeanOfFunction } from './mean.js';
import { Metric, type MetricOptions } from './metric.js';

/** Root of the mean of squared errors over all batches. */
export class RootMeanSquaredError extends MeanBase {
  override readonly direction = 'down';

  constructor(options: MetricOptions = {}) {
    super(options, 'rootMeanSquaredError');
  }

  update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const pair = matchPair('rootMeanSquaredError', yTrue, yPred);
    this.accumulate(square(sub(pair.yPred, pair.yTrue)), sampleWeight);
  }

  override result(): Tensor {
    return sqrt(super.result());
  }
}

export interface CosineSimilarityMetricOptions extends MetricOptions {
  /** Axis of the vectors; default -1. */
  readonly axis?: number;
}

/** Mean cosine between targets and predictions: 1 for the same direction (the loss of this name has the other sign). */
export class CosineSimilarity extends MeanOfFunction {
  override readonly direction = 'up';
  readonly axis: number;

  constructor(options: CosineSimilarityMetricOptions = {}) {
    super(options, 'cosineSimilarity', ['axis']);
    this.axis = options.axis ?? -1;
  }

  protected values(yTrue: Tensor, yPred: Tensor): Tensor {
    return cosine('cosineSimilarity', yTrue, yPred, this.axis);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), axis: this.axis };
  }
}

export type ClassAggregation = 'uniformAverage' | 'varianceWeightedAverage';

export interface R2ScoreOptions extends MetricOptions {
  /** How the outputs' scores become one; null: a score for each output. Default 'uniformAverage'. */
  readonly classAggregation?: ClassAggregation | null;
  /** Number of predictors of the adjusted score, at least 0; default 0: not adjusted. */
  readonly numRegressors?: number;
}

const aggregations: Record<ClassAggregation, ClassAggregation> = {
  uniformAverage: 'uniformAverage',
  varianceWeightedAverage: 'varianceWeightedAverage',
};

/** `1 - sum((y - p)^2) / sum((y - mean(y))^2)` of each output, for targets [samples, outputs]; 0 where the targets are constant. */
export class R2Score extends Metric {
  override readonly direction = 'up';
  readonly classAggregation: ClassAggregation | null;
  readonly numRegressors: number;
  readonly samples: Variable;
  #sums:
    | { readonly squares: Variable; readonly sum: Variable; readonly residual: Variable; readonly count: Variable }
    | undefined;

  constructor(options: R2ScoreOptions = {}) {
    super(options, 'r2Score', ['classAggregation', 'numRegressors']);
    const { classAggregation = 'uniformAverage', numRegressors = 0 } = options;
    this.classAggregation =
      classAggregation === null ? null : findByName('r2Score', 'classAggregation', classAggregation, aggregations);
    if (!(numRegressors >= 0)) throw new ValueError(`r2Score: numRegressors ${numRegressors}; expected a number of at least 0`);
    this.numRegressors = numRegressors;
    this.samples = this.addVariable('num_samples', []);
  }

  /** @throws ShapeError unless targets and predictions are [samples, outputs]. */
  update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const pair = matchPair('r2Score', yTrue, yPred);
    if (pair.yPred.rank !== 2) throw new ShapeError(`r2Score: yPred ${formatShape(yPred.shape)}; expected [samples, outputs]`);
    const [size, outputs] = pair.yPred.shape as readonly [number, number];
    this.#sums ??= {
      squares: this.addVariable('squared_sum', [outputs]),
      sum: this.addVariable('sum', [outputs]),
      residual: this.addVariable('residual', [outputs]),
      count: this.addVariable('count', [outputs]),
    };
    const { dtype } = this.samples;
    const [truth, guess] = [castTo(pair.yTrue, dtype), castTo(pair.yPred, dtype)];
    const given = castTo(sampleWeight ?? convert('r2Score', 1), dtype);
    const weight = broadcastTo(given.rank === 1 ? expandDims(given, 1) : given, truth.shape);
    const weighted = mul(truth, weight);
    const total = (variable: Variable, values: Tensor): void => variable.assign(add(variable, sum(values, 0)));
    total(this.#sums.sum, weighted);
    total(this.#sums.squares, mul(truth, weighted));
    total(this.#sums.residual, mul(square(sub(truth, guess)), weight));
    total(this.#sums.count, weight);
    this.samples.assign(add(this.samples, size * outputs));
  }

  /** Zero before the first batch. */
  result(): Tensor {
    if (this.#sums === undefined) return convert('r2Score', 0);
    const { squares, sum: total, residual, count } = this.#sums;
    const spread = sub(squares, mul(total, div(total, count)));
    const raw = sub(1, div(residual, spread));
    return this.#adjusted(this.#aggregated(where(isInf(raw), 0, raw), spread));
  }

  #aggregated(scores: Tensor, spread: Tensor): Tensor {
    if (this.classAggregation === 'uniformAverage') return mean(scores);
    if (this.classAggregation === null) return scores;
    return div(sum(mul(spread, scores)), sum(spread));
  }

  /** `1 - (1 - r) (n - 1) / (n - p - 1)`, where there are more samples than predictors. */
  #adjusted(score: Tensor): Tensor {
    if (this.numRegressors === 0) return score;
    const free = sub(sub(this.samples, this.numRegressors), 1);
    const enough = greater(free, 0);
    const adjusted = sub(1, div(mul(sub(1, score), sub(this.samples, 1)), where(enough, free, 1)));
    return where(enough, adjusted, score);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), classAggregation: this.classAggregation, numRegressors: this.numRegressors };
  }
}
