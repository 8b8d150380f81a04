/** @file Ops on symbolic tensors as Keras's operations (keras/src/ops/numpy.py, nn.py, core.py, math.py). */

import { StateError } from '../core/errors.js';
import { isStatic, type Shape } from '../core/shape.js';
import type { Attributes } from '../graph/graph.js';
import type { Config } from '../layers/config.js';
import { indexWriting } from './index_operations.js';
import { nn, notInKeras, numpy, type Written } from './operation_forms.js';
import { windowWriting } from './window_operations.js';

const reduction = (className: string): Written => numpy(className, ({ axes, keepDims }) => ({ axis: axes, keepdims: keepDims }));

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

function knownShape({ shape }: Attributes): Config {
  if (!isStatic(shape as Shape)) throw notInKeras('a broadcast to unknown sizes');
  return { shape };
}

/** By the op's name in the listing. */
const writing: Readonly<Record<string, Written | ((attributes: Attributes) => Written)>> = {
  ...indexWriting,
  ...windowWriting,
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
  identity: ({ stop }) => (stop ? { module: 'core', className: 'StopGradient' } : numpy('Copy')),
  broadcast: numpy('BroadcastTo', knownShape),
  rsqrt: { module: 'math', className: 'Rsqrt' },
  erf: { module: 'math', className: 'Erf' },
  erf_inv: { module: 'math', className: 'ErfInv' },
};

/** An op's application in Keras's words. */
export interface WrittenOperation {
  readonly module: string;
  readonly className: string;
  /** Options of the class, without its name. */
  readonly config: Config;
  /** The arguments of the call, made of its operands. */
  readonly argsOf: (operands: readonly unknown[]) => readonly unknown[];
  readonly kwargs: Config;
}

/** @throws StateError for what Keras does not have. */
export function operationToKeras(label: string, name: string, attributes: Attributes): WrittenOperation {
  const entry = writing[name];
  if (entry === undefined) throw notInKeras(`${label}: the op '${name}'`);
  const written = typeof entry === 'function' ? entry(attributes) : entry;
  const { module, className, config, takesList, args, kwargs } = written;
  try {
    const further = args?.(attributes) ?? [];
    return {
      module: `keras.src.ops.${module}`,
      className,
      config: config?.(attributes) ?? {},
      argsOf: (operands) => [...(takesList ? [operands] : operands), ...further],
      kwargs: kwargs?.(attributes) ?? {},
    };
  } catch (error) {
    throw error instanceof StateError ? error.prefix(label) : error;
  }
}
