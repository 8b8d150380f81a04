/** @file Pooling over whole images and sequences. */

import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { globalAvgPool, globalMaxPool } from '../ops/pool2d.js';
import { checkDataFormat, type DataFormat } from '../ops/window.js';
import { imageDimensions } from './check.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

export interface GlobalPoolingOptions extends LayerOptions {
  /** Whether the pooled axes stay, with size 1; default false. */
  readonly keepDims?: boolean;
  /** Where the channels are; default `channelsLast`. */
  readonly dataFormat?: DataFormat;
}

/** The family's base; `rank` is the number of spatial axes. */
abstract class GlobalPooling extends Layer {
  static override readonly optionNames: readonly string[] = ['dataFormat', 'keepDims'];
  readonly keepDims: boolean;
  readonly dataFormat: DataFormat;

  constructor(rank: number, options: GlobalPoolingOptions) {
    super(options);
    this.keepDims = options.keepDims ?? false;
    this.dataFormat = checkDataFormat(new.target.name, options.dataFormat);
    this.inputSpec = [{ rank: rank + 2, dimensions: imageDimensions(rank, this.dataFormat) }];
  }

  protected pool(pool: typeof globalAvgPool, x: Tensor): Tensor {
    return pool(castTo(x, this.computeDtype), { keepDims: this.keepDims, dataFormat: this.dataFormat });
  }
}

/** See {@link globalAveragePooling2d}. */
export class GlobalAveragePooling2D extends GlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(2, options);
  }

  override call(x: Tensor): Tensor {
    return this.pool(globalAvgPool, x);
  }
}

/** See {@link globalMaxPooling2d}. */
export class GlobalMaxPooling2D extends GlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(2, options);
  }

  override call(x: Tensor): Tensor {
    return this.pool(globalMaxPool, x);
  }
}

/** See {@link globalAveragePooling1d}. */
export class GlobalAveragePooling1D extends GlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(1, options);
  }

  override call(x: Tensor): Tensor {
    return this.pool(globalAvgPool, x);
  }
}

/** See {@link globalMaxPooling1d}. */
export class GlobalMaxPooling1D extends GlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(1, options);
  }

  override call(x: Tensor): Tensor {
    return this.pool(globalMaxPool, x);
  }
}

/**
 * The mean of each channel over the whole image: `[batch, height, width, channels]` to `[batch, channels]`.
 *
 * @see https://keras.io/api/layers/pooling_layers/global_average_pooling2d
 * @example
 * const features = globalAveragePooling2d().apply(maps);
 */
export const globalAveragePooling2d = (options: GlobalPoolingOptions = {}): GlobalAveragePooling2D =>
  new GlobalAveragePooling2D(options);

/** The largest value of each channel over the whole image: `[batch, height, width, channels]` to `[batch, channels]`. */
export const globalMaxPooling2d = (options: GlobalPoolingOptions = {}): GlobalMaxPooling2D => new GlobalMaxPooling2D(options);

/** The mean of each channel over all steps: `[batch, steps, channels]` to `[batch, channels]`. */
export const globalAveragePooling1d = (options: GlobalPoolingOptions = {}): GlobalAveragePooling1D =>
  new GlobalAveragePooling1D(options);

/** The largest value of each channel over all steps: `[batch, steps, channels]` to `[batch, channels]`. */
export const globalMaxPooling1d = (options: GlobalPoolingOptions = {}): GlobalMaxPooling1D => new GlobalMaxPooling1D(options);

export {
  globalAveragePooling1d as globalAvgPool1d,
  globalAveragePooling2d as globalAvgPool2d,
  globalMaxPooling1d as globalMaxPool1d,
  globalMaxPooling2d as globalMaxPool2d,
};
