/** @file Depthwise and separable convolution, by `conv2d` in groups. */

import { ShapeError } from '../core/errors.js';
import { type Dimension, formatShape, staticShape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { convertPair, type TensorLike } from './apply.js';
import { checkRank } from './check.js';
import { type Conv2dOptions, conv2d } from './conv2d.js';
import { reshape } from './reshape.js';

export type DepthwiseConv2dOptions = Omit<Conv2dOptions, 'groups'>;

/**
 * Convolution of each channel by itself: channel c gives the channels `c * multiplier` to `c * multiplier + multiplier - 1` of the result.
 *
 * @param x - `[batch, height, width, channels]`, or as `dataFormat` says
 * @param kernel - `[kernelHeight, kernelWidth, channels, multiplier]`
 * @returns `[batch, newHeight, newWidth, channels * multiplier]`, sizes as of `conv2d`
 * @throws ShapeError when the channels differ or the kernel is larger than the image, ValueError for options out of range.
 * @example
 * const images = ones([1, 8, 8, 3]);
 * const kernel = ones([3, 3, 3, 2]);
 * const y = depthwiseConv2d(images, kernel); // [1, 6, 6, 6]
 */
export function depthwiseConv2d(x: TensorLike, kernel: TensorLike, options: DepthwiseConv2dOptions = {}): Tensor {
  const [image, weights] = convertPair('depthwiseConv2d', x, kernel);
  checkRank(
    'depthwiseConv2d',
    'kernel',
    staticShape('depthwiseConv2d kernel', weights.shape),
    'kernelHeight, kernelWidth, channels, multiplier',
  );
  const [height, width, channels, multiplier] = weights.shape as [number, number, number, number];
  const found = image.shape.at(options.dataFormat === 'channelsFirst' ? 1 : -1) as Dimension;
  if (image.rank === 4 && found !== null && found !== channels) {
    throw new ShapeError(
      `depthwiseConv2d: x ${formatShape(image.shape)} has ${found} channels, kernel ${formatShape(weights.shape)} takes ${channels}; ` +
        'the kernel is [kernelHeight, kernelWidth, channels, multiplier]',
    );
  }
  return conv2d(image, reshape(weights, [height, width, 1, channels * multiplier]), { ...options, groups: channels });
}

/**
 * Depthwise convolution, then a convolution with windows of one cell that mixes the channels (Chollet 2017, "Xception"). Strides and
 * dilation are those of the first.
 *
 * @param depthwiseKernel - `[kernelHeight, kernelWidth, channels, multiplier]`
 * @param pointwiseKernel - `[1, 1, channels * multiplier, filters]`
 * @throws ShapeError when channels do not fit, ValueError for options out of range.
 * @example
 * const images = ones([1, 8, 8, 3]);
 * const y = separableConv2d(images, ones([3, 3, 3, 2]), ones([1, 1, 6, 4])); // [1, 6, 6, 4]
 */
export function separableConv2d(
  x: TensorLike,
  depthwiseKernel: TensorLike,
  pointwiseKernel: TensorLike,
  options: DepthwiseConv2dOptions = {},
): Tensor {
  const spatial = depthwiseConv2d(x, depthwiseKernel, options);
  return conv2d(spatial, pointwiseKernel, options.dataFormat === undefined ? {} : { dataFormat: options.dataFormat });
}
