/** @file Ops on symbolic tensors as Keras's operations and back (keras/src/ops/numpy.py, nn.py, core.py, math.py). */

import type { DType } from '../core/dtype.js';
import { StateError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import type { Attributes } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import type { Config } from '../layers/config.js';
import * as ops from '../ops/index.js';

/** How an op is written: Keras's module and class, and what the class and its call are told. */
interface Written {
  readonly module: 'numpy' | 'nn' | 'core' | 'math';
  readonly className: string;
  /** Options of the class. @throws StateError for attributes that Keras has no words for. */
  readonly config?: (attributes: Attributes) => Config;
  /** Whether the operands are one list. */
  readonly takesList?: boolean;
  readonly kwargs?: (attributes: Attributes) => Config;
}

const numpy = (className: string, config?: Written['config']): Written => ({ module: 'numpy', className, config });
const nn = (className: string, config?: Written['config']): Written => ({ module: 'nn', className, config });
const reduction = (className: string): Written => numpy(className, ({ axes, keepDims }) => ({ axis: axes, keepdims: keepDims }));

function notInKeras(what: string): StateError {
  return new StateError(`${what} cannot be saved: Keras has no operation for it; write a layer class for it`);
}

function newShape({ shape }: Attributes): Config {
  const sizes = shape as Shape;
  if (sizes.filter((size) => size === null).length > 1) throw notInKeras('a reshape to several unknown sizes');
  return { newshape: sizes.map((size) => size ?? -1) };
}

function padWidth({ before, after, interior }: Attributes): Config {
  const [front, back] = [before, after] as [number[], number[]];
  const isPlain = [...front, ...back].every((cells) => cells >= 0) && (interior as number[]).every((cells) => cells === 0);
  if (!isPlain) throw notInKeras('padding between or by less than no cells');
  return { pad_width: front.map((cells, i) => [cells, back[i]]), mode: 'constant' };
}

function plainProduct({ transposeA, transposeB }: Attributes): Config {
  if (transposeA || transposeB) throw notInKeras('matMul with a transposed operand');
  return {};
}

function stopsGradient({ stop }: Attributes): Config {
  if (!stop) throw notInKeras('identity');
  return {};
}

/** By the op's name in the listing. */
const writing: Readonly<Record<string, Written>> = {
  ...Object.fromEntries(
    [
      'Square',
      'Exp',
      'Expm1',
      'Log',
      'Log1p',
      'Sqrt',
      'Reciprocal',
      'Sin',
      'Cos',
      'Tan',
      'Sinh',
      'Cosh',
      'Tanh',
      'Floor',
      'Ceil',
      'Sign',
    ]
      .concat(['Maximum', 'Minimum', 'Mod', 'Equal', 'Less', 'Greater', 'Add'])
      .map((className) => [className.toLowerCase(), numpy(className)]),
  ),
  sub: numpy('Subtract'),
  mul: numpy('Multiply'),
  div: numpy('Divide'),
  pow: numpy('Power'),
  neg: numpy('Negative'),
  abs: numpy('Absolute'),
  asin: numpy('Arcsin'),
  acos: numpy('Arccos'),
  atan: numpy('Arctan'),
  atan2: numpy('Arctan2'),
  round: numpy('Round', () => ({ decimals: 0 })),
  is_nan: numpy('Isnan'),
  is_finite: numpy('Isfinite'),
  is_inf: numpy('Isinf'),
  not_equal: numpy('NotEqual'),
  less_equal: numpy('LessEqual'),
  greater_equal: numpy('GreaterEqual'),
  logical_not: numpy('LogicalNot'),
  logical_and: numpy('LogicalAnd'),
  logical_or: numpy('LogicalOr'),
  select: numpy('Where'),
  sum: reduction('Sum'),
  prod: reduction('Prod'),
  max: reduction('Max'),
  min: reduction('Min'),
  arg_max: numpy('Argmax', ({ axis }) => ({ axis, keepdims: false })),
  arg_min: numpy('Argmin', ({ axis }) => ({ axis, keepdims: false })),
  reshape: numpy('Reshape', newShape),
  transpose: numpy('Transpose', ({ permutation }) => ({ axes: permutation })),
  concat: { ...numpy('Concatenate', ({ axis }) => ({ axis })), takesList: true },
  clip: numpy('Clip', ({ min, max }) => ({ x_min: min, x_max: max })),
  pad: { ...numpy('Pad', padWidth), kwargs: ({ value }) => ({ constant_values: value }) },
  matmul: numpy('Matmul', plainProduct),
  relu: nn('Relu'),
  sigmoid: nn('Sigmoid'),
  softplus: nn('Softplus'),
  elu: nn('Elu', ({ alpha }) => ({ alpha })),
  leaky_relu: nn('LeakyRelu', ({ alpha }) => ({ negative_slope: alpha })),
  softmax: nn('Softmax', () => ({ axis: -1 })),
  log_softmax: nn('LogSoftmax', () => ({ axis: -1 })),
  cast: { module: 'core', className: 'Cast', config: ({ dtype }) => ({ dtype }) },
  identity: { module: 'core', className: 'StopGradient', config: stopsGradient },
  rsqrt: { module: 'math', className: 'Rsqrt' },
  erf: { module: 'math', className: 'Erf' },
  erf_inv: { module: 'math', className: 'ErfInv' },
};

/** An op's application in Keras's words, without its name. @throws StateError for what Keras does not have. */
export function operationToKeras(
  label: string,
  name: string,
  attributes: Attributes,
): { module: string; className: string; config: Config; takesList: boolean; kwargs: Config } {
  const written = writing[name];
  if (written === undefined) throw notInKeras(`${label}: the op '${name}'`);
  const { module, className, config, takesList = false, kwargs } = written;
  try {
    return {
      module: `keras.src.ops.${module}`,
      className,
      config: config?.(attributes) ?? {},
      takesList,
      kwargs: kwargs?.(attributes) ?? {},
    };
  } catch (error) {
    throw error instanceof StateError ? error.prefix(label) : error;
  }
}

/** The arguments of a call, its tensors made, and the options of the class. */
type Read = (args: readonly [never, ...never[]], config: Config, kwargs: Config) => Tensor;

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
  Matmul: ops.matMul,
  Where: ops.where,
};

const reading: Readonly<Record<string, Read>> = {
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
}): boolean => class_name in reading && (module?.startsWith('keras.src.ops') ?? !('trainable' in config || 'dtype' in config));

/** The result of an operation. */
export const applyOperation = (className: string, args: readonly unknown[], config: Config, kwargs: Config): Tensor =>
  (reading[className] as Read)(args as readonly [never, ...never[]], config, kwargs);
