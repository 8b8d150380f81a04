/** @file Pointwise ops of one operand: one row an op, its gradient beside its name. native/runtime/pointwise.h has the formulas. */

import { DTypeError } from '../core/errors.js';
import type { Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convert, type TensorLike } from './apply.js';
import { add, div, mul, sub } from './binary.js';
import { checkFloat, publicName } from './check.js';

type Rule = (x: Tensor, g: Tensor, out: Tensor) => Tensor;
type Operand = 'float' | 'signed' | 'bool';

function checkOperand(name: string, { dtype }: ValueType, operand: Operand): void {
  if (operand === 'float') checkFloat(name, dtype);
  if (operand === 'signed' && (dtype === 'bool' || dtype === 'uint8')) {
    throw new DTypeError(`${name}: received ${dtype}; expected a float type or int32; use cast`);
  }
  if (operand === 'bool' && dtype !== 'bool')
    throw new DTypeError(`${name}: received ${dtype}; expected bool; compare it, or use cast`);
}

function unary(name: string, operand: Operand, result: 'same' | 'bool', rule?: Rule): Op {
  const where = publicName(name);
  return {
    name,
    infer(operands) {
      const [x] = operands as [ValueType];
      checkOperand(where, x, operand);
      return [{ dtype: result === 'bool' ? 'bool' : x.dtype, shape: x.shape }];
    },
    gradient: rule && (({ operands: [x], outputs: [out], gradients: [g] }) => [x && out && g ? rule(x, g, out) : null]),
  };
}

const table = {
  neg: unary('neg', 'signed', 'same', (_x, g) => neg(g)),
  abs: unary('abs', 'signed', 'same', (x, g) => mul(g, sign(x))),
  sign: unary('sign', 'signed', 'same'),
  square: unary('square', 'signed', 'same', (x, g) => mul(g, mul(x, 2))),
  exp: unary('exp', 'float', 'same', (_x, g, out) => mul(g, out)),
  expm1: unary('expm1', 'float', 'same', (_x, g, out) => mul(g, add(out, 1))),
  log: unary('log', 'float', 'same', (x, g) => div(g, x)),
  log1p: unary('log1p', 'float', 'same', (x, g) => div(g, add(x, 1))),
  sqrt: unary('sqrt', 'float', 'same', (_x, g, out) => div(mul(g, 0.5), out)),
  rsqrt: unary('rsqrt', 'float', 'same', (x, g, out) => mul(g, div(mul(out, -0.5), x))),
  reciprocal: unary('reciprocal', 'float', 'same', (_x, g, out) => neg(mul(g, square(out)))),
  sin: unary('sin', 'float', 'same', (x, g) => mul(g, cos(x))),
  cos: unary('cos', 'float', 'same', (x, g) => neg(mul(g, sin(x)))),
  tan: unary('tan', 'float', 'same', (_x, g, out) => mul(g, add(square(out), 1))),
  asin: unary('asin', 'float', 'same', (x, g) => mul(g, rsqrt(sub(1, square(x))))),
  acos: unary('acos', 'float', 'same', (x, g) => neg(mul(g, rsqrt(sub(1, square(x)))))),
  atan: unary('atan', 'float', 'same', (x, g) => div(g, add(square(x), 1))),
  sinh: unary('sinh', 'float', 'same', (x, g) => mul(g, cosh(x))),
  cosh: unary('cosh', 'float', 'same', (x, g) => mul(g, sinh(x))),
  tanh: unary('tanh', 'float', 'same', (_x, g, out) => mul(g, sub(1, square(out)))),
  sigmoid: unary('sigmoid', 'float', 'same', (_x, g, out) => mul(g, mul(out, sub(1, out)))),
  softplus: unary('softplus', 'float', 'same', (x, g) => mul(g, sigmoid(x))),
  erf: unary('erf', 'float', 'same', (x, g) => mul(g, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)))),
  erfInv: unary('erf_inv', 'float', 'same', (_x, g, out) => mul(g, mul(exp(square(out)), Math.sqrt(Math.PI) / 2))),
  floor: unary('floor', 'float', 'same'),
  ceil: unary('ceil', 'float', 'same'),
  round: unary('round', 'float', 'same'),
  isNaN: unary('is_nan', 'float', 'bool'),
  isFinite: unary('is_finite', 'float', 'bool'),
  isInf: unary('is_inf', 'float', 'bool'),
  logicalNot: unary('logical_not', 'bool', 'bool'),
};

const run = (op: Op, x: TensorLike): Tensor => apply1(op, [convert(publicName(op.name), x)], {});

