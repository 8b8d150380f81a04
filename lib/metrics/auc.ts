/** @file Area under a curve over thresholds: ROC, precision and recall, or their gains. */

import { ShapeError, ValueError } from '../core/errors.js';
import { findByName } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { divideNoNan } from '../losses/reduction.js';
import { convert } from '../ops/apply.js';
import { add, div, equal, greater, logicalAnd, maximum, minimum, mul, sub } from '../ops/binary.js';
import { mean, sum } from '../ops/reduce.js';
import { where } from '../ops/select.js';
import { sliceAxis } from '../ops/slice.js';
import { log, sigmoid } from '../ops/unary.js';
import type { Variable } from '../runtime/variable.js';
import { Metric, type MetricOptions } from './metric.js';
import { countAtThresholds } from './thresholds.js';

export type Curve = 'ROC' | 'PR' | 'PRGAIN';
export type SummationMethod = 'interpolation' | 'minoring' | 'majoring';

export interface AUCOptions extends MetricOptions {
  /** Thresholds that divide [0, 1], at least 2; default 200. */
  readonly numThresholds?: number;
  /** The thresholds between 0 and 1 themselves; default null: evenly distributed. */
  readonly thresholds?: readonly number[] | null;
  /** Default 'ROC'. */
  readonly curve?: Curve | 'roc' | 'pr' | 'prgain';
  /** How heights between two thresholds are chosen: their mean, the lower, the higher; default 'interpolation'. */
  readonly summationMethod?: SummationMethod;
  /** An area for each label (column), then their mean; default false: all labels together. */
  readonly multiLabel?: boolean;
  /** Weight of each label; default null: 1 each. */
  readonly labelWeights?: readonly number[] | null;
  /** Whether predictions are logits; default false. */
  readonly fromLogits?: boolean;
}

const curves: Record<Curve, Curve> = { ROC: 'ROC', PR: 'PR', PRGAIN: 'PRGAIN' };
const methods: Record<SummationMethod, SummationMethod> = {
  interpolation: 'interpolation',
  minoring: 'minoring',
  majoring: 'majoring',
};
const ownOptions = ['numThresholds', 'thresholds', 'curve', 'summationMethod', 'multiLabel', 'labelWeights', 'fromLogits'];
const epsilon = 1e-7;

interface Sums {
  readonly truePositives: Variable;
  readonly falsePositives: Variable;
  readonly trueNegatives: Variable;
  readonly falseNegatives: Variable;
}

function innerThresholds(options: AUCOptions): readonly number[] {
  const { thresholds = null, numThresholds = 200 } = options;
  if (thresholds !== null) return [...thresholds].sort((a, b) => a - b);
  if (!Number.isInteger(numThresholds) || numThresholds < 2) {
    throw new ValueError(`auc: numThresholds ${numThresholds}; expected an integer of at least 2`);
  }
  return Array.from({ length: numThresholds - 2 }, (_, i) => (i + 1) / (numThresholds - 1));
}

/**
 * Area under the curve, from counts at thresholds (200 by default), as Keras approximates it: true against false positive rate (ROC),
 * precision against recall (PR, interpolated after Davis and Goadrich, 2006), or their gains (PRGAIN; Flach and Kull, 2015).
 */
export class AUC extends Metric {
  override readonly direction = 'up';
  readonly thresholds: readonly number[];
  readonly curve: Curve;
  readonly summationMethod: SummationMethod;
  readonly multiLabel: boolean;
  readonly labelWeights: readonly number[] | null;
  readonly fromLogits: boolean;
  readonly #options: AUCOptions;
  #sums: Sums | undefined;

  constructor(options: AUCOptions = {}) {
    super(options, 'auc', ownOptions);
    this.#options = options;
    this.curve = findByName('auc', 'curve', options.curve ?? 'ROC', curves);
    this.summationMethod = findByName('auc', 'summationMethod', options.summationMethod ?? 'interpolation', methods);
    this.thresholds = [-epsilon, ...innerThresholds(options), 1 + epsilon];
    this.multiLabel = options.multiLabel ?? false;
    this.labelWeights = options.labelWeights ?? null;
    this.fromLogits = options.fromLogits ?? false;
    if (!this.multiLabel) this.#sums = this.#makeSums([this.thresholds.length]);
  }

