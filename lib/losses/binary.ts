/** @file Cross-entropies of independent yes-or-no targets. */

import type { Tensor } from '../graph/tensor.js';
import { add, mul, pow, sub } from '../ops/binary.js';
import { clipByValue } from '../ops/rectifiers.js';
import { mean } from '../ops/reduce.js';
import { log, neg, sigmoid, softplus } from '../ops/unary.js';
import { type CrossentropyOptions, checkSmoothing, epsilon } from './categorical.js';
import { Loss } from './loss.js';
import { matchPair } from './shapes.js';

/** `y * (1 - s) + s / 2` */
const smoothed = (yTrue: Tensor, labelSmoothing: number): Tensor =>
  labelSmoothing === 0 ? yTrue : add(mul(yTrue, 1 - labelSmoothing), 0.5 * labelSmoothing);

/** `-(y log p + (1 - y) log(1 - p))` of each element, with p clipped to [1e-7, 1 - 1e-7]. */
function fromProbabilities(yTrue: Tensor, yPred: Tensor): Tensor {
  const clipped = clipByValue(yPred, epsilon, 1 - epsilon);
  return neg(add(mul(yTrue, log(clipped)), mul(sub(1, yTrue), log(sub(1, clipped)))));
}

/** The same of logits x, as `y softplus(-x) + (1 - y) softplus(x)`. */
const fromLogitValues = (yTrue: Tensor, yPred: Tensor): Tensor =>
  add(mul(yTrue, softplus(neg(yPred))), mul(sub(1, yTrue), softplus(yPred)));

/** Mean over `axis` of `-(y log p + (1 - y) log(1 - p))`. Probabilities are clipped to [1e-7, 1 - 1e-7]. */
export class BinaryCrossentropy extends Loss {
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;

  constructor(options: CrossentropyOptions = {}) {
    const where = 'binaryCrossentropy';
    super(options, where, ['fromLogits', 'labelSmoothing', 'axis']);
    this.fromLogits = options.fromLogits ?? false;
    this.labelSmoothing = checkSmoothing(where, options.labelSmoothing);
    this.axis = options.axis ?? -1;
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('binaryCrossentropy', yTrue, yPred);
    const target = smoothed(pair.yTrue, this.labelSmoothing);
    return mean(this.fromLogits ? fromLogitValues(target, pair.yPred) : fromProbabilities(target, pair.yPred), this.axis);
  }

  override getConfig(): Record<string, unknown> {
    const { fromLogits, labelSmoothing, axis } = this;
    return { ...super.getConfig(), fromLogits, labelSmoothing, axis };
  }
}

export interface BinaryFocalCrossentropyOptions extends CrossentropyOptions {
  /** Weigh ones by alpha and zeros by 1 - alpha; default false. */
  readonly applyClassBalancing?: boolean;
  /** Default 0.25. */
  readonly alpha?: number;
  /** How much easy samples are discounted; default 2. */
  readonly gamma?: number;
}

/** Binary cross-entropy times `(1 - q)^gamma`, q being the probability given to the true answer (Lin et al., 2017). */
export class BinaryFocalCrossentropy extends Loss {
  readonly applyClassBalancing: boolean;
  readonly alpha: number;
  readonly gamma: number;
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;

  constructor(options: BinaryFocalCrossentropyOptions = {}) {
    const where = 'binaryFocalCrossentropy';
    super(options, where, ['applyClassBalancing', 'alpha', 'gamma', 'fromLogits', 'labelSmoothing', 'axis']);
    this.applyClassBalancing = options.applyClassBalancing ?? false;
    this.alpha = options.alpha ?? 0.25;
    this.gamma = options.gamma ?? 2;
    this.fromLogits = options.fromLogits ?? false;
    this.labelSmoothing = checkSmoothing(where, options.labelSmoothing);
    this.axis = options.axis ?? -1;
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('binaryFocalCrossentropy', yTrue, yPred);
    const target = smoothed(pair.yTrue, this.labelSmoothing);
    const probability = this.fromLogits ? sigmoid(pair.yPred) : pair.yPred;
    const truth = add(mul(target, probability), mul(sub(1, target), sub(1, probability)));
    const focal = mul(pow(sub(1, truth), this.gamma), fromProbabilities(target, probability));
    return mean(this.applyClassBalancing ? mul(this.#balance(target), focal) : focal, this.axis);
  }

  #balance(target: Tensor): Tensor {
    return add(mul(target, this.alpha), mul(sub(1, target), 1 - this.alpha));
  }

  override getConfig(): Record<string, unknown> {
    const { applyClassBalancing, alpha, gamma, fromLogits, labelSmoothing, axis } = this;
    return { ...super.getConfig(), applyClassBalancing, alpha, gamma, fromLogits, labelSmoothing, axis };
  }
}
