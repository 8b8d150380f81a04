/** @file Losses of overlap between masks, for segmentation. */

import type { Tensor } from '../graph/tensor.js';
import { add, div, mul, sub } from '../ops/binary.js';
import { sum } from '../ops/reduce.js';
import { Loss, type LossOptions } from './loss.js';
import { matchPair } from './shapes.js';

const epsilon = 1e-7;

export interface DiceOptions extends LossOptions {
  /** Axes that are summed over; default null: all, which makes the loss one number a batch. */
  readonly axis?: number | readonly number[] | null;
}

/** `1 - 2 sum(y p) / (sum(y) + sum(p) + 1e-7)` */
export class Dice extends Loss {
  readonly axis: number | readonly number[] | null;

  constructor(options: DiceOptions = {}) {
    super(options, 'dice', ['axis']);
    this.axis = options.axis ?? null;
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('dice', yTrue, yPred);
    const total = (x: Tensor): Tensor => sum(x, this.axis);
    const overlap = mul(total(mul(pair.yTrue, pair.yPred)), 2);
    return sub(1, div(overlap, add(add(total(pair.yTrue), total(pair.yPred)), epsilon)));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), axis: this.axis };
  }
}

export interface TverskyOptions extends DiceOptions {
  /** Weight of targets that the predictions miss; default 0.5. */
  readonly alpha?: number;
  /** Weight of predictions outside the targets; default 0.5. */
  readonly beta?: number;
}

/** `1 - sum(y p) / (sum(y p) + alpha sum(y (1 - p)) + beta sum((1 - y) p) + 1e-7)` (Salehi et al., 2017), weighed as in Keras. */
export class Tversky extends Loss {
  readonly alpha: number;
  readonly beta: number;
  readonly axis: number | readonly number[] | null;

  constructor(options: TverskyOptions = {}) {
    super(options, 'tversky', ['alpha', 'beta', 'axis']);
    this.alpha = options.alpha ?? 0.5;
    this.beta = options.beta ?? 0.5;
    this.axis = options.axis ?? null;
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    const pair = matchPair('tversky', yTrue, yPred);
    const total = (x: Tensor): Tensor => sum(x, this.axis);
    const overlap = total(mul(pair.yTrue, pair.yPred));
    const missed = mul(total(mul(sub(1, pair.yPred), pair.yTrue)), this.alpha);
    const wrong = mul(total(mul(pair.yPred, sub(1, pair.yTrue))), this.beta);
    return sub(1, div(overlap, add(add(add(overlap, missed), wrong), epsilon)));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), alpha: this.alpha, beta: this.beta, axis: this.axis };
  }
}
