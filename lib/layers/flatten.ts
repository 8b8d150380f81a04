/** @file Joins all axes but the batch. */

import type { Tensor } from '../graph/tensor.js';
import { expandDims, flatten as flattenOp } from '../ops/reshape.js';
import { transpose } from '../ops/transpose.js';
import { checkDataFormat, type DataFormat } from '../ops/window.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

export interface FlattenOptions extends LayerOptions {
  /** With `channelsFirst` the channels are moved last before joining, so that both formats give one order. Default `channelsLast`. */
  readonly dataFormat?: DataFormat;
}

/** See {@link flatten}. */
export class Flatten extends Layer {
  static override readonly optionNames = ['dataFormat'];
  readonly dataFormat: DataFormat;

  constructor(options: FlattenOptions = {}) {
    super(options);
    this.dataFormat = checkDataFormat('Flatten', options.dataFormat);
    this.inputSpec = [{ minRank: 1 }];
  }

  override call(x: Tensor): Tensor {
    if (x.rank === 1) return expandDims(x, 1);
    if (this.dataFormat === 'channelsLast' || x.rank < 3) return flattenOp(x);
    const spatial = Array.from({ length: x.rank - 2 }, (_, i) => i + 2);
    return flattenOp(transpose(x, [0, ...spatial, 1]));
  }
}

/**
 * Joins all axes but the batch, in row-major order: `[batch, height, width, channels]` becomes `[batch, height * width * channels]`.
 *
 * @see https://keras.io/api/layers/reshaping_layers/flatten
 * @example
 * const rows = flatten().apply(images);
 */
export const flatten = (options: FlattenOptions = {}): Flatten => new Flatten(options);
