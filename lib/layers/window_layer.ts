/** @file What all convolution layers share: a window that slides over an image, a bias, an activation. */

import { ValueError } from '../core/errors.js';
import { checkChoice } from '../core/options.js';
import { formatShape, type Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { channelsLast, checkDataFormat, type DataFormat } from '../ops/window.js';
import { BiasLayer, type BiasOptions } from './bias_layer.js';
import { channelAxis, imageDimensions, type Size, type SlidingPadding, sizes } from './check.js';
import { knownSize } from './input_spec.js';

export interface WindowOptions extends BiasOptions {
  /** Sides of the window. */
  readonly kernelSize: Size;
  /** Steps of the window; default 1. */
  readonly strides?: Size;
  /** `valid` (default): inside the image only; `same`: output size `ceil(size / stride)`. */
  readonly padding?: SlidingPadding;
  /** Where the channels are; default `channelsLast`. */
  readonly dataFormat?: DataFormat;
  /** Distance of the window's cells; default 1. Not above 1 together with strides above 1. */
  readonly dilationRate?: Size;
}

/** Also `causal`, for sequences: padded before only, so that no output depends on later steps. */
export type CausalPadding = SlidingPadding | 'causal';

export abstract class WindowLayer extends BiasLayer {
  static override readonly optionNames: readonly string[] = ['kernelSize', 'strides', 'padding', 'dataFormat', 'dilationRate'];
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'same' | 'valid' | 'causal';
  readonly dataFormat: DataFormat;
  readonly dilationRate: readonly number[];

  /** `rank` is the number of spatial axes. */
  constructor(
    rank: number,
    options: Omit<WindowOptions, 'padding'> & { readonly padding?: CausalPadding },
    paddings: readonly string[],
  ) {
    super(options);
    const where = new.target.name;
    this.kernelSize = sizes(where, 'kernelSize', options.kernelSize, rank);
    this.strides = sizes(where, 'strides', options.strides ?? 1, rank);
    this.padding = checkChoice(where, 'padding', options.padding ?? 'valid', paddings as ('same' | 'valid')[]);
    this.dataFormat = checkDataFormat(where, options.dataFormat);
    this.dilationRate = sizes(where, 'dilationRate', options.dilationRate ?? 1, rank);
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1) {
      throw new ValueError(
        `${where}: strides ${formatShape(this.strides)} and dilationRate ${formatShape(this.dilationRate)}; expected one of them to be 1`,
      );
    }
    this.inputSpec = [{ rank: rank + 2, dimensions: imageDimensions(rank, this.dataFormat) }];
  }

  /** The number of channels, which the weights depend on; from now on all inputs must have it. */
  protected fixChannels(inputShape: Shape): number {
    const axis = channelAxis(this.dataFormat);
    const channels = knownSize(inputShape, axis, 'number of channels');
    this.inputSpec = this.inputSpec?.map((spec) => ({ ...spec, axes: { [axis]: channels } }));
    return channels;
  }

  /** `activation(convolve(x) + bias)`, where `convolve` meets the channels last. */
  protected finish(x: Tensor, convolve: (image: Tensor) => Tensor): Tensor {
    return this.activation(
      channelsLast(castTo(x, this.computeDtype), this.dataFormat, (image) => this.withBias(convolve(image))),
    );
  }

  /** The options that the ops take; `spatial` sizes as the only number for sequences. */
  protected get window() {
    const { strides, dilationRate } = this;
    return { strides, dilationRate, padding: this.padding as 'same' | 'valid' };
  }

  protected get window1d() {
    return { strides: this.strides[0] as number, dilationRate: this.dilationRate[0] as number, padding: this.padding };
  }
}
