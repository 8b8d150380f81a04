/** @file Keras's operations as ops (keras/src/ops/numpy.py, nn.py, core.py, math.py). */

import type { DType } from '../core/dtype.js';
import type { Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { Config } from '../layers/config.js';
import * as ops from '../ops/index.js';
import { indexReading } from './index_operations.js';
import type { Read } from './operation_forms.js';
import { windowReading } from './window_operations.js';

const reduceBy =
  (op: typeof ops.sum): Read =>
  ([x], { axis, keepdims }) =>
    op(x, axis as number | number[] | null, { keepDims: keepdims === true });

const plain =
  (op: (...args: never[]) => Tensor): Read =>
  (args) =>
    op(...args);

const reversed = (x: Tensor): number[] => x.shape.map((_, axis) => x.rank - 1 - axis);

/** Operations that are an op of the same arguments, by Keras's class. */
const sameArguments = {
  Add: ops.add,
  Subtract: ops.sub,
  Multiply: ops.mul,
  Divide: ops.div,
  TrueDivide: ops.div,
  Power: ops.pow,
  Mod: ops.mod,
  Maximum: ops.maximum,
  Minimum: ops.minimum,
  Equal: ops.equal,
  NotEqual: ops.notEqual,
  Less: ops.less,
  LessEqual: ops.lessEqual,
  Greater: ops.greater,
  GreaterEqual: ops.greaterEqual,
  LogicalAnd: ops.logicalAnd,
  LogicalOr: ops.logicalOr,
  LogicalNot: ops.logicalNot,
  Arctan2: ops.atan2,
  Negative: ops.neg,
  Absolute: ops.abs,
  Abs: ops.abs,
  Sign: ops.sign,
  Square: ops.square,
  Exp: ops.exp,
  Expm1: ops.expm1,
  Log: ops.log,
  Log1p: ops.log1p,
  Sqrt: ops.sqrt,
  Rsqrt: ops.rsqrt,
  Reciprocal: ops.reciprocal,
  Sin: ops.sin,
  Cos: ops.cos,
  Tan: ops.tan,
  Arcsin: ops.asin,
  Arccos: ops.acos,
  Arctan: ops.atan,
  Sinh: ops.sinh,
  Cosh: ops.cosh,
  Tanh: ops.tanh,
  Floor: ops.floor,
  Ceil: ops.ceil,
  Isnan: ops.isNaN,
  Isfinite: ops.isFinite,
  Isinf: ops.isInf,
  Erf: ops.erf,
  ErfInv: ops.erfInv,
  Relu: ops.relu,
  Relu6: ops.relu6,
  Sigmoid: ops.sigmoid,
  Softplus: ops.softplus,
  Selu: ops.selu,
  Silu: ops.silu,
  StopGradient: ops.stopGradient,
  Copy: ops.identity,
  Matmul: ops.matMul,
  Where: ops.where,
};

const reading: Readonly<Record<string, Read>> = {
  ...indexReading,
  ...windowReading,
  ...Object.fromEntries(Object.entries(sameArguments).map(([className, op]) => [className, plain(op as never)])),
  Sum: reduceBy(ops.sum),
  Prod: reduceBy(ops.prod),
  Max: reduceBy(ops.max),
  Min: reduceBy(ops.min),
  Mean: reduceBy(ops.mean),
  Var: reduceBy(ops.variance),
  Std: reduceBy(ops.std),
  Argmax: ([x], { axis }) => ops.argMax(x, axis as number),
  Argmin: ([x], { axis }) => ops.argMin(x, axis as number),
  Reshape: ([x], { newshape }) => ops.reshape(x, newshape as Shape),
  Transpose: ([x], { axes }) => ops.transpose(x, (axes as number[] | null) ?? reversed(x)),
  Concatenate: ([list], { axis }) => ops.concat(list, axis as number),
  Stack: ([list], { axis }) => ops.stack(list, axis as number),
  ExpandDims: ([x], { axis }) => ops.expandDims(x, axis as number),
  Squeeze: ([x], { axis }) => ops.squeeze(x, (axis as number | null) ?? undefined),
  Clip: ([x], { x_min, x_max }) => ops.clipByValue(x, x_min as number, x_max as number),
  Round: ([x]) => ops.round(x),
  Pad: ([x], { pad_width }, { constant_values }) =>
    ops.pad(x, pad_width as [number, number][], { value: (constant_values as number | null) ?? 0 }),
  Elu: ([x], { alpha }) => ops.elu(x, alpha as number),
  Gelu: ([x], { approximate }) => ops.gelu(x, approximate as boolean),
  LeakyRelu: ([x], { negative_slope }) => ops.leakyRelu(x, negative_slope as number),
  Softmax: ([x], { axis }) => ops.softmax(x, axis as number),
  LogSoftmax: ([x], { axis }) => ops.logSoftmax(x, axis as number),
  BroadcastTo: ([x], { shape }) => ops.broadcastTo(x, shape as Shape),
  Cast: ([x], { dtype }) => ops.cast(x, dtype as DType),
};

/** Whether Keras's JSON describes an operation; a layer of the same class has options that every layer has. */
export const isOperation = ({
  class_name,
  module,
  config,
}: {
  class_name: string;
  module?: string | null;
  config: Config;
}): boolean =>
  Object.hasOwn(reading, class_name) && (module?.startsWith('keras.src.ops') ?? !('trainable' in config || 'dtype' in config));

/** The result of an operation. */
export const applyOperation = (className: string, args: readonly unknown[], config: Config, kwargs: Config): Tensor =>
  (reading[className] as Read)(args as Parameters<Read>[0], config, kwargs);
