/** @file Constraints on the norm of the weights into each unit. Norms get 1e-7 added before a division, as in Keras. */

import { checkOptions } from '../core/options.js';
import type { Tensor } from '../graph/tensor.js';
import { add, div, maximum, mul } from '../ops/binary.js';
import { clipByValue } from '../ops/rectifiers.js';
import { sum } from '../ops/reduce.js';
import { sqrt, square } from '../ops/unary.js';
import { Constraint } from './constraint.js';

const epsilon = 1e-7;

/** Axes that a norm runs over: 0 for a dense kernel [in, out] (the default), [0, 1, 2] for a kernel [kh, kw, in, out]. */
export type NormAxis = number | readonly number[];

const norms = (weight: Tensor, axis: NormAxis): Tensor => sqrt(sum(square(weight), axis, { keepDims: true }));

/** `w * desired / (epsilon + norm)` */
const rescale = (weight: Tensor, desired: Tensor, norm: Tensor): Tensor => mul(weight, div(desired, add(norm, epsilon)));

/** No element below 0: `max(w, 0)`. */
export class NonNeg extends Constraint {
  call(weight: Tensor): Tensor {
    return maximum(weight, 0);
  }
}

export interface MaxNormOptions {
  /** Largest norm; default 2. */
  readonly maxValue?: number;
  readonly axis?: NormAxis;
}

/** Norms of at most `maxValue`: `w * clipByValue(norm, 0, maxValue) / (1e-7 + norm)`. */
export class MaxNorm extends Constraint {
  readonly maxValue: number;
  readonly axis: NormAxis;

  constructor(options: MaxNormOptions = {}) {
    super();
    checkOptions('maxNorm', options, ['maxValue', 'axis']);
    this.maxValue = options.maxValue ?? 2;
    this.axis = options.axis ?? 0;
  }

  call(weight: Tensor): Tensor {
    const norm = norms(weight, this.axis);
    return rescale(weight, clipByValue(norm, 0, this.maxValue), norm);
  }

  override getConfig(): Record<string, unknown> {
    return { maxValue: this.maxValue, axis: this.axis };
  }
}

/** Norms of 1: `w / (1e-7 + norm)`. */
export class UnitNorm extends Constraint {
  readonly axis: NormAxis;

  constructor(options: { readonly axis?: NormAxis } = {}) {
    super();
    checkOptions('unitNorm', options, ['axis']);
    this.axis = options.axis ?? 0;
  }

  call(weight: Tensor): Tensor {
    return div(weight, add(norms(weight, this.axis), epsilon));
  }

  override getConfig(): Record<string, unknown> {
    return { axis: this.axis };
  }
}

export interface MinMaxNormOptions {
  /** Smallest norm; default 0. */
  readonly minValue?: number;
  /** Largest norm; default 1. */
  readonly maxValue?: number;
  /** How far to go toward the range at each step, in [0, 1]; default 1. */
  readonly rate?: number;
  readonly axis?: NormAxis;
}

/** Norms between `minValue` and `maxValue`: the norm becomes `rate * clipByValue(norm, min, max) + (1 - rate) * norm`. */
export class MinMaxNorm extends Constraint {
  readonly minValue: number;
  readonly maxValue: number;
  readonly rate: number;
  readonly axis: NormAxis;

  constructor(options: MinMaxNormOptions = {}) {
    super();
    checkOptions('minMaxNorm', options, ['minValue', 'maxValue', 'rate', 'axis']);
    this.minValue = options.minValue ?? 0;
    this.maxValue = options.maxValue ?? 1;
    this.rate = options.rate ?? 1;
    this.axis = options.axis ?? 0;
  }

  call(weight: Tensor): Tensor {
    const norm = norms(weight, this.axis);
    const desired = add(mul(clipByValue(norm, this.minValue, this.maxValue), this.rate), mul(norm, 1 - this.rate));
    return rescale(weight, desired, norm);
  }

  override getConfig(): Record<string, unknown> {
    return { minValue: this.minValue, maxValue: this.maxValue, rate: this.rate, axis: this.axis };
  }
}
