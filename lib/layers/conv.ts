/** @file Convolution over one or two spatial axes. */

import { ShapeError, ValueError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { conv2d as convolve2d } from '../ops/conv2d.js';
import { conv1d as convolve1d } from '../ops/one_dimensional.js';
import type { Variable } from '../runtime/variable.js';
import { positiveInteger } from './check.js';
import { addFamilyWeight, familyNames, keepFamily, type WeightFamily } from './weight_family.js';
import { type CausalPadding, WindowLayer, type WindowOptions } from './window_layer.js';

export interface ConvOptions extends WindowOptions, WeightFamily<'kernel'> {
  /** Channels of the output, at least 1. */
  readonly filters: number;
  /** Independent groups of channels; divides input channels and filters. Default 1. */
  readonly groups?: number;
}

export interface Conv1dOptions extends Omit<ConvOptions, 'padding'> {
  readonly padding?: CausalPadding;
}

/** The family's base; `rank` is the number of spatial axes. */
abstract class Conv extends WindowLayer {
  static override readonly optionNames: readonly string[] = ['filters', 'groups', ...familyNames('kernel')];
  readonly filters: number;
  readonly groups: number;
  kernel: Variable | null = null;

  constructor(rank: number, options: Conv1dOptions, paddings: readonly string[]) {
    super(rank, options, paddings);
    const where = new.target.name;
    this.filters = positiveInteger(where, 'filters', options.filters);
    this.groups = positiveInteger(where, 'groups', options.groups ?? 1);
    if (this.filters % this.groups !== 0)
      throw new ValueError(`${where}: ${this.filters} filters do not divide into ${this.groups} groups`);
    keepFamily(this, 'kernel', options, 'glorotUniform');
  }

  override build(inputShape: Shape): void {
    const channels = this.fixChannels(inputShape);
    if (channels % this.groups !== 0) {
      throw new ShapeError(
        `${channels} input channels do not divide into ${this.groups} groups, received ${formatShape(inputShape)}`,
      );
    }
    this.kernel = addFamilyWeight(this, 'kernel', [...this.kernelSize, channels / this.groups, this.filters]);
    this.addBias(this.filters);
  }
}

/** See {@link conv2d}. */
export class Conv2D extends Conv {
  constructor(options: ConvOptions) {
    super(2, options, ['valid', 'same']);
  }

  override call(x: Tensor): Tensor {
    return this.finish(x, (image) => convolve2d(image, this.kernel as Variable, { ...this.window, groups: this.groups }));
  }
}

/** See {@link conv1d}. */
export class Conv1D extends Conv {
  constructor(options: Conv1dOptions) {
    super(1, options, ['valid', 'same', 'causal']);
  }

  override call(x: Tensor): Tensor {
    return this.finish(x, (steps) => convolve1d(steps, this.kernel as Variable, { ...this.window1d, groups: this.groups }));
  }
}

/**
 * Two-dimensional convolution: `y[i, j, f] = activation(bias[f] + sum of x[i * stride + a, j * stride + b, c] * kernel[a, b, c, f])`.
 *
 * Input `[batch, height, width, channels]`, output `[batch, newHeight, newWidth, filters]`; with `channelsFirst` the channels stand after the
 * batch in both. Weights: `kernel [height, width, channels / groups, filters]` (`glorotUniform` by default), `bias [filters]`.
 *
 * @throws ValueError for sizes below 1, strides with dilation, or groups that do not divide; ShapeError when an image is smaller than the window.
 * @see https://keras.io/api/layers/convolution_layers/convolution2d
 * @example
 * const maps = conv2d({ filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(images);
 */
export const conv2d = (options: ConvOptions): Conv2D => new Conv2D(options);

/**
 * One-dimensional convolution along the steps of a sequence; `padding` may also be `causal`.
 *
 * Input `[batch, steps, channels]`, output `[batch, newSteps, filters]`. Weights: `kernel [size, channels / groups, filters]`, `bias [filters]`.
 *
 * @throws ValueError and ShapeError as `conv2d` does.
 * @see https://keras.io/api/layers/convolution_layers/convolution1d
 * @example
 * const maps = conv1d({ filters: 16, kernelSize: 5, padding: 'causal' }).apply(sequences);
 */
export const conv1d = (options: Conv1dOptions): Conv1D => new Conv1D(options);
