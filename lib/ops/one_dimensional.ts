/** @file Convolution and pooling over one spatial axis: the two-dimensional ops on images of height 1. */

import { ValueError } from '../core/errors.js';
import { checkChoice, checkOptions } from '../core/options.js';
import type { Tensor } from '../graph/tensor.js';
import { convert, convertPair, type TensorLike } from './apply.js';
import { checkInteger, checkRank } from './check.js';
import { type Conv2dOptions, conv2d } from './conv2d.js';
import { conv2dTranspose } from './conv2d_transpose.js';
import { depthwiseConv2d } from './depthwise_conv2d.js';
import { avgPool, maxPool } from './pool2d.js';
import { expandDims, squeeze } from './reshape.js';
import { channelsLast, checkDataFormat, type DataFormat } from './window.js';

export interface Conv1dOptions {
  /** Step of the window; 1 by default. */
  readonly strides?: number;
  /** `valid` by default; `causal` pads in front only, so that no result depends on later inputs. */
  readonly padding?: 'same' | 'valid' | 'causal' | 'SAME' | 'VALID' | 'CAUSAL';
  /** Distance of the kernel's taps; 1 by default. */
  readonly dilationRate?: number;
  /** Input and output channels are split into so many independent groups; 1 by default. */
  readonly groups?: number;
  /** `[batch, length, channels]` or `[batch, channels, length]`; `channelsLast` by default. */
  readonly dataFormat?: DataFormat;
}

const sequenceAxes = 'batch, length, channels';
const numberOf = (name: string, value: number | readonly number[] | undefined, where: string): number =>
  checkInteger(where, name, (typeof value === 'object' && value.length === 1 ? value[0] : (value ?? 1)) as number, 1);

/** Runs `body` on `x` `[batch, length, channels]` as an image of height 1, and on its kernel as one of height 1. */
function asImage(where: string, x: Tensor, format: DataFormat | undefined, body: (image: Tensor) => Tensor): Tensor {
  return channelsLast(x, checkDataFormat(where, format), (sequence) => {
    checkRank(where, 'x', sequence.shape, sequenceAxes);
    return squeeze(body(expandDims(sequence, 1)), 1);
  });
}

/** The options of `conv2d` that mean the same. */
function imageOptions(where: string, options: Conv1dOptions, kernel: Tensor, kernelAxes: string): Conv2dOptions {
  checkOptions(where, options, ['strides', 'padding', 'dilationRate', 'groups', 'dataFormat']);
  checkRank(where, 'kernel', kernel.shape, kernelAxes);
  const strides = numberOf('strides', options.strides, where);
  const dilation = numberOf('dilationRate', options.dilationRate, where);
  const padding = checkChoice(where, 'padding', options.padding ?? 'valid', ['same', 'valid', 'causal']);
  return {
    strides: [1, strides],
    padding: padding === 'causal' ? [0, 0, ((kernel.shape[0] as number) - 1) * dilation, 0] : padding,
    dilationRate: [1, dilation],
    groups: options.groups ?? 1,
  };
}

/**
 * Convolution over one axis: `y[n, i, f] = sum over a, c of x[n, i * stride + a * dilation - before, c] * kernel[a, c, f]`.
 *
 * @param x - `[batch, length, channels]`, or as `dataFormat` says
 * @param kernel - `[kernelLength, channels / groups, filters]`
 * @returns `[batch, newLength, filters]`
 * @throws ShapeError when channels do not fit or the kernel is longer than `x`, ValueError for options out of range.
 * @example
 * const signal = ones([1, 16, 2]);
 * const y = conv1d(signal, ones([3, 2, 4]), { padding: 'causal' }); // [1, 16, 4]
 */
export function conv1d(x: TensorLike, kernel: TensorLike, options: Conv1dOptions = {}): Tensor {
  const [sequence, weights] = convertPair('conv1d', x, kernel);
  const image = imageOptions('conv1d', options, weights, 'kernelLength, channels / groups, filters');
  return asImage('conv1d', sequence, options.dataFormat, (last) => conv2d(last, expandDims(weights, 0), image));
}