  #makeSums(shape: readonly number[]): Sums {
    return {
      truePositives: this.addVariable('true_positives', shape),
      falsePositives: this.addVariable('false_positives', shape),
      trueNegatives: this.addVariable('true_negatives', shape),
      falseNegatives: this.addVariable('false_negatives', shape),
    };
  }

  /** @throws ShapeError when predictions with `multiLabel` are not [samples, labels]. */
  update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const { thresholds, multiLabel } = this;
    if (multiLabel && yPred.rank !== 2) {
      throw new ShapeError(`auc: predictions ${formatShape(yPred.shape)}; expected [samples, labels] with multiLabel`);
    }
    this.#sums ??= this.#makeSums([thresholds.length, yPred.shape[1] as number]);
    const labelWeights = multiLabel ? null : this.labelWeights;
    const predictions = this.fromLogits ? sigmoid(yPred) : yPred;
    const counts = countAtThresholds('auc', yTrue, predictions, sampleWeight, { thresholds, multiLabel, labelWeights });
    for (const name of Object.keys(this.#sums) as (keyof Sums)[]) {
      const variable = this.#sums[name];
      variable.assign(add(variable, counts[name]));
    }
  }

  result(): Tensor {
    const sums = this.#sums;
    if (sums === undefined) return convert('auc', 0);
    const terms =
      this.curve === 'PR' && this.summationMethod === 'interpolation' ? this.#interpolated(sums) : this.#riemann(sums);
    if (!this.multiLabel) return sum(terms);
    const byLabel = sum(terms, 0);
    if (this.labelWeights === null) return mean(byLabel);
    const weights = convert('auc', [...this.labelWeights], byLabel.dtype);
    return divideNoNan(sum(mul(byLabel, weights)), sum(weights));
  }

  /** A value at each threshold but the last, and at each but the first. */
  #sides(x: Tensor): [Tensor, Tensor] {
    const count = this.thresholds.length - 1;
    return [sliceAxis(x, 0, 0, count), sliceAxis(x, 0, 1, count)];
  }

  #riemann(sums: Sums): Tensor {
    const { x, y } = this.#points(sums);
    const [xLeft, xRight] = this.#sides(x);
    const [yLeft, yRight] = this.#sides(y);
    const heights = {
      interpolation: () => div(add(yLeft, yRight), 2),
      minoring: () => minimum(yLeft, yRight),
      majoring: () => maximum(yLeft, yRight),
    };
    return mul(sub(xLeft, xRight), heights[this.summationMethod]());
  }

  #points({ truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn }: Sums): { x: Tensor; y: Tensor } {
    const recall = divideNoNan(tp, add(tp, fn));
    if (this.curve === 'ROC') return { x: divideNoNan(fp, add(fp, tn)), y: recall };
    if (this.curve === 'PR') return { x: recall, y: divideNoNan(tp, add(tp, fp)) };
    const odds = divideNoNan(add(tp, fn), add(tn, fp));
    const gain = (misses: Tensor): Tensor => sub(1, mul(odds, divideNoNan(misses, tp)));
    const none = equal(tp, 0);
    return { x: maximum(where(none, 0, gain(fn)), 0), y: where(none, 1, gain(fp)) };
  }

  /** Areas under the precision-recall curve between thresholds, with precision interpolated along true positives. */
  #interpolated({ truePositives, falsePositives, falseNegatives }: Sums): Tensor {
    const [tpLeft, tpRight] = this.#sides(truePositives);
    const [pLeft, pRight] = this.#sides(add(truePositives, falsePositives));
    const [, fnRight] = this.#sides(falseNegatives);
    const gained = sub(tpLeft, tpRight);
    const slope = divideNoNan(gained, maximum(sub(pLeft, pRight), 0));
    const intercept = sub(tpRight, mul(slope, pRight));
    const both = logicalAnd(greater(pLeft, 0), greater(pRight, 0));
    const ratio = where(both, divideNoNan(pLeft, maximum(pRight, 0)), 1);
    return divideNoNan(mul(slope, add(gained, mul(intercept, log(ratio)))), maximum(add(tpRight, fnRight), 0));
  }

  override getConfig(): Record<string, unknown> {
    return { ...this.#options, ...super.getConfig() };
  }
}