/** `-x`. @throws DTypeError for bool and uint8. */
export const neg = (x: TensorLike): Tensor => run(table.neg, x);
/** `|x|`. The gradient at 0 is 0. @throws DTypeError for bool and uint8. */
export const abs = (x: TensorLike): Tensor => run(table.abs, x);
/** `-1`, `0` or `1`; NaN stays. Not differentiable. @throws DTypeError for bool and uint8. */
export const sign = (x: TensorLike): Tensor => run(table.sign, x);
/** `x * x`. @throws DTypeError for bool and uint8. */
export const square = (x: TensorLike): Tensor => run(table.square, x);
/** `e^x`. @throws DTypeError unless `x` holds floats. */
export const exp = (x: TensorLike): Tensor => run(table.exp, x);
/** `e^x - 1`, exact near 0. @throws DTypeError unless `x` holds floats. */
export const expm1 = (x: TensorLike): Tensor => run(table.expm1, x);
/** Natural logarithm; `-Infinity` at 0, NaN below. @throws DTypeError unless `x` holds floats. */
export const log = (x: TensorLike): Tensor => run(table.log, x);
/** `log(1 + x)`, exact near 0. @throws DTypeError unless `x` holds floats. */
export const log1p = (x: TensorLike): Tensor => run(table.log1p, x);
/** Square root; NaN below 0. @throws DTypeError unless `x` holds floats. */
export const sqrt = (x: TensorLike): Tensor => run(table.sqrt, x);
/** `1 / sqrt(x)`. @throws DTypeError unless `x` holds floats. */
export const rsqrt = (x: TensorLike): Tensor => run(table.rsqrt, x);
/** `1 / x`. @throws DTypeError unless `x` holds floats. */
export const reciprocal = (x: TensorLike): Tensor => run(table.reciprocal, x);
/** Sine of an angle in radians. @throws DTypeError unless `x` holds floats. */
export const sin = (x: TensorLike): Tensor => run(table.sin, x);
/** Cosine of an angle in radians. @throws DTypeError unless `x` holds floats. */
export const cos = (x: TensorLike): Tensor => run(table.cos, x);
/** Tangent of an angle in radians. @throws DTypeError unless `x` holds floats. */
export const tan = (x: TensorLike): Tensor => run(table.tan, x);
/** Inverse sine, in [-pi/2, pi/2]; NaN outside [-1, 1]. @throws DTypeError unless `x` holds floats. */
export const asin = (x: TensorLike): Tensor => run(table.asin, x);
/** Inverse cosine, in [0, pi]; NaN outside [-1, 1]. @throws DTypeError unless `x` holds floats. */
export const acos = (x: TensorLike): Tensor => run(table.acos, x);
/** Inverse tangent, in (-pi/2, pi/2). @throws DTypeError unless `x` holds floats. */
export const atan = (x: TensorLike): Tensor => run(table.atan, x);
/** `(e^x - e^-x) / 2`. @throws DTypeError unless `x` holds floats. */
export const sinh = (x: TensorLike): Tensor => run(table.sinh, x);
/** `(e^x + e^-x) / 2`. @throws DTypeError unless `x` holds floats. */
export const cosh = (x: TensorLike): Tensor => run(table.cosh, x);
/** Hyperbolic tangent, in (-1, 1). @throws DTypeError unless `x` holds floats. */
export const tanh = (x: TensorLike): Tensor => run(table.tanh, x);
/** `1 / (1 + e^-x)`, without overflow. @throws DTypeError unless `x` holds floats. */
export const sigmoid = (x: TensorLike): Tensor => run(table.sigmoid, x);
/** `log(1 + e^x)`, without overflow. @throws DTypeError unless `x` holds floats. */
export const softplus = (x: TensorLike): Tensor => run(table.softplus, x);
/** Gauss error function, `2/sqrt(pi) * integral of e^(-t^2) from 0 to x`. @throws DTypeError unless `x` holds floats. */
export const erf = (x: TensorLike): Tensor => run(table.erf, x);
/** Inverse of `erf`; infinite at -1 and 1, NaN beyond. @throws DTypeError unless `x` holds floats. */
export const erfInv = (x: TensorLike): Tensor => run(table.erfInv, x);
/** Largest integer not above `x`. Not differentiable. @throws DTypeError unless `x` holds floats. */
export const floor = (x: TensorLike): Tensor => run(table.floor, x);
/** Smallest integer not below `x`. Not differentiable. @throws DTypeError unless `x` holds floats. */
export const ceil = (x: TensorLike): Tensor => run(table.ceil, x);
/** Nearest integer, halves to even. Not differentiable. @throws DTypeError unless `x` holds floats. */
export const round = (x: TensorLike): Tensor => run(table.round, x);
/** `x` is NaN, as bool. @throws DTypeError unless `x` holds floats. */
const nan = (x: TensorLike): Tensor => run(table.isNaN, x);
/** `x` is neither NaN nor infinite, as bool. @throws DTypeError unless `x` holds floats. */
const finite = (x: TensorLike): Tensor => run(table.isFinite, x);
/** `x` is infinite, as bool. @throws DTypeError unless `x` holds floats. */
export const isInf = (x: TensorLike): Tensor => run(table.isInf, x);
/** `not x` of a bool tensor. @throws DTypeError unless `x` is bool. */
export const logicalNot = (x: TensorLike): Tensor => run(table.logicalNot, x);

/** Not declared by these names, which would hide JavaScript's own in this file. */
export { finite as isFinite, nan as isNaN };
