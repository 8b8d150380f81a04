/** @file A fully connected layer. */

import type { Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { matMul } from '../ops/matmul.js';
import type { Variable } from '../runtime/variable.js';
import { BiasLayer, type BiasOptions } from './bias_layer.js';
import { positiveInteger } from './check.js';
import { knownSize } from './input_spec.js';
import { addFamilyWeight, familyNames, keepFamily, type WeightFamily } from './weight_family.js';

export interface DenseOptions extends BiasOptions, WeightFamily<'kernel'> {
  /** Size of the output's last axis, at least 1. */
  readonly units: number;
}

/** See {@link dense}. */
export class Dense extends BiasLayer {
  static override readonly optionNames = ['units', ...familyNames('kernel')];
  readonly units: number;
  kernel: Variable | null = null;

  constructor(options: DenseOptions) {
    super(options);
    this.units = positiveInteger('Dense', 'units', options.units);
    keepFamily(this, 'kernel', options, 'glorotUniform');
    this.inputSpec = [{ minRank: 2 }];
  }

  override build(inputShape: Shape): void {
    const features = knownSize(inputShape, -1, 'number of features');
    this.inputSpec = [{ minRank: 2, axes: { [-1]: features } }];
    this.kernel = addFamilyWeight(this, 'kernel', [features, this.units]);
    this.addBias(this.units);
  }

  override call(x: Tensor): Tensor {
    return this.activation(this.withBias(matMul(castTo(x, this.computeDtype), this.kernel as Variable)));
  }
}

/**
 * A fully connected layer: `activation(x kernel + bias)` over the last axis.
 *
 * Input `[batch, ..., features]`, output `[batch, ..., units]`. Weights: `kernel [features, units]` (`glorotUniform` by default), `bias [units]`.
 *
 * @throws ValueError for `units` below 1, ShapeError when the number of features changes.
 * @see https://keras.io/api/layers/core_layers/dense
 * @example
 * const probabilities = dense({ units: 10, activation: 'softmax' }).apply(x);
 */
export const dense = (options: DenseOptions): Dense => new Dense(options);
