/** @file Cross-entropies of independent yes-or-no targets. */

import type { Tensor } from '../graph/tensor.js';
import { add, mul, pow, sub } from '../ops/binary.js';
import { binaryCrossentropy } from '../ops/crossentropy.js';
import { mean } from '../ops/reduce.js';
import { sigmoid } from '../ops/unary.js';
import { type CrossentropyOptions, checkSmoothing } from './categorical.js';
import { Loss } from './loss.js';
import { matchPair } from './shapes.js';

/** `y * (1 - s) + s / 2` */
const smoothed = (yTrue: Tensor, labelSmoothing: number): Tensor =>
  labelSmoothing === 0 ? yTrue : add(mul(yTrue, 1 - labelSmoothing), 0.5 * labelSmoothing);

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
    return mean(binaryCrossentropy(target, pair.yPred, { fromLogits: this.fromLogits }), this.axis);
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
    const focal = mul(pow(sub(1, truth), this.gamma), binaryCrossentropy(target, probability));
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
