/** @file Activation functions composed of other ops; definitions as in keras.ops. All are elementwise and take floats. */

import type { Tensor } from '../graph/tensor.js';
import { convert, type TensorLike } from './apply.js';
import { add, div, greater, less, lessEqual, maximum, minimum, mul, sub } from './binary.js';
import { clipByValue, elu, relu } from './rectifiers.js';
import { where } from './select.js';
import { split } from './slice.js';
import { abs, erf, exp, expm1, neg, sigmoid, softplus, sqrt, square, tanh } from './unary.js';

/** `min(max(x, 0), 6)`. */
export const relu6 = (x: TensorLike): Tensor => clipByValue(x, 0, 6);

/** Scaled exponential linear unit (Klambauer et al. 2017): `1.0507 * elu(x, 1.67326)`. */
export const selu = (x: TensorLike): Tensor => mul(elu(x, 1.6732632423543772), 1.0507009873554805);

/** `x > 0 ? x : alpha * (e^(x / alpha) - 1)` (Barron 2017). */
export function celu(x: TensorLike, alpha = 1): Tensor {
  const operand = convert('celu', x);
  return add(maximum(operand, 0), mul(expm1(div(minimum(operand, 0), alpha)), alpha));
}

/**
 * Gaussian error linear unit (Hendrycks and Gimpel 2016): `x * Phi(x) = x / 2 * (1 + erf(x / sqrt(2)))`.
 *
 * @param approximate - the form with tanh instead; true by default, as in keras.ops (the layer and the string have false)
 * @example
 * const y = gelu(tensor([-1, 1]), false); // [-0.1587, 0.8413]
 */
export function gelu(x: TensorLike, approximate = true): Tensor {
  const operand = convert('gelu', x);
  if (!approximate) return mul(mul(operand, 0.5), add(erf(mul(operand, Math.SQRT1_2)), 1));
  const cube = mul(operand, square(operand));
  const inner = mul(add(operand, mul(cube, 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(operand, 0.5), add(tanh(inner), 1));
}

/** Sigmoid linear unit `x * sigmoid(x)`, also known as swish (Ramachandran et al. 2017). */
export function silu(x: TensorLike): Tensor {
  const operand = convert('silu', x);
  return mul(operand, sigmoid(operand));
}

/** `silu` by its other name. */
export const swish = silu;

/** `min(max(x / 6 + 1/2, 0), 1)`. */
export const hardSigmoid = (x: TensorLike): Tensor => div(relu6(add(x, 3)), 6);

/** `x * hardSigmoid(x)` (Howard et al. 2019, MobileNetV3). */
export function hardSilu(x: TensorLike): Tensor {
  const operand = convert('hardSilu', x);
  return mul(operand, hardSigmoid(operand));
}

/** `hardSilu` by its other name. */
export const hardSwish = hardSilu;

/** `min(max(x, -1), 1)`. The gradient at -1 and 1 is 1, as in JAX. */
export function hardTanh(x: TensorLike): Tensor {
  const operand = convert('hardTanh', x);
  return where(greater(operand, 1), 1, where(less(operand, -1), -1, operand));
}

/** `x * tanh(softplus(x))` (Misra 2019). */
export function mish(x: TensorLike): Tensor {
  const operand = convert('mish', x);
  return mul(operand, tanh(softplus(operand)));
}

/** `x / (1 + |x|)`. */
export function softsign(x: TensorLike): Tensor {
  const operand = convert('softsign', x);
  return div(operand, add(abs(operand), 1));
}

/** `log(sigmoid(x)) = -softplus(-x)`, without overflow. */
export const logSigmoid = (x: TensorLike): Tensor => neg(softplus(neg(x)));

/** `e^x`; the activation's name for `exp`. */
export const exponential = exp;

/** `(x + sqrt(x^2 + b)) / 2` (Barron 2021). */
export function squareplus(x: TensorLike, b = 4): Tensor {
  const operand = convert('squareplus', x);
  return mul(add(operand, sqrt(add(square(operand), b))), 0.5);
}

/** 0 up to -1, `(x + 1)^2 / 4` to 1, `x` from there. */
export function sparsePlus(x: TensorLike): Tensor {
  const operand = convert('sparsePlus', x);
  const curve = mul(square(add(operand, 1)), 0.25);
  return where(lessEqual(operand, -1), 0, where(less(operand, 1), curve, operand));
}

/** 0 up to -1, `(x + 1) / 2` to 1, 1 from there. */
export const sparseSigmoid = (x: TensorLike): Tensor => mul(minimum(maximum(add(x, 1), 0), 2), 0.5);

/** `|x| > threshold ? x : 0`. */
export function hardShrink(x: TensorLike, threshold = 0.5): Tensor {
  const operand = convert('hardShrink', x);
  return where(greater(abs(operand), threshold), operand, 0);
}

/** `x` moved towards 0 by `threshold`, at most to 0. */
export function softShrink(x: TensorLike, threshold = 0.5): Tensor {
  const operand = convert('softShrink', x);
  const low = where(less(operand, -threshold), add(operand, threshold), 0);
  return where(greater(operand, threshold), sub(operand, threshold), low);
}

/** `x - tanh(x)`. */
export function tanhShrink(x: TensorLike): Tensor {
  const operand = convert('tanhShrink', x);
  return sub(operand, tanh(operand));
}

/** `x > threshold ? x : defaultValue`. */
export function threshold(x: TensorLike, limit: number, defaultValue: number): Tensor {
  const operand = convert('threshold', x);
  return where(greater(operand, limit), operand, defaultValue);
}

/** Parametric rectifier `x > 0 ? x : alpha * x` (He et al. 2015) with slopes that broadcast against `x` and can be trained. */
export function prelu(x: TensorLike, alpha: TensorLike): Tensor {
  const operand = convert('prelu', x);
  return sub(relu(operand), mul(convert('prelu', alpha), relu(neg(operand))));
}

/**
 * Gated linear unit (Dauphin et al. 2017): the first half of `axis` times the sigmoid of the second.
 *
 * @throws ShapeError when the axis has an odd size.
 * @example
 * const y = glu(tensor([1, 0])); // [0.5]
 */
export function glu(x: TensorLike, axis = -1): Tensor {
  const [value, gate] = split(x, 2, axis) as [Tensor, Tensor];
  return mul(value, sigmoid(gate));
}