/** `depthwiseConv2d` over one axis: kernel `[kernelLength, channels, multiplier]`. @throws as `conv1d`. */
export function depthwiseConv1d(x: TensorLike, kernel: TensorLike, options: Omit<Conv1dOptions, 'groups'> = {}): Tensor {
  const [sequence, weights] = convertPair('depthwiseConv1d', x, kernel);
  const { groups: _, ...image } = imageOptions('depthwiseConv1d', options, weights, 'kernelLength, channels, multiplier');
  return asImage('depthwiseConv1d', sequence, options.dataFormat, (last) => depthwiseConv2d(last, expandDims(weights, 0), image));
}

/** `separableConv2d` over one axis: kernels `[kernelLength, channels, multiplier]` and `[1, channels * multiplier, filters]`. */
export function separableConv1d(
  x: TensorLike,
  depthwiseKernel: TensorLike,
  pointwiseKernel: TensorLike,
  options: Omit<Conv1dOptions, 'groups'> = {},
): Tensor {
  const format = options.dataFormat === undefined ? {} : { dataFormat: options.dataFormat };
  return conv1d(depthwiseConv1d(x, depthwiseKernel, options), pointwiseKernel, format);
}

export interface Conv1dTransposeOptions {
  readonly strides?: number;
  readonly padding?: 'same' | 'valid' | 'SAME' | 'VALID';
  readonly outputPadding?: number | null;
  readonly dilationRate?: number;
  readonly dataFormat?: DataFormat;
}

/** `conv2dTranspose` over one axis: kernel `[kernelLength, filters, channels]`. @throws as `conv2dTranspose`. */
export function conv1dTranspose(x: TensorLike, kernel: TensorLike, options: Conv1dTransposeOptions = {}): Tensor {
  const where = 'conv1dTranspose';
  checkOptions(where, options, ['strides', 'padding', 'outputPadding', 'dilationRate', 'dataFormat']);
  const [sequence, weights] = convertPair(where, x, kernel);
  checkRank(where, 'kernel', weights.shape, 'kernelLength, filters, channels');
  return asImage(where, sequence, options.dataFormat, (last) =>
    conv2dTranspose(last, expandDims(weights, 0), {
      strides: [1, numberOf('strides', options.strides, where)],
      padding: options.padding ?? 'valid',
      outputPadding: options.outputPadding == null ? null : [0, options.outputPadding],
      dilationRate: [1, numberOf('dilationRate', options.dilationRate, where)],
    }),
  );
}

export interface Pool1dOptions {
  /** Step of the window; the pool size by default. */
  readonly strides?: number | null;
  /** `valid` by default. */
  readonly padding?: 'same' | 'valid' | 'SAME' | 'VALID';
  readonly dataFormat?: DataFormat;
}

function pool1d(where: string, pool: typeof maxPool, x: TensorLike, poolSize: number, options: Pool1dOptions): Tensor {
  checkOptions(where, options, ['strides', 'padding', 'dataFormat']);
  if (typeof poolSize !== 'number')
    throw new ValueError(`${where}: poolSize is ${JSON.stringify(poolSize)}; expected an integer`);
  const strides = options.strides ?? poolSize;
  return asImage(where, convert(where, x), options.dataFormat, (last) =>
    pool(last, [1, poolSize], { strides: [1, strides], padding: options.padding ?? 'valid' }),
  );
}

/** `maxPool` over one axis of `[batch, length, channels]`. @throws as `maxPool`. */
export const maxPool1d = (x: TensorLike, poolSize: number, options: Pool1dOptions = {}): Tensor =>
  pool1d('maxPool1d', maxPool, x, poolSize, options);

/** `avgPool` over one axis of `[batch, length, channels]`. @throws as `avgPool`. */
export const avgPool1d = (x: TensorLike, poolSize: number, options: Pool1dOptions = {}): Tensor =>
  pool1d('avgPool1d', avgPool, x, poolSize, options);
