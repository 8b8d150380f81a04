/** @file Convolution over one or two spatial axes. */

import { ShapeError, ValueError } from '../core/errors.js';
import { checkChoice } from '../core/options.js';
import { formatShape, type Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { conv2d as convolve } from '../ops/conv2d.js';
import { expandDims, squeeze } from '../ops/reshape.js';
import { channelsLast, checkDataFormat, type DataFormat } from '../ops/window.js';
import type { Variable } from '../runtime/variable.js';
import { KernelLayer, type KernelOptions } from './affine.js';
import { channelAxis, imageDimensions, positiveInteger, type Size, type SlidingPadding, sizes } from './check.js';
import { knownSize } from './input_spec.js';

export interface ConvOptions extends KernelOptions {
  /** Channels of the output, at least 1. */
  readonly filters: number;
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
  /** Independent groups of channels; divides input channels and filters. Default 1. */
  readonly groups?: number;
}

/** The family's base; `rank` is the number of spatial axes. */
abstract class Conv extends KernelLayer {
  static override readonly optionNames: readonly string[] = [
    'filters',
    'kernelSize',
    'strides',
    'padding',
    'dataFormat',
    'dilationRate',
    'groups',
  ];
  readonly filters: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'same' | 'valid' | 'causal';
  readonly dataFormat: DataFormat;
  readonly dilationRate: readonly number[];
  readonly groups: number;

  constructor(rank: number, paddings: readonly ('same' | 'valid' | 'causal')[], options: ConvOptions | Conv1dOptions) {
    super(options);
    const where = new.target.name;
    this.filters = positiveInteger(where, 'filters', options.filters);
    this.kernelSize = sizes(where, 'kernelSize', options.kernelSize, rank);
    this.strides = sizes(where, 'strides', options.strides ?? 1, rank);
    this.padding = checkChoice(where, 'padding', options.padding ?? 'valid', paddings);
    this.dataFormat = checkDataFormat(where, options.dataFormat);
    this.dilationRate = sizes(where, 'dilationRate', options.dilationRate ?? 1, rank);
    this.groups = positiveInteger(where, 'groups', options.groups ?? 1);
    checkGroups(where, this.filters, 'filters', this.groups);
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1) {
      throw new ValueError(
        `${where}: strides ${formatShape(this.strides)} and dilationRate ${formatShape(this.dilationRate)}; expected one of them to be 1`,
      );
    }
    this.inputSpec = [{ rank: rank + 2, dimensions: imageDimensions(rank, this.dataFormat) }];
  }

  override build(inputShape: Shape): void {
    const axis = channelAxis(this.dataFormat);
    const channels = knownSize(inputShape, axis, 'number of channels');
    if (channels % this.groups !== 0) {
      throw new ShapeError(`${channels} input channels do not divide into ${this.groups} groups, received ${formatShape(inputShape)}`);
    }
    this.inputSpec = this.inputSpec?.map((spec) => ({ ...spec, axes: { [axis]: channels } }));
    this.addKernel([...this.kernelSize, channels / this.groups, this.filters]);
    this.addBias(this.filters);
  }
}

function checkGroups(where: string, count: number, what: string, groups: number): void {
  if (count % groups !== 0) throw new ValueError(`${where}: ${count} ${what} do not divide into ${groups} groups`);
}

/** See {@link conv2d}. */
export class Conv2D extends Conv {
  constructor(options: ConvOptions) {
    super(2, ['valid', 'same'], options);
  }

  override call(x: Tensor): Tensor {
    const { strides, dilationRate, groups } = this;
    const padding = this.padding as 'same' | 'valid';
    const y = channelsLast(castTo(x, this.dtype), this.dataFormat, (image) =>
      this.withBias(convolve(image, this.kernel as Variable, { strides, padding, dilationRate, groups })),
    );
    return this.activation(y);
  }
}

export interface Conv1dOptions extends Omit<ConvOptions, 'padding'> {
  /** Also `causal`: padded before only, so that no output depends on later steps. */
  readonly padding?: SlidingPadding | 'causal';
}

/** See {@link conv1d}. */
export class Conv1D extends Conv {
  constructor(options: Conv1dOptions) {
    super(1, ['valid', 'same', 'causal'], options);
  }

  /** As a convolution of images one cell high. */
  override call(x: Tensor): Tensor {
    const [size, stride, dilation] = [this.kernelSize[0], this.strides[0], this.dilationRate[0]] as [number, number, number];
    const padding = this.padding === 'causal' ? [0, 0, (size - 1) * dilation, 0] : this.padding;
    const options = { strides: [1, stride], padding, dilationRate: [1, dilation], groups: this.groups } as const;
    const y = channelsLast(castTo(x, this.dtype), this.dataFormat, (steps) =>
      this.withBias(squeeze(convolve(expandDims(steps, 1), expandDims(this.kernel as Variable, 0), options), 1)),
    );
    return this.activation(y);
  }
}

/**
 * Two-dimensional convolution: `y[i, j, f] = activation(bias[f] + sum of x[i * stride + a, j * stride + b, c] * kernel[a, b, c, f])`.
 *
 * Input `[batch, height, width, channels]`, output `[batch, newHeight, newWidth, filters]`; with `channelsFirst` the channels stand after the
 * batch in both. Weights: `kernel [height, width, channels / groups, filters]`, `bias [filters]`.
 *
 * @throws ValueError for sizes below 1, strides with dilation, or groups that do not divide; ShapeError when an image is smaller than the window.
 * @see https://keras.io/api/layers/convolution_layers/convolution2d
 * @example
 * const maps = conv2d({ filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(images);
 */
export const conv2d = (options: ConvOptions): Conv2D => new Conv2D(options);

/**
 * One-dimensional convolution along the steps of a sequence.
 *
 * Input `[batch, steps, channels]`, output `[batch, newSteps, filters]`. Weights: `kernel [size, channels / groups, filters]`, `bias [filters]`.
 *
 * @throws ValueError and ShapeError as `conv2d` does.
 * @see https://keras.io/api/layers/convolution_layers/convolution1d
 * @example
 * const maps = conv1d({ filters: 16, kernelSize: 5, padding: 'causal' }).apply(sequences);
 */
export const conv1d = (options: Conv1dOptions): Conv1D => new Conv1D(options);
