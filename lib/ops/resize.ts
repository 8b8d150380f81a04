/** @file Larger and smaller images: up-sampling by whole factors, and resizing to any size. */

import { nearestIndices } from '../core/nearest.js';
import { checkChoice, checkOptions } from '../core/options.js';
import { type Dimension, staticShape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { convert, type TensorLike } from './apply.js';
import { add, mul, sub } from './binary.js';
import { broadcastTo } from './broadcast.js';
import { checkRank, type Pair, pair } from './check.js';
import { iota } from './create.js';
import { gather } from './gather.js';
import { matMul } from './matmul.js';
import { clipByValue, relu } from './rectifiers.js';
import { reshapeKeeping } from './reshape.js';
import { transpose } from './transpose.js';
import { abs } from './unary.js';
import { channelsLast, checkDataFormat, type DataFormat } from './window.js';

const imageAxes = 'batch, height, width, channels';

export interface ResizeOptions {
  /** `bilinear` mixes the four nearest pixels, `nearest` takes one; nearest by default. */
  readonly interpolation?: 'nearest' | 'bilinear';
  /** Layout of `x` and of the result; `channelsLast` by default. */
  readonly dataFormat?: DataFormat;
}

function images(
  where: string,
  x: TensorLike,
  options: ResizeOptions,
  body: (x: Tensor, interpolation: string) => Tensor,
): Tensor {
  checkOptions(where, options, ['interpolation', 'dataFormat']);
  const interpolation = checkChoice(where, 'interpolation', options.interpolation ?? 'nearest', ['nearest', 'bilinear']);
  return channelsLast(convert(where, x), checkDataFormat(where, options.dataFormat), (last) => {
    checkRank(where, 'x', last.shape, imageAxes);
    return body(last, interpolation);
  });
}

/**
 * Each pixel repeated `size` times in both directions, or the image interpolated to that size.
 *
 * @param x - `[batch, height, width, channels]`, or as `dataFormat` says
 * @param size - factors of the height and the width
 * @returns `[batch, height * size, width * size, channels]`
 * @throws ShapeError unless `x` has four dimensions, ValueError for factors below 1 or an unknown interpolation.
 * @example
 * const y = upSampling2d(ones([1, 4, 4, 3]), 2); // [1, 8, 8, 3]
 */
export function upSampling2d(x: TensorLike, size: Pair = 2, options: ResizeOptions = {}): Tensor {
  const factors = pair('upSampling2d', 'size', size);
  return images('upSampling2d', x, options, (last, interpolation) => {
    const [batch, height, width, channels] = last.shape as [Dimension, Dimension, Dimension, Dimension];
    if (interpolation === 'bilinear') {
      const [rows, columns] = staticShape('upSampling2d', [height, width]) as [number, number];
      return bilinear(last, rows * factors[0], columns * factors[1]);
    }
    const apart = reshapeKeeping(last, [batch, height, 1, width, 1, channels], [0, 1, -1, 2, -1, 3]);
    const filled = broadcastTo(apart, [batch, height, factors[0], width, factors[1], channels]);
    const enlarged = [height, width].map((count, axis) => (count === null ? null : count * (factors[axis] as number))) as [
      Dimension,
      Dimension,
    ];
    return reshapeKeeping(filled, [batch, ...enlarged, channels], [0, -1, -1, 5]);
  });
}

/**
 * Images in another size: pixel centres are at half integers and the border is continued, as in keras.ops.image.resize without
 * anti-aliasing.
 *
 * @param x - `[batch, height, width, channels]`, or as `dataFormat` says; of known height and width
 * @param size - new height and width
 * @returns `[batch, newHeight, newWidth, channels]`
 * @throws ShapeError unless `x` has four dimensions, ValueError for sizes below 1 or an unknown interpolation.
 * @example
 * const y = resizeImages(ones([1, 4, 6, 3]), [8, 8], { interpolation: 'bilinear' }); // [1, 8, 8, 3]
 */
export function resizeImages(x: TensorLike, size: Pair, options: ResizeOptions = {}): Tensor {
  const [rows, columns] = pair('resizeImages', 'size', size);
  return images('resizeImages', x, options, (last, interpolation) => {
    const [height, width] = staticShape('resizeImages', last.shape.slice(1, 3)) as [number, number];
    if (interpolation === 'bilinear') return bilinear(last, rows, columns);
    return gather(gather(last, nearestIndices(height, rows), 1), nearestIndices(width, columns), 2);
  });
}

/** The matrix `[after, before]` that interpolates one axis: each new pixel takes a hat one pixel wide to both sides of its place. */
function weights(before: number, after: number, like: Tensor): Tensor {
  const shape = [after, before];
  const place = sub(mul(add(iota(shape, 0, like.dtype), 0.5), before / after), 0.5);
  return relu(sub(1, abs(sub(clipByValue(place, 0, before - 1), iota(shape, 1, like.dtype)))));
}

/** Two matrix products, one an axis, on the image with the axis last. */
function bilinear(x: Tensor, rows: number, columns: number): Tensor {
  const [, height, width] = x.shape as [Dimension, number, number];
  const wide = matMul(transpose(x, [0, 3, 1, 2]), weights(width, columns, x), { transposeB: true });
  const tall = matMul(transpose(wide, [0, 1, 3, 2]), weights(height, rows, x), { transposeB: true });
  return transpose(tall, [0, 3, 2, 1]);
}
