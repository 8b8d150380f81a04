/** @file Accuracies: how often the prediction is the target. */

import { ValueError } from '../core/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { matchLabels, matchPair } from '../losses/shapes.js';
import { castTo } from '../ops/apply.js';
import { equal, greater, less } from '../ops/binary.js';
import { oneHot } from '../ops/one_hot.js';
import { argMax, sum } from '../ops/reduce.js';
import { where } from '../ops/select.js';
import { MeanOfFunction } from './mean.js';
import type { MetricOptions } from './metric.js';

/** Share of elements that are equal in targets and predictions. */
export class Accuracy extends MeanOfFunction {
  override readonly direction = 'up';

  constructor(options: MetricOptions = {}) {
    super(options, 'accuracy');
  }

  protected values(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('accuracy', yTrue, yPred);
    return equal(pair.yTrue, pair.yPred);
  }
}

export interface BinaryAccuracyOptions extends MetricOptions {
  /** Predictions above it are 1; default 0.5. */
  readonly threshold?: number;
}

/** Share of elements whose prediction lies on the target's side of the threshold. */
export class BinaryAccuracy extends MeanOfFunction {
  override readonly direction = 'up';
  readonly threshold: number;

  constructor(options: BinaryAccuracyOptions = {}) {
    super(options, 'binaryAccuracy', ['threshold']);
    this.threshold = options.threshold ?? 0.5;
  }

  protected values(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('binaryAccuracy', yTrue, yPred);
    return equal(pair.yTrue, castTo(greater(pair.yPred, this.threshold), pair.yTrue.dtype));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), threshold: this.threshold };
  }
}

/** The largest prediction's class; the first among equals. */
const predictedClass = (yPred: Tensor): Tensor => argMax(yPred, -1);

/** Share of samples whose largest prediction is at the target's largest element, for one-hot targets. */
export class CategoricalAccuracy extends MeanOfFunction {
  override readonly direction = 'up';

  constructor(options: MetricOptions = {}) {
    super(options, 'categoricalAccuracy');
  }

  protected values(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('categoricalAccuracy', yTrue, yPred);
    return equal(argMax(pair.yTrue, -1), predictedClass(pair.yPred));
  }
}

/** Share of samples whose largest prediction is at the target, for targets that are class numbers. */
export class SparseCategoricalAccuracy extends MeanOfFunction {
  override readonly direction = 'up';

  constructor(options: MetricOptions = {}) {
    super(options, 'sparseCategoricalAccuracy');
  }

  protected values(yTrue: Tensor, yPred: Tensor): Tensor {
    const { yTrue: labels, yPred: scores } = matchLabels('sparseCategoricalAccuracy', yTrue, yPred);
    return equal(labels, predictedClass(scores));
  }
}

export interface TopKOptions extends MetricOptions {
  /** How many classes count as a hit; default 5. */
  readonly k?: number;
}

/** Whether fewer than `k` predictions are larger than that of the label. */
function inTopK(labels: Tensor, yPred: Tensor, k: number): Tensor {
  const atLabel = castTo(oneHot(labels, yPred.shape.at(-1) as number), 'bool');
  const score = sum(where(atLabel, yPred, 0), -1, { keepDims: true });
  return less(sum(castTo(greater(yPred, score), 'int32'), -1), k);
}

function checkK(name: string, k = 5): number {
  if (Number.isInteger(k) && k >= 1) return k;
  throw new ValueError(`${name}: k ${k}; expected an integer of at least 1`);
}

/** Share of samples whose class is among the `k` largest predictions, for one-hot targets. */
export class TopKCategoricalAccuracy extends MeanOfFunction {
  override readonly direction = 'up';
  readonly k: number;

  constructor(options: TopKOptions = {}) {
    super(options, 'topKCategoricalAccuracy', ['k']);
    this.k = checkK('topKCategoricalAccuracy', options.k);
  }

  protected values(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('topKCategoricalAccuracy', yTrue, yPred);
    return inTopK(argMax(pair.yTrue, -1), pair.yPred, this.k);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), k: this.k };
  }
}

/** Share of samples whose class is among the `k` largest predictions, for targets that are class numbers. */
export class SparseTopKCategoricalAccuracy extends MeanOfFunction {
  override readonly direction = 'up';
  readonly k: number;

  constructor(options: TopKOptions = {}) {
    super(options, 'sparseTopKCategoricalAccuracy', ['k']);
    this.k = checkK('sparseTopKCategoricalAccuracy', options.k);
  }

  protected values(yTrue: Tensor, yPred: Tensor): Tensor {
    const { yTrue: labels, yPred: scores } = matchLabels('sparseTopKCategoricalAccuracy', yTrue, yPred);
    return inTopK(labels, scores, this.k);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), k: this.k };
  }
}
