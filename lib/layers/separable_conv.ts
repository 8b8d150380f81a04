/** @file Depthwise convolution followed by one that mixes the channels. */

import type { Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { separableConv2d as convolve2d } from '../ops/depthwise_conv2d.js';
import { separableConv1d as convolve1d } from '../ops/one_dimensional.js';
import type { Variable } from '../runtime/variable.js';
import { positiveInteger } from './check.js';
import { addFamilyWeight, familyNames, keepFamily, type WeightFamily } from './weight_family.js';
import { type CausalPadding, WindowLayer, type WindowOptions } from './window_layer.js';

export interface SeparableConvOptions extends WindowOptions, WeightFamily<'depthwise'>, WeightFamily<'pointwise'> {
  /** Channels of the output, at least 1. */
  readonly filters: number;
  /** Channels between the two steps for each input channel, at least 1; default 1. */
  readonly depthMultiplier?: number;
}

export interface SeparableConv1dOptions extends Omit<SeparableConvOptions, 'padding'> {
  readonly padding?: CausalPadding;
}

/** The family's base; `rank` is the number of spatial axes. */
abstract class SeparableConv extends WindowLayer {
  static override readonly optionNames: readonly string[] = [
    'filters',
    'depthMultiplier',
    ...familyNames('depthwise'),
    ...familyNames('pointwise'),
  ];
  readonly filters: number;
  readonly depthMultiplier: number;
  depthwiseKernel: Variable | null = null;
  pointwiseKernel: Variable | null = null;

  constructor(rank: number, options: SeparableConv1dOptions, paddings: readonly string[]) {
    super(rank, options, paddings);
    this.filters = positiveInteger(new.target.name, 'filters', options.filters);
    this.depthMultiplier = positiveInteger(new.target.name, 'depthMultiplier', options.depthMultiplier ?? 1);
    keepFamily(this, 'depthwise', options, 'glorotUniform');
    keepFamily(this, 'pointwise', options, 'glorotUniform');
  }

  override build(inputShape: Shape): void {
    const channels = this.fixChannels(inputShape);
    const ones = this.kernelSize.map(() => 1);
    this.depthwiseKernel = addFamilyWeight(this, 'depthwise', [...this.kernelSize, channels, this.depthMultiplier], {
      name: 'depthwise_kernel',
    });
    this.pointwiseKernel = addFamilyWeight(this, 'pointwise', [...ones, channels * this.depthMultiplier, this.filters], {
      name: 'pointwise_kernel',
    });
    this.addBias(this.filters);
  }
}

/** See {@link separableConv2d}. */
export class SeparableConv2D extends SeparableConv {
  constructor(options: SeparableConvOptions) {
    super(2, options, ['valid', 'same']);
  }

  override call(x: Tensor): Tensor {
    return this.finish(x, (image) =>
      convolve2d(image, this.depthwiseKernel as Variable, this.pointwiseKernel as Variable, this.window),
    );
  }
}

/** See {@link separableConv1d}. */
export class SeparableConv1D extends SeparableConv {
  constructor(options: SeparableConv1dOptions) {
    super(1, options, ['valid', 'same', 'causal']);
  }

  override call(x: Tensor): Tensor {
    return this.finish(x, (steps) =>
      convolve1d(steps, this.depthwiseKernel as Variable, this.pointwiseKernel as Variable, this.window1d),
    );
  }
}

/**
 * Depthwise convolution, then one with windows of one cell that mixes the channels; bias and activation come at the end.
 *
 * Input `[batch, height, width, channels]`, output `[batch, newHeight, newWidth, filters]`. Weights:
 * `depthwise_kernel [height, width, channels, depthMultiplier]`, `pointwise_kernel [1, 1, channels * depthMultiplier, filters]`, `bias [filters]`.
 *
 * @throws ValueError and ShapeError as `conv2d` does.
 * @see https://keras.io/api/layers/convolution_layers/separable_convolution2d
 * @example
 * const maps = separableConv2d({ filters: 64, kernelSize: 3, padding: 'same' }).apply(images);
 */
export const separableConv2d = (options: SeparableConvOptions): SeparableConv2D => new SeparableConv2D(options);

/** `separableConv2d` along the steps of a sequence: `[batch, steps, channels]` to `[batch, newSteps, filters]`. */
export const separableConv1d = (options: SeparableConv1dOptions): SeparableConv1D => new SeparableConv1D(options);
