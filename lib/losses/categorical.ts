/** @file Cross-entropies over classes. */

import { ValueError } from '../core/errors.js';
import { normalizeAxis } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { add, div, mul, notEqual, pow, sub } from '../ops/binary.js';
import { categoricalCrossentropy, sparseCategoricalCrossentropy } from '../ops/crossentropy.js';
import { clipByValue } from '../ops/rectifiers.js';
import { sum } from '../ops/reduce.js';
import { expandDims } from '../ops/reshape.js';
import { where } from '../ops/select.js';
import { softmax } from '../ops/softmax.js';
import { moveAxis } from '../ops/transpose.js';
import { log, neg } from '../ops/unary.js';
import { Loss, type LossOptions } from './loss.js';
import { matchLabels, matchPair } from './shapes.js';

/** Probabilities stay this far from 0 and 1. */
const epsilon = 1e-7;

/** `p / sum(p)` along `axis`, clipped to [1e-7, 1 - 1e-7]: a saturated probability has no gradient. */
const normalized = (probabilities: Tensor, axis: number): Tensor =>
  clipByValue(div(probabilities, sum(probabilities, axis, { keepDims: true })), epsilon, 1 - epsilon);

/** `y * (1 - s) + s / classes` */
function smoothed(yTrue: Tensor, labelSmoothing: number): Tensor {
  if (labelSmoothing === 0) return yTrue;
  return add(mul(yTrue, 1 - labelSmoothing), labelSmoothing / (yTrue.shape.at(-1) as number));
}

/** Options of cross-entropies whose targets are probabilities. */
export interface CrossentropyOptions extends LossOptions {
  /** Whether predictions are logits (any real numbers) rather than probabilities; default false. */
  readonly fromLogits?: boolean;
  /** Share of each target that is spread over all classes, in [0, 1]; default 0. */
  readonly labelSmoothing?: number;
  /** Axis of the classes; default -1. */
  readonly axis?: number;
}

/** @throws ValueError unless the smoothing is in [0, 1]. */
export function checkSmoothing(where: string, labelSmoothing = 0): number {
  if (labelSmoothing >= 0 && labelSmoothing <= 1) return labelSmoothing;
  throw new ValueError(`${where}: labelSmoothing ${labelSmoothing}; expected a number in [0, 1]`);
}

/**
 * `-sum(y * log p)` over the classes, for targets that are one-hot or probabilities. Predictions that are probabilities are first divided
 * by their sum and clipped to [1e-7, 1 - 1e-7]; logits go through log-softmax.
 */
export class CategoricalCrossentropy extends Loss {
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;

  constructor(options: CrossentropyOptions = {}) {
    const where = 'categoricalCrossentropy';
    super(options, where, ['fromLogits', 'labelSmoothing', 'axis']);
    this.fromLogits = options.fromLogits ?? false;
    this.labelSmoothing = checkSmoothing(where, options.labelSmoothing);
    this.axis = options.axis ?? -1;
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('categoricalCrossentropy', yTrue, yPred);
    const { fromLogits, axis } = this;
    return categoricalCrossentropy(smoothed(pair.yTrue, this.labelSmoothing), pair.yPred, { fromLogits, axis });
  }

  override getConfig(): Record<string, unknown> {
    const { fromLogits, labelSmoothing, axis } = this;
    return { ...super.getConfig(), fromLogits, labelSmoothing, axis };
  }
}

export interface FocalCrossentropyOptions extends CrossentropyOptions {
  /** Weight of all classes, or one a class; default 0.25. */
  readonly alpha?: number | readonly number[];
  /** How much easy samples are discounted; default 2. */
  readonly gamma?: number;
}

/** `-sum(alpha * (1 - p)^gamma * y * log p)` (Lin et al., "Focal loss for dense object detection", 2017). */
export class CategoricalFocalCrossentropy extends Loss {
  readonly alpha: number | readonly number[];
  readonly gamma: number;
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;

  constructor(options: FocalCrossentropyOptions = {}) {
    const where = 'categoricalFocalCrossentropy';
    super(options, where, ['alpha', 'gamma', 'fromLogits', 'labelSmoothing', 'axis']);
    this.alpha = options.alpha ?? 0.25;
    this.gamma = options.gamma ?? 2;
    this.fromLogits = options.fromLogits ?? false;
    this.labelSmoothing = checkSmoothing(where, options.labelSmoothing);
    this.axis = options.axis ?? -1;
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('categoricalFocalCrossentropy', yTrue, yPred);
    const target = smoothed(pair.yTrue, this.labelSmoothing);
    const probabilities = normalized(this.fromLogits ? softmax(pair.yPred, this.axis) : pair.yPred, this.axis);
    const weight = mul(pow(sub(1, probabilities), this.gamma), typeof this.alpha === 'number' ? this.alpha : [...this.alpha]);
    return sum(mul(weight, mul(neg(target), log(probabilities))), this.axis);
  }

  override getConfig(): Record<string, unknown> {
    const { alpha, gamma, fromLogits, labelSmoothing, axis } = this;
    return { ...super.getConfig(), alpha, gamma, fromLogits, labelSmoothing, axis };
  }
}

export interface SparseCrossentropyOptions extends LossOptions {
  /** Whether predictions are logits (any real numbers) rather than probabilities; default false. */
  readonly fromLogits?: boolean;
  /** A label that does not count, in the value nor in the mean; default null. */
  readonly ignoreClass?: number | null;
  /** Axis of the classes in the predictions; default -1. */
  readonly axis?: number;
}

/** `-log p[y]` for targets that are class numbers, of shape [n] or [n, 1]. Otherwise as `categoricalCrossentropy`. */
export class SparseCategoricalCrossentropy extends Loss {
  readonly fromLogits: boolean;
  readonly ignoreClass: number | null;
  readonly axis: number;

  constructor(options: SparseCrossentropyOptions = {}) {
    super(options, 'sparseCategoricalCrossentropy', ['fromLogits', 'ignoreClass', 'axis']);
    this.fromLogits = options.fromLogits ?? false;
    this.ignoreClass = options.ignoreClass ?? null;
    this.axis = options.axis ?? -1;
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const { labels, scores, valid } = this.#match(yTrue, yPred);
    const { fromLogits } = this;
    if (valid === undefined) return sparseCategoricalCrossentropy(labels, scores, { fromLogits });
    // Predictions of ignored positions are replaced first: their NaN must not reach the gradient.
    const seen = where(expandDims(valid, -1), scores, 0);
    return where(valid, sparseCategoricalCrossentropy(where(valid, labels, 0), seen, { fromLogits }), 0);
  }

  override mask(yTrue: Tensor, yPred: Tensor): Tensor | undefined {
    return this.#match(yTrue, yPred).valid;
  }

  /** Labels, predictions with the classes last, and which labels count. */
  #match(yTrue: Tensor, yPred: Tensor): { labels: Tensor; scores: Tensor; valid: Tensor | undefined } {
    const axis = normalizeAxis('sparseCategoricalCrossentropy', this.axis, yPred.rank);
    const pair = matchLabels('sparseCategoricalCrossentropy', yTrue, axis === yPred.rank - 1 ? yPred : moveAxis(yPred, axis, -1));
    const valid = this.ignoreClass === null ? undefined : notEqual(pair.yTrue, this.ignoreClass);
    return { labels: pair.yTrue, scores: pair.yPred, valid };
  }

  override getConfig(): Record<string, unknown> {
    const { fromLogits, ignoreClass, axis } = this;
    return { ...super.getConfig(), fromLogits, ignoreClass, axis };
  }
}
