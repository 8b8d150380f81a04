/** @file Pooling over two axes: the largest or the mean of each window; and over whole images. */

import { ShapeError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { type Dimension, formatShape, type Shape } from '../core/shape.js';
import type { Attributes, Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convert, type TensorLike } from './apply.js';
import { mul } from './binary.js';
import { checkFloat, checkRank, type Pair, pair } from './check.js';
import { stack } from './concat.js';
import { oneHot } from './one_hot.js';
import { pad } from './pad.js';
import { argMax, max, mean, type ReduceOptions, sum } from './reduce.js';
import { slice } from './slice.js';
import { channelsLast, checkDataFormat, checkPadding, type DataFormat, type Padding, slide } from './window.js';

export interface PoolOptions {
  /** Steps of the window; the pool size by default. */
  readonly strides?: Pair | null;
  /** `valid` by default. */
  readonly padding?: Padding;
  /** Layout of `x` and of the result; `channelsLast` by default. */
  readonly dataFormat?: DataFormat;
}

interface PoolAttributes {
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: 'same' | 'valid' | readonly number[];
}

const poolOf = (attributes: Attributes): PoolAttributes => attributes as Attributes & PoolAttributes;

function pooled(where: string, { dtype, shape }: ValueType, attributes: Attributes): ValueType {
  checkFloat(where, dtype);
  checkRank(where, 'x', shape, 'batch, height, width, channels');
  const { poolSize, strides, padding } = poolOf(attributes);
  return { dtype, shape: [shape[0] as Dimension, ...slide(where, shape, poolSize, { strides, padding }), shape[3] as Dimension] };
}

const window = ({ poolSize, strides, padding }: Attributes): Attributes => ({ poolSize, strides, padding }) as Attributes;

const maxOp: Op = {
  name: 'max_pool2d',
  infer: (operands, attributes) => [pooled('maxPool', operands[0] as ValueType, attributes)],
  gradient: ({ operands: [x], outputs: [y], gradients: [g], attributes }) => [
    x && y && g ? apply1(maxBackwardOp, [x, y, g], attributes) : null,
  ],
};

const maxBackwardOp: Op = {
  name: 'max_pool2d_backward',
  infer: ([x]) => [x as ValueType],
  // Linear in dy: each window takes what flows to its maximum.
  gradient({ operands: [x], gradients: [g], attributes }) {
    return [null, null, x && g ? atMaximum(x, g, attributes) : null];
  },
};

const averageOp: Op = {
  name: 'avg_pool2d',
  infer: (operands, attributes) => [pooled('avgPool', operands[0] as ValueType, attributes)],
  gradient: ({ operands: [x], gradients: [g], attributes }) => [
    x && g ? apply1(averageBackwardOp, [g], { ...attributes, shape: x.shape }) : null,
  ],
};

const averageBackwardOp: Op = {
  name: 'avg_pool2d_backward',
  infer: ([dy], { shape }) => [{ dtype: (dy as ValueType).dtype, shape: shape as Shape }],
  gradient: ({ gradients: [g], attributes }) => [g ? apply1(averageOp, [g], window(attributes)) : null],
};

/** Cells before and after one axis, and the number of windows. */
function padding(size: number, axis: number, count: number, { poolSize, strides, padding }: PoolAttributes): [number, number] {
  if (padding === 'valid') return [0, 0];
  if (padding !== 'same') return [padding[2 * axis] as number, padding[2 * axis + 1] as number];
  const total = Math.max((count - 1) * (strides[axis] as number) + (poolSize[axis] as number) - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** The windows of `x` side by side, `[batch, rows, columns, channels, taps]`; outside the image is `outside`. */
function windows(x: Tensor, outside: number, attributes: PoolAttributes): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const { poolSize, strides } = attributes;
  const [rows, columns] = slide('maxPool', x.shape, poolSize, attributes) as [number, number];
  const [vertical, horizontal] = [padding(height, 0, rows, attributes), padding(width, 1, columns, attributes)];
  const padded = pad(x, [[0, 0], vertical, horizontal, [0, 0]], { value: outside });
  const taps = Array.from(
    { length: poolSize[0] * poolSize[1] },
    (_, tap) => [Math.floor(tap / poolSize[1]), tap % poolSize[1]] as const,
  );
  const steps = { strides: [1, ...strides, 1] };
  return stack(
    taps.map(([i, j]) => slice(padded, [0, i, j, 0], [batch, rows, columns, channels], steps)),
    -1,
  );
}

/** The element of `g` at the place of each window's first maximum of `x`. */
function atMaximum(x: Tensor, g: Tensor, attributes: Attributes): Tensor {
  const pool = poolOf(attributes);
  const taps = windows(x, Number.NEGATIVE_INFINITY, pool);
  const place = oneHot(argMax(taps, -1), pool.poolSize[0] * pool.poolSize[1], { dtype: g.dtype });
  return sum(mul(windows(g, 0, pool), place), -1);
}

function pool(where: string, op: Op, x: TensorLike, poolSize: Pair, options: PoolOptions): Tensor {
  checkOptions(where, options, ['strides', 'padding', 'dataFormat']);
  const size = pair(where, 'poolSize', poolSize);
  const attributes = {
    poolSize: size,
    strides: options.strides == null ? size : pair(where, 'strides', options.strides),
    padding: checkPadding(where, options.padding ?? 'valid'),
  };
  return channelsLast(convert(where, x), checkDataFormat(where, options.dataFormat), (last) => apply1(op, [last], attributes));
}

/**
 * Largest element of each window and channel. The gradient goes to the first maximum of a window. Padding never wins.
 *
 * @param x - `[batch, height, width, channels]`, or as `dataFormat` says
 * @param poolSize - height and width of the window
 * @returns `[batch, newHeight, newWidth, channels]`, sizes as of `conv2d`
 * @throws ShapeError when the window is larger than the image, ValueError for options out of range.
 * @example
 * const images = ones([1, 28, 28, 8]);
 * const y = maxPool(images, 2); // [1, 14, 14, 8]
 */
export function maxPool(x: TensorLike, poolSize: Pair, options: PoolOptions = {}): Tensor {
  return pool('maxPool', maxOp, x, poolSize, options);
}

/**
 * Mean of each window and channel; cells of the padding are not counted.
 *
 * @param x - `[batch, height, width, channels]`, or as `dataFormat` says
 * @param poolSize - height and width of the window
 * @returns `[batch, newHeight, newWidth, channels]`, sizes as of `conv2d`
 * @throws ShapeError when the window is larger than the image, ValueError for options out of range.
 * @example
 * const images = ones([1, 28, 28, 8]);
 * const y = avgPool(images, 3, { strides: 2, padding: 'same' }); // [1, 14, 14, 8]
 */
export function avgPool(x: TensorLike, poolSize: Pair, options: PoolOptions = {}): Tensor {
  return pool('avgPool', averageOp, x, poolSize, options);
}

export interface GlobalPoolOptions extends ReduceOptions {
  /** Layout of `x`; `channelsLast` by default. */
  readonly dataFormat?: DataFormat;
}

/** All axes but the batch and the channels. */
function spatialAxes(where: string, x: Tensor, format: DataFormat | undefined): number[] {
  if (x.rank < 3)
    throw new ShapeError(`${where}: x has shape ${formatShape(x.shape)}; expected a batch, channels and at least one axis more`);
  const first = checkDataFormat(where, format) === 'channelsFirst' ? 2 : 1;
  return Array.from({ length: x.rank - 2 }, (_, i) => i + first);
}

/** Mean over all spatial axes: `[batch, channels]`. @throws ShapeError when there is no spatial axis. */
export function globalAvgPool(x: TensorLike, options: GlobalPoolOptions = {}): Tensor {
  const images = convert('globalAvgPool', x);
  return mean(images, spatialAxes('globalAvgPool', images, options.dataFormat), { keepDims: options.keepDims ?? false });
}

/** Largest element over all spatial axes: `[batch, channels]`. Equal maxima share the gradient. @throws ShapeError when there is no spatial axis. */
export function globalMaxPool(x: TensorLike, options: GlobalPoolOptions = {}): Tensor {
  const images = convert('globalMaxPool', x);
  return max(images, spatialAxes('globalMaxPool', images, options.dataFormat), { keepDims: options.keepDims ?? false });
}
