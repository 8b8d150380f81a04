/** @file Layers that add or multiply random numbers in training. */

import { type FloatDType, wideDType } from '../core/dtype.js';
import type { Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { add, greaterEqual, mul } from '../ops/binary.js';
import { randomNormal, randomUniform } from '../ops/random.js';
import { where } from '../ops/select.js';
import type { RateOptions } from './dropout.js';
import { type CallOptions, checkShape } from './layer_options.js';
import { NoiseLayer, type NoiseOptions } from './noise_layer.js';

export interface GaussianNoiseOptions extends NoiseOptions {
  /** Standard deviation of the noise, in [0, 1]. */
  readonly stddev: number;
}

/** See {@link gaussianNoise}. */
export class GaussianNoise extends NoiseLayer {
  static override readonly optionNames = ['stddev'];
  readonly stddev: number;

  constructor(options: GaussianNoiseOptions) {
    super(options, 'stddev', options.stddev);
    this.stddev = options.stddev;
  }

  override call(x: Tensor, { training }: CallOptions): Tensor {
    if (!training || this.stddev === 0) return x;
    return add(
      castTo(x, this.computeDtype),
      randomNormal(x.shape, { stdDev: this.stddev, dtype: this.computeDtype as FloatDType, seed: this.generator }),
    );
  }
}

/** See {@link gaussianDropout}. */
export class GaussianDropout extends NoiseLayer {
  static override readonly optionNames = ['rate'];
  readonly rate: number;

  constructor(options: RateOptions) {
    super(options, 'rate', options.rate);
    this.rate = options.rate;
  }

  override call(x: Tensor, { training }: CallOptions): Tensor {
    if (!training || this.rate === 0) return x;
    const stdDev = Math.sqrt(this.rate / (1 - this.rate));
    return mul(
      castTo(x, this.computeDtype),
      randomNormal(x.shape, { mean: 1, stdDev, dtype: this.computeDtype as FloatDType, seed: this.generator }),
    );
  }
}

export interface AlphaDropoutOptions extends RateOptions {
  /** Shape of the mask, batch included, null for the input's size. */
  readonly noiseShape?: Shape | null;
}

/** The value that SELU tends to for small x, `-alpha * scale`: what dropped elements become. */
const saturation = -1.6732632423543772 * 1.0507009873554805;

/** See {@link alphaDropout}. */
export class AlphaDropout extends NoiseLayer {
  static override readonly optionNames = ['rate', 'noiseShape'];
  readonly rate: number;
  readonly noiseShape: Shape | null;

  constructor(options: AlphaDropoutOptions) {
    super(options, 'rate', options.rate);
    this.rate = options.rate;
    this.noiseShape = options.noiseShape == null ? null : checkShape('AlphaDropout: noiseShape', options.noiseShape);
  }

  override call(x: Tensor, { training }: CallOptions): Tensor {
    const { rate } = this;
    if (!training || rate === 0) return x;
    const shape = (this.noiseShape ?? x.shape).map((size, axis) => size ?? (x.shape[axis] as number));
    const kept = greaterEqual(
      randomUniform(shape, { dtype: wideDType(this.computeDtype) as FloatDType, seed: this.generator }),
      rate,
    );
    // Scale and shift keep mean 0 and variance 1 (Klambauer et al. 2017, section "new dropout technique").
    const scale = ((1 - rate) * (1 + rate * saturation ** 2)) ** -0.5;
    return add(mul(where(kept, castTo(x, this.computeDtype), saturation), scale), -scale * saturation * rate);
  }
}

/**
 * In training, adds normally distributed noise of mean 0; in inference does nothing.
 *
 * @throws ValueError for a deviation outside [0, 1].
 * @see https://keras.io/api/layers/regularization_layers/gaussian_noise
 * @example
 * const y = gaussianNoise({ stddev: 0.1 }).apply(x);
 */
export const gaussianNoise = (options: GaussianNoiseOptions): GaussianNoise => new GaussianNoise(options);

/** In training, multiplies by noise of mean 1 and deviation `sqrt(rate / (1 - rate))` (Srivastava et al. 2014). */
export const gaussianDropout = (options: RateOptions): GaussianDropout => new GaussianDropout(options);

/** Dropout for networks of SELUs, which keeps mean and variance (Klambauer et al. 2017). */
export const alphaDropout = (options: AlphaDropoutOptions): AlphaDropout => new AlphaDropout(options);
