/** @file Inputs in another range. */

import { ValueError } from '../core/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo, convert } from '../ops/apply.js';
import { add, mul } from '../ops/binary.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

type Factor = number | readonly number[];

export interface RescalingOptions extends LayerOptions {
  /** A number, or one a channel (the last axis). */
  readonly scale: Factor;
  /** A number, or one a channel; default 0. */
  readonly offset?: Factor;
}

const isFactor = (value: unknown): boolean =>
  (Array.isArray(value) ? value : [value]).every((entry) => typeof entry === 'number');

/** See {@link rescaling}. */
export class Rescaling extends Layer {
  static override readonly optionNames = ['scale', 'offset'];
  readonly scale: Factor;
  readonly offset: Factor;

  constructor(options: RescalingOptions) {
    super(options);
    this.scale = options.scale;
    this.offset = options.offset ?? 0;
    if (!isFactor(this.scale) || !isFactor(this.offset)) {
      throw new ValueError(
        `Rescaling: received scale ${JSON.stringify(this.scale)} and offset ${JSON.stringify(this.offset)}; expected numbers, or lists of them`,
      );
    }
  }

  override call(x: Tensor): Tensor {
    const scaled = mul(castTo(x, this.computeDtype), this.#factor(this.scale));
    return this.offset === 0 ? scaled : add(scaled, this.#factor(this.offset));
  }

  #factor(value: Factor): Tensor | number {
    return typeof value === 'number' ? value : convert('Rescaling', [...value], this.computeDtype);
  }
}

/**
 * `x * scale + offset`, as floats. Input and output have the same shape.
 *
 * @throws ValueError unless scale and offset are numbers.
 * @see https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling
 * @example
 * const unit = rescaling({ scale: 1 / 255 }).apply(images);
 */
export const rescaling = (options: RescalingOptions): Rescaling => new Rescaling(options);
