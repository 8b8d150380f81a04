/** @file Counts of hits and misses, and what is computed from them: precision and recall. */

import type { Tensor } from '../graph/tensor.js';
import { divideNoNan } from '../losses/reduction.js';
import { add } from '../ops/binary.js';
import { reshape } from '../ops/reshape.js';
import type { Variable } from '../runtime/variable.js';
import { Metric, type MetricOptions } from './metric.js';
import { type Counts, checkThresholds, countAtThresholds, lowest } from './thresholds.js';

export interface ThresholdOptions extends MetricOptions {
  /** Predictions above it are positive; a list gives a result for each; default 0.5. In [0, 1]. */
  readonly thresholds?: number | readonly number[] | null;
}

/** A single result as a scalar. */
const squeezeOne = (x: Tensor): Tensor => (x.size === 1 ? reshape(x, []) : x);

type CountName = keyof Counts;
const variableNames: Record<CountName, string> = {
  truePositives: 'true_positives',
  falsePositives: 'false_positives',
  trueNegatives: 'true_negatives',
  falseNegatives: 'false_negatives',
};

/** Counts one of the four outcomes. */
abstract class OutcomeCount extends Metric {
  readonly thresholds: readonly number[];
  readonly accumulator: Variable;
  readonly #outcome: CountName;
  readonly #given: ThresholdOptions['thresholds'];

  constructor(options: ThresholdOptions = {}, outcome: CountName) {
    super(options, outcome, ['thresholds']);
    this.#outcome = outcome;
    this.#given = options.thresholds ?? null;
    this.thresholds = checkThresholds(outcome, options.thresholds, 0.5);
    this.accumulator = this.addVariable('accumulator', [this.thresholds.length]);
  }

  update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const counts = countAtThresholds(this.#outcome, yTrue, yPred, sampleWeight, { thresholds: this.thresholds });
    this.accumulator.assign(add(this.accumulator, counts[this.#outcome]));
  }

  result(): Tensor {
    return squeezeOne(this.accumulator);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), thresholds: this.#given };
  }
}

/** Sum of the weights of ones predicted as ones. */
export class TruePositives extends OutcomeCount {
  constructor(options?: ThresholdOptions) {
    super(options, 'truePositives');
  }
}

/** Sum of the weights of zeros predicted as ones. */
export class FalsePositives extends OutcomeCount {
  constructor(options?: ThresholdOptions) {
    super(options, 'falsePositives');
  }
}

/** Sum of the weights of zeros predicted as zeros. */
export class TrueNegatives extends OutcomeCount {
  constructor(options?: ThresholdOptions) {
    super(options, 'trueNegatives');
  }
}

/** Sum of the weights of ones predicted as zeros. */
export class FalseNegatives extends OutcomeCount {
  constructor(options?: ThresholdOptions) {
    super(options, 'falseNegatives');
  }
}

export interface PrecisionOptions extends ThresholdOptions {
  /** Only the k largest predictions of a sample can be positive; without thresholds they all are. Default null. */
  readonly topK?: number | null;
  /** Only this class counts; default null: all. */
  readonly classId?: number | null;
}

/** `truePositives / (truePositives + other)`, 0 where both are 0. */
abstract class HitRate extends Metric {
  override readonly direction = 'up';
  readonly thresholds: readonly number[];
  readonly topK: number | null;
  readonly classId: number | null;
  readonly hits: Variable;
  readonly others: Variable;
  readonly #where: string;
  readonly #other: CountName;
  readonly #given: ThresholdOptions['thresholds'];

  constructor(options: PrecisionOptions = {}, where: string, other: CountName) {
    super(options, where, ['thresholds', 'topK', 'classId']);
    this.#where = where;
    this.#other = other;
    this.#given = options.thresholds ?? null;
    this.topK = options.topK ?? null;
    this.classId = options.classId ?? null;
    this.thresholds = checkThresholds(where, options.thresholds, this.topK === null ? 0.5 : lowest);
    this.hits = this.addVariable('true_positives', [this.thresholds.length]);
    this.others = this.addVariable(variableNames[other], [this.thresholds.length]);
  }

  update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const { thresholds, topK, classId } = this;
    const counts = countAtThresholds(this.#where, yTrue, yPred, sampleWeight, { thresholds, topK, classId });
    this.hits.assign(add(this.hits, counts.truePositives));
    this.others.assign(add(this.others, counts[this.#other]));
  }

  result(): Tensor {
    return squeezeOne(divideNoNan(this.hits, add(this.hits, this.others)));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), thresholds: this.#given, topK: this.topK, classId: this.classId };
  }
}

/** Share of ones among what is predicted as one. */
export class Precision extends HitRate {
  constructor(options?: PrecisionOptions) {
    super(options, 'precision', 'falsePositives');
  }
}

/** Share of ones that are predicted as one. */
export class Recall extends HitRate {
  constructor(options?: PrecisionOptions) {
    super(options, 'recall', 'falseNegatives');
  }
}
