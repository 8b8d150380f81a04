/** @file Hinge losses: margins between classes. */

import type { Tensor } from '../graph/tensor.js';
import { add, equal, logicalOr, maximum, mul, sub } from '../ops/binary.js';
import { all, max, mean, sum } from '../ops/reduce.js';
import { where } from '../ops/select.js';
import { square } from '../ops/unary.js';
import { Loss, type LossOptions } from './loss.js';
import { matchPair } from './shapes.js';

/** Targets that are all 0 or 1 become -1 or 1; others stay. */
function signs(yTrue: Tensor): Tensor {
  const isBinary = all(logicalOr(equal(yTrue, 0), equal(yTrue, 1)));
  return where(isBinary, sub(mul(yTrue, 2), 1), yTrue);
}

function margins(name: string, yTrue: Tensor, yPred: Tensor): Tensor {
  const pair = matchPair(name, yTrue, yPred);
  return maximum(sub(1, mul(signs(pair.yTrue), pair.yPred)), 0);
}

/** `mean(max(1 - y p, 0))` over the last axis, for targets -1 and 1 (0 and 1 are converted). */
export class Hinge extends Loss {
  constructor(options?: LossOptions) {
    super(options, 'hinge');
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    return mean(margins('hinge', yTrue, yPred), -1);
  }
}

/** `mean(max(1 - y p, 0)^2)` over the last axis. */
export class SquaredHinge extends Loss {
  constructor(options?: LossOptions) {
    super(options, 'squaredHinge');
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    return mean(square(margins('squaredHinge', yTrue, yPred)), -1);
  }
}

/** `max(max((1 - y) p) - sum(y p) + 1, 0)` over the last axis, for one-hot targets. */
export class CategoricalHinge extends Loss {
  constructor(options?: LossOptions) {
    super(options, 'categoricalHinge');
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('categoricalHinge', yTrue, yPred);
    const positive = sum(mul(pair.yTrue, pair.yPred), -1);
    const negative = max(mul(sub(1, pair.yTrue), pair.yPred), -1);
    return maximum(add(sub(negative, positive), 1), 0);
  }
}
