/** @file Losses between distributions: Kullback-Leibler divergence and the Poisson likelihood. */

import type { Tensor } from '../graph/tensor.js';
import { add, div, mul, sub } from '../ops/binary.js';
import { clipByValue } from '../ops/rectifiers.js';
import { mean, sum } from '../ops/reduce.js';
import { log } from '../ops/unary.js';
import { Loss, type LossOptions } from './loss.js';
import { matchPair } from './shapes.js';

const epsilon = 1e-7;

/** `sum(y log(y / p))` over the last axis, both clipped to [1e-7, 1]. */
export class KLDivergence extends Loss {
  constructor(options: LossOptions = {}) {
    super({ name: 'kl_divergence', ...options }, 'klDivergence');
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('klDivergence', yTrue, yPred);
    const target = clipByValue(pair.yTrue, epsilon, 1);
    return sum(mul(target, log(div(target, clipByValue(pair.yPred, epsilon, 1)))), -1);
  }
}

/** `mean(p - y log(p + 1e-7))` over the last axis. */
export class Poisson extends Loss {
  constructor(options?: LossOptions) {
    super(options, 'poisson');
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('poisson', yTrue, yPred);
    return mean(sub(pair.yPred, mul(pair.yTrue, log(add(pair.yPred, epsilon)))), -1);
  }
}
