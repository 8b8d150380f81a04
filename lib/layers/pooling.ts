/** @file Pooling: the largest or the mean of each window. */

import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { avgPool1d, maxPool1d as maxPool1dOp } from '../ops/one_dimensional.js';
import { avgPool, maxPool } from '../ops/pool2d.js';
import { checkDataFormat, type DataFormat } from '../ops/window.js';
import { checkSlidingPadding, imageDimensions, type Size, type SlidingPadding, sizes } from './check.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

export interface PoolingOptions extends LayerOptions {
  /** Sides of the window; default 2. */
  readonly poolSize?: Size;
  /** Steps of the window; `poolSize` by default. */
  readonly strides?: Size | null;
  /** `valid` (default): inside the image only; `same`: output size `ceil(size / stride)`. */
  readonly padding?: SlidingPadding;
  /** Where the channels are; default `channelsLast`. */
  readonly dataFormat?: DataFormat;
}

/** The family's base; `rank` is the number of spatial axes. */
abstract class Pooling extends Layer {
  static override readonly optionNames: readonly string[] = ['poolSize', 'strides', 'padding', 'dataFormat'];
  readonly poolSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'same' | 'valid';
  readonly dataFormat: DataFormat;

  constructor(rank: number, options: PoolingOptions) {
    super(options);
    const where = new.target.name;
    this.poolSize = sizes(where, 'poolSize', options.poolSize ?? 2, rank);
    this.strides = sizes(where, 'strides', options.strides ?? this.poolSize, rank);
    this.padding = checkSlidingPadding(where, options.padding ?? 'valid');
    this.dataFormat = checkDataFormat(where, options.dataFormat);
    this.inputSpec = [{ rank: rank + 2, dimensions: imageDimensions(rank, this.dataFormat) }];
  }

  protected pool2d(pool: typeof maxPool, x: Tensor): Tensor {
    const { strides, padding, dataFormat } = this;
    return pool(castTo(x, this.computeDtype), this.poolSize, { strides, padding, dataFormat });
  }

  protected pool1d(pool: typeof maxPool1dOp, x: Tensor): Tensor {
    const { padding, dataFormat } = this;
    return pool(castTo(x, this.computeDtype), this.poolSize[0] as number, {
      strides: this.strides[0] as number,
      padding,
      dataFormat,
    });
  }
}

/** See {@link maxPooling2d}. */
export class MaxPooling2D extends Pooling {
  constructor(options: PoolingOptions = {}) {
    super(2, options);
  }

  override call(x: Tensor): Tensor {
    return this.pool2d(maxPool, x);
  }
}

/** See {@link averagePooling2d}. */
export class AveragePooling2D extends Pooling {
  constructor(options: PoolingOptions = {}) {
    super(2, options);
  }

  override call(x: Tensor): Tensor {
    return this.pool2d(avgPool, x);
  }
}

/** See {@link maxPooling1d}. */
export class MaxPooling1D extends Pooling {
  constructor(options: PoolingOptions = {}) {
    super(1, options);
  }

  override call(x: Tensor): Tensor {
    return this.pool1d(maxPool1dOp, x);
  }
}

/** See {@link averagePooling1d}. */
export class AveragePooling1D extends Pooling {
  constructor(options: PoolingOptions = {}) {
    super(1, options);
  }

  override call(x: Tensor): Tensor {
    return this.pool1d(avgPool1d, x);
  }
}

/**
 * The largest value of each window. Padding never wins.
 *
 * Input `[batch, height, width, channels]`, output `[batch, newHeight, newWidth, channels]`: with padding `valid`
 * `floor((size - pool) / stride) + 1`, with `same` `ceil(size / stride)`.
 *
 * @throws ValueError for sizes below 1, ShapeError when an image is smaller than the window.
 * @see https://keras.io/api/layers/pooling_layers/max_pooling2d
 * @example
 * const half = maxPooling2d({ poolSize: 2 }).apply(maps);
 */
export const maxPooling2d = (options: PoolingOptions = {}): MaxPooling2D => new MaxPooling2D(options);

/**
 * The mean of each window; cells of the padding do not count. Shapes as in `maxPooling2d`.
 *
 * @throws ValueError for sizes below 1, ShapeError when an image is smaller than the window.
 * @see https://keras.io/api/layers/pooling_layers/average_pooling2d
 * @example
 * const half = averagePooling2d().apply(maps);
 */
export const averagePooling2d = (options: PoolingOptions = {}): AveragePooling2D => new AveragePooling2D(options);

/** The largest value of each window along a sequence: `[batch, steps, channels]` to `[batch, newSteps, channels]`. */
export const maxPooling1d = (options: PoolingOptions = {}): MaxPooling1D => new MaxPooling1D(options);

/** The mean of each window along a sequence: `[batch, steps, channels]` to `[batch, newSteps, channels]`. */
export const averagePooling1d = (options: PoolingOptions = {}): AveragePooling1D => new AveragePooling1D(options);

export { averagePooling1d as avgPool1d, averagePooling2d as avgPool2d, maxPooling1d as maxPool1d, maxPooling2d as maxPool2d };
