/** @file F-scores: precision and recall in one number. */

import { ShapeError, ValueError } from '../core/errors.js';
import { checkChoice } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { matchPair } from '../losses/shapes.js';
import { castTo, convert } from '../ops/apply.js';
import { add, div, greater, greaterEqual, logicalAnd, mul, sub } from '../ops/binary.js';
import { max, mean, sum } from '../ops/reduce.js';
import { expandDims } from '../ops/reshape.js';
import { abs } from '../ops/unary.js';
import type { Variable } from '../runtime/variable.js';
import { Metric, type MetricOptions } from './metric.js';

export type Average = 'micro' | 'macro' | 'weighted';

export interface F1ScoreOptions extends MetricOptions {
  /**
   * null (default): a score for each class. 'micro': over all classes together. 'macro': mean of the classes' scores. 'weighted': mean
   * weighted by how often each class occurs.
   */
  readonly average?: Average | null;
  /** Predictions above it are positive, in (0, 1]; default null: the largest of each sample. */
  readonly threshold?: number | null;
}

export interface FBetaScoreOptions extends F1ScoreOptions {
  /** How much recall counts compared to precision, above 0; default 1. */
  readonly beta?: number;
}

const epsilon = 1e-7;
const names = ['true_positives', 'false_positives', 'false_negatives', 'intermediate_weights'] as const;

/** `(1 + beta^2) precision recall / (beta^2 precision + recall)` for targets [samples, classes] of 0 and 1, with 1e-7 in each denominator. */
export class FBetaScore extends Metric {
  override readonly direction = 'up';
  readonly average: Average | null;
  readonly threshold: number | null;
  readonly beta: number;
  readonly #where: string;
  #sums: [Variable, Variable, Variable, Variable] | undefined;

  constructor(options: FBetaScoreOptions = {}, where = 'fBetaScore') {
    super({ name: 'fbeta_score', ...options }, where, ['average', 'threshold', 'beta']);
    this.#where = where;
    const { average = null, threshold = null, beta = 1 } = options;
    this.average = average === null ? null : checkChoice<Average>(where, 'average', average, ['micro', 'macro', 'weighted']);
    if (threshold !== null && !(threshold > 0 && threshold <= 1)) {
      throw new ValueError(`${where}: threshold ${threshold}; expected a number in (0, 1]`);
    }
    if (!(beta > 0)) throw new ValueError(`${where}: beta ${beta}; expected a number above 0`);
    this.threshold = threshold;
    this.beta = beta;
  }

  /** @throws ShapeError unless targets and predictions are [samples, classes]. */
  update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    if (yTrue.rank !== 2 || yPred.rank !== 2) {
      throw new ShapeError(
        `${this.#where}: yTrue ${formatShape(yTrue.shape)} and yPred ${formatShape(yPred.shape)}; expected [samples, classes]`,
      );
    }
    const pair = matchPair(this.#where, yTrue, yPred);
    const shape = this.average === 'micro' ? [] : [yPred.shape[1] as number];
    this.#sums ??= names.map((name) => this.addVariable(name, shape)) as [Variable, Variable, Variable, Variable];
    const positive = castTo(this.#positive(pair.yPred), pair.yPred.dtype);
    const weight = sampleWeight === undefined ? undefined : expandDims(castTo(sampleWeight, positive.dtype), 1);
    const parts = [mul(positive, pair.yTrue), mul(positive, sub(1, pair.yTrue)), mul(sub(1, positive), pair.yTrue), pair.yTrue];
    this.#sums.forEach((variable, i) => {
      const part = parts[i] as Tensor;
      const weighted = weight === undefined ? part : mul(part, weight);
      variable.assign(add(variable, castTo(sum(weighted, this.average === 'micro' ? null : 0), variable.dtype)));
    });
  }

  #positive(yPred: Tensor): Tensor {
    if (this.threshold !== null) return greater(yPred, this.threshold);
    return logicalAnd(greaterEqual(yPred, max(yPred, -1, { keepDims: true })), greater(abs(yPred), 1e-9));
  }

  /** Zero before the first batch. */
  result(): Tensor {
    if (this.#sums === undefined) return convert('fBetaScore', 0);
    const [tp, fp, fn, occurrences] = this.#sums;
    const precision = div(tp, add(add(tp, fp), epsilon));
    const recall = div(tp, add(add(tp, fn), epsilon));
    const square = this.beta ** 2;
    const score = mul(div(mul(precision, recall), add(add(mul(precision, square), recall), epsilon)), 1 + square);
    if (this.average === 'weighted') return sum(mul(score, div(occurrences, add(sum(occurrences), epsilon))));
    return this.average === null ? score : mean(score);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), average: this.average, threshold: this.threshold, beta: this.beta };
  }
}

/** `2 precision recall / (precision + recall)` */
export class F1Score extends FBetaScore {
  constructor(options: F1ScoreOptions = {}) {
    if ('beta' in options) throw new ValueError("f1Score: unknown option 'beta'; use fBetaScore");
    super({ name: 'f1_score', ...options }, 'f1Score');
  }

  override getConfig(): Record<string, unknown> {
    const { beta: _, ...config } = super.getConfig();
    return config;
  }
}
