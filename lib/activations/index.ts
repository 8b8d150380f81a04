/** @file Activation functions under Keras's names and with its defaults, and the resolver of names. Most are ops as they are. */

import { ValueError } from '../core/errors.js';
import { checkOptions, findByName } from '../core/options.js';
import type { Tensor } from '../graph/tensor.js';
import * as ops from '../ops/index.js';

/** A function of a tensor that keeps its shape. */
export type Activation = (x: Tensor) => Tensor;

export {
  celu,
  elu,
  exponential,
  glu,
  hardShrink,
  hardSigmoid,
  hardSilu,
  hardTanh,
  logSigmoid,
  logSoftmax,
  mish,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softShrink,
  softsign,
  sparsePlus,
  sparseSigmoid,
  squareplus,
  tanh,
  tanhShrink,
  threshold,
} from '../ops/index.js';

/** The tensor itself. */
export const linear = (x: Tensor): Tensor => x;

/** Leaky rectifier `x >= 0 ? x : negativeSlope * x`; the slope is 0.2 by default (0.3 in the layer). */
export const leakyRelu = (x: Tensor, negativeSlope = 0.2): Tensor => ops.leakyRelu(x, negativeSlope);

/** Gaussian error linear unit `x * Phi(x)`; `approximate` (false by default) computes it with tanh. */
export const gelu = (x: Tensor, approximate = false): Tensor => ops.gelu(x, approximate);

export interface ReluOptions {
  /** Slope below the threshold; default 0. */
  readonly negativeSlope?: number;
  /** Largest result; default null: none. */
  readonly maxValue?: number | null;
  /** Where the line begins; default 0. */
  readonly threshold?: number;
}

/**
 * Rectifier: `x` above the threshold (at most `maxValue`), `negativeSlope * (x - threshold)` below it.
 *
 * @example
 * const y = activations.relu(tensor([-1, 2]), { negativeSlope: 0.1 }); // [-0.1, 2]
 */
export function relu(x: Tensor, options: ReluOptions = {}): Tensor {
  checkOptions('relu', options, ['negativeSlope', 'maxValue', 'threshold']);
  const { negativeSlope = 0, maxValue = null, threshold = 0 } = options;
  if (maxValue === null && threshold === 0) return negativeSlope === 0 ? ops.relu(x) : ops.leakyRelu(x, negativeSlope);
  const above = threshold === 0 ? ops.relu(x) : ops.where(ops.greater(x, threshold), x, 0);
  const capped = maxValue === null ? above : ops.minimum(above, maxValue);
  return negativeSlope === 0 ? capped : ops.sub(capped, ops.mul(ops.relu(ops.sub(threshold, x)), negativeSlope));
}

export type ActivationIdentifier = string | Activation | null | undefined;

/** Functions of one tensor, named as their keys, with the defaults for everything else. */
const byName: Record<string, Activation> = {
  relu: (x) => relu(x),
  linear,
  leakyRelu: (x) => leakyRelu(x),
  gelu: (x) => gelu(x),
  celu: (x) => ops.celu(x),
  elu: (x) => ops.elu(x),
  exponential: (x) => ops.exponential(x),
  glu: (x) => ops.glu(x),
  hardShrink: (x) => ops.hardShrink(x),
  hardSigmoid: (x) => ops.hardSigmoid(x),
  hardSilu: (x) => ops.hardSilu(x),
  hardTanh: (x) => ops.hardTanh(x),
  logSigmoid: (x) => ops.logSigmoid(x),
  logSoftmax: (x) => ops.logSoftmax(x),
  mish: (x) => ops.mish(x),
  relu6: (x) => ops.relu6(x),
  selu: (x) => ops.selu(x),
  sigmoid: (x) => ops.sigmoid(x),
  silu: (x) => ops.silu(x),
  softmax: (x) => ops.softmax(x),
  softplus: (x) => ops.softplus(x),
  softShrink: (x) => ops.softShrink(x),
  softsign: (x) => ops.softsign(x),
  sparsePlus: (x) => ops.sparsePlus(x),
  sparseSigmoid: (x) => ops.sparseSigmoid(x),
  squareplus: (x) => ops.squareplus(x),
  tanh: (x) => ops.tanh(x),
  tanhShrink: (x) => ops.tanhShrink(x),
  swish: (x) => ops.silu(x),
  hardSwish: (x) => ops.hardSilu(x),
};

/**
 * The activation meant by a name or a function; `linear` for null.
 *
 * @throws ValueError for an unknown name: `Dense: unknown activation 'rellu'; did you mean 'relu'?`
 */
export function getActivation(where: string, identifier: ActivationIdentifier): Activation {
  if (identifier === null || identifier === undefined) return linear;
  if (typeof identifier === 'function') return identifier;
  if (typeof identifier === 'string') return findByName(where, 'activation', identifier, byName);
  throw new ValueError(`${where}: activation of type ${typeof identifier}; expected a name or a function of a tensor`);
}
