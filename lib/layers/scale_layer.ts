/** @file What normalisations share: a trained factor `gamma` and summand `beta`. */

import { promote, wideDType } from '../core/dtype.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import type { Variable } from '../runtime/variable.js';
import { numberIn } from './check.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';
import { addFamilyWeight, familyNames, keepFamily, type WeightFamily } from './weight_family.js';

export interface ScaleOptions extends LayerOptions, WeightFamily<'gamma'>, WeightFamily<'beta'> {
  /** Added to the variance, so that the root is not 0; default 1e-3. */
  readonly epsilon?: number;
  /** Whether `beta` is added; default true. It is `zeros` by default. */
  readonly center?: boolean;
  /** Whether the result is multiplied by `gamma`; default true. It is `ones` by default. */
  readonly scale?: boolean;
}

export abstract class ScaleLayer extends Layer {
  static override readonly optionNames: readonly string[] = [
    'epsilon',
    'center',
    'scale',
    ...familyNames('gamma'),
    ...familyNames('beta'),
  ];
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  gamma: Variable | null = null;
  beta: Variable | null = null;

  constructor(options: ScaleOptions) {
    super(options);
    this.epsilon = numberIn(new.target.name, 'epsilon', options.epsilon ?? 1e-3, 0, Number.POSITIVE_INFINITY);
    this.center = options.center ?? true;
    this.scale = options.scale ?? true;
    keepFamily(this, 'gamma', options, 'ones');
    keepFamily(this, 'beta', options, 'zeros');
  }

  /** What statistics are taken of: the input as floats of at least 32 bits, since squares of 16 overflow. The result is cast back. */
  protected widened(input: Tensor): Tensor {
    return castTo(input, wideDType(promote(input.dtype, this.computeDtype)));
  }

  /** For `build`: gamma, then beta, as in Keras. They enter computations in float32, not in the layer's 16 bits. */
  protected addScale(shape: readonly number[]): void {
    if (this.scale) this.gamma = addFamilyWeight(this, 'gamma', shape, { autocast: false });
    if (this.center) this.beta = addFamilyWeight(this, 'beta', shape, { autocast: false });
  }
}
