/** @file Penalties on the size of weights. */

import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import type { Tensor } from '../graph/tensor.js';
import { add, mul } from '../ops/binary.js';
import { zeros } from '../ops/create.js';
import { sum } from '../ops/reduce.js';
import { abs, square } from '../ops/unary.js';
import { Regularizer } from './regularizer.js';

function factor(where: string, name: string, value: number): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new ValueError(`${where}: ${name} ${value}; expected a finite number of at least 0`);
}

const l1Penalty = (weight: Tensor, l1: number): Tensor => mul(sum(abs(weight)), l1);
const l2Penalty = (weight: Tensor, l2: number): Tensor => mul(sum(square(weight)), l2);

/** `l1 * sum(|w|)`; l1 defaults to 0.01. */
export class L1 extends Regularizer {
  readonly l1: number;

  constructor(options: { readonly l1?: number } = {}) {
    super();
    checkOptions('l1', options, ['l1']);
    this.l1 = factor('l1', 'l1', options.l1 ?? 0.01);
  }

  call(weight: Tensor): Tensor {
    return l1Penalty(weight, this.l1);
  }

  override getConfig(): Record<string, unknown> {
    return { l1: this.l1 };
  }
}

/** `l2 * sum(w^2)`, without a factor 1/2; l2 defaults to 0.01. */
export class L2 extends Regularizer {
  readonly l2: number;

  constructor(options: { readonly l2?: number } = {}) {
    super();
    checkOptions('l2', options, ['l2']);
    this.l2 = factor('l2', 'l2', options.l2 ?? 0.01);
  }

  call(weight: Tensor): Tensor {
    return l2Penalty(weight, this.l2);
  }

  override getConfig(): Record<string, unknown> {
    return { l2: this.l2 };
  }
}

/** `l1 * sum(|w|) + l2 * sum(w^2)`; both default to 0, and to 0.01 for the string 'l1l2'. */
export class L1L2 extends Regularizer {
  readonly l1: number;
  readonly l2: number;

  constructor(options: { readonly l1?: number; readonly l2?: number } = {}) {
    super();
    checkOptions('l1l2', options, ['l1', 'l2']);
    this.l1 = factor('l1l2', 'l1', options.l1 ?? 0);
    this.l2 = factor('l1l2', 'l2', options.l2 ?? 0);
  }

  call(weight: Tensor): Tensor {
    if (this.l1 === 0 && this.l2 === 0) return zeros([], weight.dtype);
    if (this.l2 === 0) return l1Penalty(weight, this.l1);
    if (this.l1 === 0) return l2Penalty(weight, this.l2);
    return add(l1Penalty(weight, this.l1), l2Penalty(weight, this.l2));
  }

  override getConfig(): Record<string, unknown> {
    return { l1: this.l1, l2: this.l2 };
  }
}
