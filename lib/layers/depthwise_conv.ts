/** @file Convolution of each channel by itself. */

import type { Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { depthwiseConv2d as convolve2d } from '../ops/depthwise_conv2d.js';
import { depthwiseConv1d as convolve1d } from '../ops/one_dimensional.js';
import type { Variable } from '../runtime/variable.js';
import { positiveInteger } from './check.js';
import { addFamilyWeight, familyNames, keepFamily, type WeightFamily } from './weight_family.js';
import { type CausalPadding, WindowLayer, type WindowOptions } from './window_layer.js';

export interface DepthwiseConvOptions extends WindowOptions, WeightFamily<'depthwise'> {
  /** Output channels for each input channel, at least 1; default 1. */
  readonly depthMultiplier?: number;
}

export interface DepthwiseConv1dOptions extends Omit<DepthwiseConvOptions, 'padding'> {
  readonly padding?: CausalPadding;
}

/** The family's base; `rank` is the number of spatial axes. */
abstract class DepthwiseConv extends WindowLayer {
  static override readonly optionNames: readonly string[] = ['depthMultiplier', ...familyNames('depthwise')];
  readonly depthMultiplier: number;
  kernel: Variable | null = null;

  constructor(rank: number, options: DepthwiseConv1dOptions, paddings: readonly string[]) {
    super(rank, options, paddings);
    this.depthMultiplier = positiveInteger(new.target.name, 'depthMultiplier', options.depthMultiplier ?? 1);
    keepFamily(this, 'depthwise', options, 'glorotUniform');
  }

  override build(inputShape: Shape): void {
    const channels = this.fixChannels(inputShape);
    this.kernel = addFamilyWeight(this, 'depthwise', [...this.kernelSize, channels, this.depthMultiplier], { name: 'kernel' });
    this.addBias(channels * this.depthMultiplier);
  }
}

/** See {@link depthwiseConv2d}. */
export class DepthwiseConv2D extends DepthwiseConv {
  constructor(options: DepthwiseConvOptions) {
    super(2, options, ['valid', 'same']);
  }

  override call(x: Tensor): Tensor {
    return this.finish(x, (image) => convolve2d(image, this.kernel as Variable, this.window));
  }
}

/** See {@link depthwiseConv1d}. */
export class DepthwiseConv1D extends DepthwiseConv {
  constructor(options: DepthwiseConv1dOptions) {
    super(1, options, ['valid', 'same', 'causal']);
  }

  override call(x: Tensor): Tensor {
    return this.finish(x, (steps) => convolve1d(steps, this.kernel as Variable, this.window1d));
  }
}

/**
 * Convolution of each channel by itself: input channel c gives the output channels `c * depthMultiplier` and following.
 *
 * Input `[batch, height, width, channels]`, output `[batch, newHeight, newWidth, channels * depthMultiplier]`. Weights:
 * `kernel [height, width, channels, depthMultiplier]` (options `depthwiseInitializer`, ...), `bias [channels * depthMultiplier]`.
 *
 * @throws ValueError and ShapeError as `conv2d` does.
 * @see https://keras.io/api/layers/convolution_layers/depthwise_convolution2d
 * @example
 * const maps = depthwiseConv2d({ kernelSize: 3, padding: 'same' }).apply(images);
 */
export const depthwiseConv2d = (options: DepthwiseConvOptions): DepthwiseConv2D => new DepthwiseConv2D(options);

/** `depthwiseConv2d` along the steps of a sequence: `[batch, steps, channels]` to `[batch, newSteps, channels * depthMultiplier]`. */
export const depthwiseConv1d = (options: DepthwiseConv1dOptions): DepthwiseConv1D => new DepthwiseConv1D(options);
