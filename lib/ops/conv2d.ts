/** @file `conv2d` and its two gradients, each an op of its own; they are each other's gradients, so any order of derivative works. */

import { ShapeError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { compatible, type Dimension, formatShape, type Shape, staticShape } from '../core/shape.js';
import type { Attributes, Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convertPair, type TensorLike } from './apply.js';
import { checkFloat, checkInteger, checkRank, checkSameDType, type Pair, pair } from './check.js';
import { channelsLast, checkDataFormat, checkPadding, type DataFormat, type Padding, slide } from './window.js';

export interface Conv2dOptions {
  /** Steps of the window; 1 by default. */
  readonly strides?: Pair;
  /** `valid` by default. */
  readonly padding?: Padding;
  /** Distance of the kernel's taps; 1 by default. Not above 1 together with strides above 1. */
  readonly dilationRate?: Pair;
  /** Input and output channels are split into so many independent groups; 1 by default. */
  readonly groups?: number;
  /** Layout of `x` and of the result; `channelsLast` by default. */
  readonly dataFormat?: DataFormat;
}

const known = ['strides', 'padding', 'dilationRate', 'groups', 'dataFormat'];
const windowOf = (attributes: Attributes) =>
  attributes as { strides: readonly number[]; padding: string | readonly number[]; dilations: readonly number[]; groups: number };

const imageAxes = 'batch, height, width, channels';
const kernelAxes = 'kernelHeight, kernelWidth, channels / groups, filters';

/** The result's shape, from those of the image and the kernel. */
function convolved(x: Shape, kernel: Shape, attributes: Attributes): Shape {
  const { strides, padding, dilations, groups } = windowOf(attributes);
  checkRank('conv2d', 'x', x, imageAxes);
  checkRank('conv2d', 'kernel', staticShape('conv2d kernel', kernel), kernelAxes);
  const [channels, taken, filters] = [x[3] as Dimension, kernel[2] as number, kernel[3] as number];
  if (channels !== null && channels !== taken * groups) {
    throw new ShapeError(
      `conv2d: x ${formatShape(x)} has ${channels} channels, kernel ${formatShape(kernel)} takes ${taken} in ${groups} ` +
        `${groups === 1 ? 'group' : 'groups'}; expected ${taken * groups}; the kernel is [${kernelAxes}]`,
    );
  }
  if (filters % groups !== 0) throw new ShapeError(`conv2d: ${filters} filters do not divide into ${groups} groups`);
  return [x[0] as Dimension, ...slide('conv2d', x, kernel, { strides, padding, dilations }), filters];
}

const checkFloats = (operands: readonly ValueType[]): void => {
  checkFloat('conv2d', (operands[0] as ValueType).dtype);
  checkSameDType('conv2d', operands);
};

const op: Op = {
  name: 'conv2d',
  infer(operands, attributes) {
    checkFloats(operands);
    const [x, kernel] = operands as [ValueType, ValueType];
    return [{ dtype: x.dtype, shape: convolved(x.shape, kernel.shape, attributes) }];
  },
  gradient({ operands: [x, kernel], gradients: [g], attributes }) {
    if (!x || !kernel || !g) return [null, null];
    return [conv2dBackwardInput(kernel, g, x.shape, attributes), conv2dBackwardKernel(x, g, kernel.shape, attributes)];
  },
};

/** The attribute `shape` is the image's; its batch is that of `dy`. */
const imageShape = ([, dy]: readonly ValueType[], { shape }: Attributes): Shape =>
  (shape as Shape).with(0, (dy as ValueType).shape[0] as Dimension);

function checkResult(name: string, dy: Shape, expected: Shape): void {
  if (dy.length === expected.length && dy.every((size, axis) => compatible(size, expected[axis] as Dimension))) return;
  throw new ShapeError(`${name}: dy has shape ${formatShape(dy)}; expected ${formatShape(expected)}, the result's`);
}

const backwardInputOp: Op = {
  name: 'conv2d_backward_input',
  resolve: (operands, attributes) => ({ ...attributes, shape: imageShape(operands, attributes) }),
  infer(operands, attributes) {
    checkFloats(operands);
    const [kernel, dy] = operands as [ValueType, ValueType];
    const shape = imageShape(operands, attributes);
    checkResult('conv2d_backward_input', dy.shape, convolved(shape, kernel.shape, attributes));
    return [{ dtype: dy.dtype, shape }];
  },
  gradient({ operands: [kernel, dy], gradients: [g], attributes }) {
    if (!kernel || !dy || !g) return [null, null];
    return [conv2dBackwardKernel(g, dy, kernel.shape, attributes), apply1(op, [g, kernel], window(attributes))];
  },
};

const backwardKernelOp: Op = {
  name: 'conv2d_backward_kernel',
  infer(operands, attributes) {
    checkFloats(operands);
    const [x, dy] = operands as [ValueType, ValueType];
    const shape = attributes.shape as Shape;
    checkResult('conv2d_backward_kernel', dy.shape, convolved(x.shape, shape, attributes));
    return [{ dtype: x.dtype, shape }];
  },
  gradient({ operands: [x, dy], gradients: [g], attributes }) {
    if (!x || !dy || !g) return [null, null];
    return [conv2dBackwardInput(g, dy, x.shape, attributes), apply1(op, [x, g], window(attributes))];
  },
};

/** The attributes that all three ops have. */
const window = ({ strides, padding, dilations, groups }: Attributes): Attributes =>
  ({ strides, padding, dilations, groups }) as Attributes;

/** The gradient of `conv2d` by the image of that shape; a transposed convolution. */
export function conv2dBackwardInput(kernel: Tensor, dy: Tensor, shape: Shape, attributes: Attributes): Tensor {
  return apply1(backwardInputOp, [kernel, dy], { ...window(attributes), shape });
}

/** The gradient of `conv2d` by the kernel of that shape. */
function conv2dBackwardKernel(x: Tensor, dy: Tensor, shape: Shape, attributes: Attributes): Tensor {
  return apply1(backwardKernelOp, [x, dy], { ...window(attributes), shape });
}

/** Options as attributes of the listing. */
export function windowAttributes(where: string, options: Conv2dOptions): Attributes {
  checkOptions(where, options, known);
  const strides = pair(where, 'strides', options.strides ?? 1);
  const dilations = pair(where, 'dilationRate', options.dilationRate ?? 1);
  if (Math.max(...strides) > 1 && Math.max(...dilations) > 1) {
    throw new ValueError(
      `${where}: strides ${formatShape(strides)} and dilationRate ${formatShape(dilations)}; expected one of them to be 1`,
    );
  }
  const groups = checkInteger(where, 'groups', options.groups ?? 1, 1);
  return { strides, padding: checkPadding(where, options.padding ?? 'valid'), dilations, groups };
}

/**
 * Two-dimensional convolution (cross-correlation, as in every such library: the kernel is not flipped):
 * `y[n, i, j, f] = sum over a, b, c of x[n, i * stride + a * dilation - before, j * stride + b * dilation - before, c] * kernel[a, b, c, f]`.
 *
 * @param x - `[batch, height, width, channels]`, or as `dataFormat` says
 * @param kernel - `[kernelHeight, kernelWidth, channels / groups, filters]`
 * @returns `[batch, newHeight, newWidth, filters]`: with padding `same` `ceil(size / stride)`, with `valid`
 * `floor((size - (kernel - 1) * dilation - 1) / stride) + 1`
 * @throws ShapeError when channels or groups do not fit, or the kernel is larger than the image, ValueError for options out of range.
 * @see Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning"
 * @example
 * const images = ones([1, 28, 28, 1]);
 * const kernel = ones([3, 3, 1, 8]);
 * const y = conv2d(images, kernel, { padding: 'same' }); // [1, 28, 28, 8]
 */
export function conv2d(x: TensorLike, kernel: TensorLike, options: Conv2dOptions = {}): Tensor {
  const attributes = windowAttributes('conv2d', options);
  const [image, weights] = convertPair('conv2d', x, kernel);
  const format = checkDataFormat('conv2d', options.dataFormat);
  return channelsLast(image, format, (last) => apply1(op, [last, weights], attributes));
}
