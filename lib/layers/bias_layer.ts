/** @file What dense and convolution layers share: a bias and an activation at the end. */

import { type Activation, type ActivationIdentifier, getActivation } from '../activations/index.js';
import type { Tensor } from '../graph/tensor.js';
import { add } from '../ops/binary.js';
import type { Variable } from '../runtime/variable.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';
import { addFamilyWeight, familyNames, keepFamily, type WeightFamily } from './weight_family.js';

export interface BiasOptions extends LayerOptions, WeightFamily<'bias'> {
  /** Applied to the result; none by default. */
  readonly activation?: ActivationIdentifier;
  /** Whether a bias is added; default true. `biasInitializer` is `zeros` by default. */
  readonly useBias?: boolean;
}

export abstract class BiasLayer extends Layer {
  static override readonly optionNames: readonly string[] = ['activation', 'useBias', ...familyNames('bias')];
  readonly activation: Activation;
  readonly useBias: boolean;
  bias: Variable | null = null;

  constructor(options: BiasOptions) {
    super(options);
    this.activation = getActivation(new.target.name, options.activation);
    this.useBias = options.useBias ?? true;
    keepFamily(this, 'bias', options, 'zeros');
  }

  /** For `build`, after the kernels: Keras's order of weights. */
  protected addBias(size: number): void {
    if (this.useBias) this.bias = addFamilyWeight(this, 'bias', [size]);
  }

  /** `x + bias` along the last axis. */
  protected withBias(x: Tensor): Tensor {
    return this.bias === null ? x : add(x, this.bias);
  }
}
