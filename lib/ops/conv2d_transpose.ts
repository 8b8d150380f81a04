/** @file Transposed convolution: the gradient of `conv2d` by its image, as an operation of its own. */

import { ShapeError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { type Dimension, formatShape, staticShape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { convertPair, type TensorLike } from './apply.js';
import { checkRank, type Pair, pair } from './check.js';
import { conv2dBackwardInput, windowAttributes } from './conv2d.js';
import { channelsLast, checkDataFormat, type DataFormat } from './window.js';

export interface Conv2dTransposeOptions {
  /** Distance of the input's cells in the result; 1 by default. */
  readonly strides?: Pair;
  /** `valid` by default. */
  readonly padding?: 'same' | 'valid' | 'SAME' | 'VALID';
  /** Additional cells at the bottom and the right, smaller than the strides; by default what makes `same` give `size * stride`. */
  readonly outputPadding?: Pair | null;
  /** Distance of the kernel's taps; 1 by default. */
  readonly dilationRate?: Pair;
  /** Layout of `x` and of the result; `channelsLast` by default. */
  readonly dataFormat?: DataFormat;
}

/** One axis of the result: its size, and the padding of the convolution that leads from it back to the input. */
interface TransposedAxis {
  readonly size: Dimension;
  readonly before: number;
  readonly after: number;
}

/** Keras's rule (keras.ops.conv_transpose): `extent` is the kernel's, dilated. */
function transposedAxis(
  size: Dimension,
  extent: number,
  stride: number,
  padding: string,
  outputPadding: number | undefined,
): TransposedAxis {
  // How much longer the result is than (size - 1) * stride.
  let tail: number;
  let before = 0;
  if (padding === 'valid') tail = extent + (outputPadding ?? Math.max(extent, stride) - extent);
  else {
    tail = outputPadding === undefined ? stride : (extent % 2) + outputPadding;
    const total = outputPadding === undefined ? stride + extent - 2 : extent + (extent % 2) - 2 + outputPadding;
    before = extent - 1 - Math.min(Math.ceil(total / 2), extent - 1);
  }
  // Cells at the end that no window reaches need no padding.
  return {
    size: size === null ? null : Math.max((size - 1) * stride + tail, 0),
    before,
    after: Math.max(extent - tail - before, 0),
  };
}

/**
 * Transposed convolution (Zeiler et al. 2010): every cell of `x` adds the kernel, weighted by its channels, to the result.
 *
 * @param x - `[batch, height, width, channels]`, or as `dataFormat` says
 * @param kernel - `[kernelHeight, kernelWidth, filters, channels]`
 * @returns `[batch, newHeight, newWidth, filters]`: with padding `same` `size * stride`, with `valid`
 * `(size - 1) * stride + max(kernel, stride)`; with `outputPadding` p `(size - 1) * stride + kernel % 2 + p` and
 * `(size - 1) * stride + kernel + p`
 * @throws ShapeError when the channels differ, ValueError for options out of range.
 * @example
 * const small = ones([1, 4, 4, 8]);
 * const kernel = ones([3, 3, 2, 8]);
 * const y = conv2dTranspose(small, kernel, { strides: 2, padding: 'same' }); // [1, 8, 8, 2]
 */
export function conv2dTranspose(x: TensorLike, kernel: TensorLike, options: Conv2dTransposeOptions = {}): Tensor {
  const where = 'conv2dTranspose';
  checkOptions(where, options, ['strides', 'padding', 'outputPadding', 'dilationRate', 'dataFormat']);
  const { strides = 1, padding: rule = 'valid', dilationRate = 1 } = options;
  const attributes = windowAttributes(where, { strides, padding: rule, dilationRate });
  if (typeof attributes.padding !== 'string')
    throw new ValueError(`${where}: padding is ${JSON.stringify(rule)}; expected 'same' or 'valid'`);
  const padding = attributes.padding;
  const steps = attributes.strides as readonly [number, number];
  const dilations = attributes.dilations as readonly [number, number];
  const extra = options.outputPadding == null ? undefined : pair(where, 'outputPadding', options.outputPadding, 0);
  if (extra?.some((cells, axis) => cells >= (steps[axis] as number))) {
    throw new ValueError(
      `${where}: outputPadding ${formatShape(extra)} and strides ${formatShape(steps)}; expected smaller ones than the strides`,
    );
  }
  const [image, weights] = convertPair(where, x, kernel);
  return channelsLast(image, checkDataFormat(where, options.dataFormat), (last) => {
    checkRank(where, 'x', last.shape, 'batch, height, width, channels');
    checkRank(where, 'kernel', staticShape(`${where} kernel`, weights.shape), 'kernelHeight, kernelWidth, filters, channels');
    const [batch, height, width, channels] = last.shape as [Dimension, Dimension, Dimension, Dimension];
    const [kernelHeight, kernelWidth, filters, taken] = weights.shape as [number, number, number, number];
    if (channels !== null && channels !== taken) {
      throw new ShapeError(
        `${where}: x ${formatShape(last.shape)} has ${channels} channels, kernel ${formatShape(weights.shape)} takes ${taken}; ` +
          'the kernel is [kernelHeight, kernelWidth, filters, channels]',
      );
    }
    const rows = transposedAxis(height, (kernelHeight - 1) * dilations[0] + 1, steps[0], padding, extra?.[0]);
    const columns = transposedAxis(width, (kernelWidth - 1) * dilations[1] + 1, steps[1], padding, extra?.[1]);
    return conv2dBackwardInput(weights, last, [batch, rows.size, columns.size, filters], {
      ...attributes,
      padding: [rows.before, rows.after, columns.before, columns.after],
    });
  });
}
