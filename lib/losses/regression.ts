/** @file Losses of predicted numbers: a mean over the last axis of a function of the error. */

import type { Tensor } from '../graph/tensor.js';
import { add, div, lessEqual, maximum, mul, sub } from '../ops/binary.js';
import { mean, sum } from '../ops/reduce.js';
import { where } from '../ops/select.js';
import { abs, log, neg, softplus, sqrt, square } from '../ops/unary.js';
import { Loss, type LossOptions } from './loss.js';
import { matchPair } from './shapes.js';

const epsilon = 1e-7;

/** `mean((y - p)^2)` over the last axis. */
export class MeanSquaredError extends Loss {
  constructor(options?: LossOptions) {
    super(options, 'meanSquaredError');
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('meanSquaredError', yTrue, yPred);
    return mean(square(sub(pair.yTrue, pair.yPred)), -1);
  }
}

/** `mean(|y - p|)` over the last axis. */
export class MeanAbsoluteError extends Loss {
  constructor(options?: LossOptions) {
    super(options, 'meanAbsoluteError');
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('meanAbsoluteError', yTrue, yPred);
    return mean(abs(sub(pair.yTrue, pair.yPred)), -1);
  }
}

/** `100 * mean(|y - p| / max(|y|, 1e-7))` over the last axis. */
export class MeanAbsolutePercentageError extends Loss {
  constructor(options?: LossOptions) {
    super(options, 'meanAbsolutePercentageError');
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('meanAbsolutePercentageError', yTrue, yPred);
    return mul(mean(abs(div(sub(pair.yTrue, pair.yPred), maximum(abs(pair.yTrue), epsilon))), -1), 100);
  }
}

/** `mean((log(max(y, 1e-7) + 1) - log(max(p, 1e-7) + 1))^2)` over the last axis. */
export class MeanSquaredLogarithmicError extends Loss {
  constructor(options?: LossOptions) {
    super(options, 'meanSquaredLogarithmicError');
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('meanSquaredLogarithmicError', yTrue, yPred);
    const logarithm = (x: Tensor): Tensor => log(add(maximum(x, epsilon), 1));
    return mean(square(sub(logarithm(pair.yPred), logarithm(pair.yTrue))), -1);
  }
}

export interface HuberOptions extends LossOptions {
  /** Error at which the parabola becomes a line; default 1. */
  readonly delta?: number;
}

/** Mean over the last axis of `e^2 / 2` where `|e| <= delta`, else `delta |e| - delta^2 / 2`. */
export class Huber extends Loss {
  readonly delta: number;

  constructor(options: HuberOptions = {}) {
    super({ name: 'huber_loss', ...options }, 'huber', ['delta']);
    this.delta = options.delta ?? 1;
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('huber', yTrue, yPred);
    const error = sub(pair.yPred, pair.yTrue);
    const size = abs(error);
    const line = sub(mul(size, this.delta), 0.5 * this.delta * this.delta);
    return mean(where(lessEqual(size, this.delta), mul(square(error), 0.5), line), -1);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), delta: this.delta };
  }
}

/** `mean(log(cosh(p - y)))` over the last axis, as `e + softplus(-2 e) - log 2`. */
export class LogCosh extends Loss {
  constructor(options?: LossOptions) {
    super(options, 'logCosh');
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('logCosh', yTrue, yPred);
    const error = sub(pair.yPred, pair.yTrue);
    return mean(sub(add(error, softplus(mul(error, -2))), Math.LN2), -1);
  }
}

/** The cosine of the angle between targets and predictions along `axis`; norms below 1e-6 count as 1e-6. */
export function cosine(where: string, yTrue: Tensor, yPred: Tensor, axis: number): Tensor {
  const pair = matchPair(where, yTrue, yPred);
  const unit = (x: Tensor): Tensor => div(x, sqrt(maximum(sum(square(x), axis, { keepDims: true }), 1e-12)));
  return sum(mul(unit(pair.yTrue), unit(pair.yPred)), axis);
}

export interface CosineSimilarityOptions extends LossOptions {
  /** Axis of the vectors; default -1. */
  readonly axis?: number;
}

/** Minus the cosine of the angle between targets and predictions: -1 for the same direction. */
export class CosineSimilarity extends Loss {
  readonly axis: number;

  constructor(options: CosineSimilarityOptions = {}) {
    super(options, 'cosineSimilarity', ['axis']);
    this.axis = options.axis ?? -1;
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    return neg(cosine('cosineSimilarity', yTrue, yPred, this.axis));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), axis: this.axis };
  }
}
