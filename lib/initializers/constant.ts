/** @file Initializers without chance: zeros, ones, a constant, the identity matrix. */

import type { DType } from '../core/dtype.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { mul } from '../ops/binary.js';
import { eye, fill } from '../ops/create.js';
import { Initializer } from './initializer.js';

export interface ConstantOptions {
  /** Every element; default 0. */
  readonly value?: number;
}

/** Every element equal to `value` (default 0). */
export class Constant extends Initializer {
  readonly value: number;

  constructor(options: ConstantOptions = {}) {
    super();
    checkOptions('constant', options, ['value']);
    this.value = options.value ?? 0;
    if (typeof this.value !== 'number') throw new ValueError(`constant: value ${this.value}; expected a number`);
  }

  protected values(shape: readonly number[], dtype: DType): Tensor {
    return fill(shape, this.value, dtype);
  }

  override getConfig(): Record<string, unknown> {
    return { value: this.value };
  }
}

/** Every element 0. */
export class Zeros extends Initializer {
  protected values(shape: readonly number[], dtype: DType): Tensor {
    return fill(shape, 0, dtype);
  }
}

/** Every element 1. */
export class Ones extends Initializer {
  protected values(shape: readonly number[], dtype: DType): Tensor {
    return fill(shape, 1, dtype);
  }
}

export interface IdentityOptions {
  /** Factor of the matrix; default 1. */
  readonly gain?: number;
}

/** `gain` times the identity matrix; only for weights of two dimensions. */
export class Identity extends Initializer {
  readonly gain: number;

  constructor(options: IdentityOptions = {}) {
    super();
    checkOptions('identity', options, ['gain']);
    this.gain = options.gain ?? 1;
  }

  protected values(shape: readonly number[], dtype: DType): Tensor {
    const [rows, columns] = shape;
    if (shape.length !== 2 || rows === undefined || columns === undefined) {
      throw new ShapeError(`identity: the weight has shape ${formatShape(shape)}; expected 2 dimensions`);
    }
    return mul(eye(rows, columns, dtype), this.gain);
  }

  override getConfig(): Record<string, unknown> {
    return { gain: this.gain };
  }
}
