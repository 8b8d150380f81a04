/** @file An activation as a layer. */

import { type Activation as ActivationFunction, type ActivationIdentifier, getActivation } from '../activations/index.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

export interface ActivationOptions extends LayerOptions {
  /** A name, `relu`, or a function of a tensor. */
  readonly activation: ActivationIdentifier;
}

/** See {@link activation}. */
export class Activation extends Layer {
  static override readonly optionNames = ['activation'];
  readonly activation: ActivationFunction;

  constructor(options: ActivationOptions) {
    super(options);
    this.activation = getActivation('Activation', options.activation);
  }

  override call(x: Tensor): Tensor {
    return this.activation(castTo(x, this.computeDtype));
  }
}

/**
 * Applies an activation to every element. Input and output have the same shape; no weights.
 *
 * @throws ValueError for an unknown name, with the nearest known one.
 * @see https://keras.io/api/layers/core_layers/activation
 * @example
 * const y = activation({ activation: 'relu' }).apply(x);
 */
export const activation = (options: ActivationOptions): Activation => new Activation(options);
