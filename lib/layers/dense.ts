/** @file A fully connected layer. */

import type { Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { matMul } from '../ops/matmul.js';
import type { Variable } from '../runtime/variable.js';
import { KernelLayer, type KernelOptions } from './affine.js';
import { positiveInteger } from './check.js';
import { knownSize } from './input_spec.js';

export interface DenseOptions extends KernelOptions {
  /** Size of the output's last axis, at least 1. */
  readonly units: number;
}

/** See {@link dense}. */
export class Dense extends KernelLayer {
  static override readonly optionNames = ['units'];
  readonly units: number;

  constructor(options: DenseOptions) {
    super(options);
    this.units = positiveInteger('Dense', 'units', options.units);
    this.inputSpec = [{ minRank: 2 }];
  }

  override build(inputShape: Shape): void {
    const features = knownSize(inputShape, -1, 'number of features');
    this.inputSpec = [{ minRank: 2, axes: { [-1]: features } }];
    this.addKernel([features, this.units]);
    this.addBias(this.units);
  }

  override call(x: Tensor): Tensor {
    return this.activation(this.withBias(matMul(castTo(x, this.dtype), this.kernel as Variable)));
  }
}

/**
 * A fully connected layer: `activation(x kernel + bias)` over the last axis.
 *
 * Input `[batch, ..., features]`, output `[batch, ..., units]`. Weights: `kernel [features, units]`, `bias [units]`.
 *
 * @throws ValueError for `units` below 1, ShapeError when the number of features changes.
 * @see https://keras.io/api/layers/core_layers/dense
 * @example
 * const probabilities = dense({ units: 10, activation: 'softmax' }).apply(x);
 */
export const dense = (options: DenseOptions): Dense => new Dense(options);
