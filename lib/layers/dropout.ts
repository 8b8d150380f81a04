/** @file Dropout of elements and of whole maps. */

import type { Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { dropout as dropoutOp } from '../ops/dropout.js';
import { checkDataFormat, type DataFormat } from '../ops/window.js';
import { imageDimensions } from './check.js';
import type { CallOptions } from './layer_options.js';
import { checkShape } from './layer_options.js';
import { NoiseLayer, type NoiseOptions } from './noise_layer.js';

export interface RateOptions extends NoiseOptions {
  /** Probability that an element is dropped, in [0, 1]. */
  readonly rate: number;
}

export interface DropoutOptions extends RateOptions {
  /** Shape of the mask, batch included, null for the input's size: axes of size 1 are dropped together. */
  readonly noiseShape?: Shape | null;
}

/** The family's base. */
abstract class DroppingLayer extends NoiseLayer {
  static override readonly optionNames: readonly string[] = ['rate'];
  readonly rate: number;

  constructor(options: RateOptions) {
    super(options, 'rate', options.rate);
    this.rate = options.rate;
  }

  protected drop(x: Tensor, noiseShape: Shape | null, training: boolean): Tensor {
    if (!training || this.rate === 0) return x;
    return dropoutOp(castTo(x, this.computeDtype), this.rate, { seed: this.generator, noiseShape });
  }
}

/** See {@link dropout}. */
export class Dropout extends DroppingLayer {
  static override readonly optionNames = ['noiseShape'];
  readonly noiseShape: Shape | null;

  constructor(options: DropoutOptions) {
    super(options);
    this.noiseShape = options.noiseShape == null ? null : checkShape('Dropout: noiseShape', options.noiseShape);
  }

  override call(x: Tensor, { training }: CallOptions): Tensor {
    return this.drop(x, this.noiseShape, training);
  }
}

export interface SpatialDropoutOptions extends RateOptions {
  /** Where the channels are; default `channelsLast`. */
  readonly dataFormat?: DataFormat;
}

/** See {@link spatialDropout1d}. */
export class SpatialDropout1D extends DroppingLayer {
  constructor(options: RateOptions) {
    super(options);
    this.inputSpec = [{ rank: 3, dimensions: imageDimensions(1, 'channelsLast') }];
  }

  override call(x: Tensor, { training }: CallOptions): Tensor {
    return this.drop(x, [null, 1, null], training);
  }
}

/** See {@link spatialDropout2d}. */
export class SpatialDropout2D extends DroppingLayer {
  static override readonly optionNames = ['dataFormat'];
  readonly dataFormat: DataFormat;

  constructor(options: SpatialDropoutOptions) {
    super(options);
    this.dataFormat = checkDataFormat('SpatialDropout2D', options.dataFormat);
    this.inputSpec = [{ rank: 4, dimensions: imageDimensions(2, this.dataFormat) }];
  }

  override call(x: Tensor, { training }: CallOptions): Tensor {
    return this.drop(x, this.dataFormat === 'channelsFirst' ? [null, null, 1, 1] : [null, 1, 1, null], training);
  }
}

/**
 * In training, sets each element to 0 with probability `rate` and divides the others by `1 - rate`; in inference does nothing. A new mask
 * every step, reproducible by `seed`.
 *
 * @throws ValueError for a rate outside [0, 1].
 * @see Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
 * @example
 * const y = dropout({ rate: 0.5 }).apply(x);
 */
export const dropout = (options: DropoutOptions): Dropout => new Dropout(options);

/** Dropout of whole channels of sequences `[batch, steps, channels]`. */
export const spatialDropout1d = (options: RateOptions): SpatialDropout1D => new SpatialDropout1D(options);

/**
 * Dropout of whole maps: all cells of a channel of an image are dropped together.
 *
 * @throws ValueError for a rate outside [0, 1].
 * @see Tompson et al. 2014, https://arxiv.org/abs/1411.4280
 * @example
 * const y = spatialDropout2d({ rate: 0.2 }).apply(maps);
 */
export const spatialDropout2d = (options: SpatialDropoutOptions): SpatialDropout2D => new SpatialDropout2D(options);
