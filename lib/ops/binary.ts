/** @file Pointwise ops of two operands: one row an op, its gradient beside its name. Operands broadcast by NumPy's rules. */

import { isFloat } from '../core/dtype.js';
import { DTypeError } from '../core/errors.js';
import { broadcastShapes } from '../core/shape.js';
import type { GradientContext, Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, castTo, convertPair, type TensorLike } from './apply.js';
import { publicName } from './check.js';
import { sumTo } from './reduce.js';
import { where } from './select.js';
import { log, neg, square } from './unary.js';

type Rule = (x: Tensor, y: Tensor, g: Tensor, out: Tensor) => [Tensor | null, Tensor | null];

function binary(name: string, result: 'same' | 'bool', rule?: Rule, dtypes: 'number' | 'float' | 'bool' = 'number'): Op {
  const where = publicName(name);
  return {
    name,
    infer([a, b]) {
      const { dtype } = a as ValueType;
      const isBool = dtype === 'bool';
      if ((dtypes === 'number' && isBool) || (dtypes === 'bool' && !isBool) || (dtypes === 'float' && !isFloat(dtype))) {
        throw new DTypeError(
          `${where}: received ${dtype} operands; expected ${dtypes === 'bool' ? 'bool' : `${dtypes}s`}; use cast`,
        );
      }
      return [
        {
          dtype: result === 'bool' ? 'bool' : dtype,
          shape: broadcastShapes(where, (a as ValueType).shape, (b as ValueType).shape),
        },
      ];
    },
    gradient:
      rule &&
      (({ operands: [a, b], outputs: [out], gradients: [g] }: GradientContext) => {
        if (!a || !b || !out || !g) return [null, null];
        const [left, right] = rule(a, b, g, out);
        return [left && sumTo(left, a.shape), right && sumTo(right, b.shape)];
      }),
  };
}

const table = {
  add: binary('add', 'same', (_x, _y, g) => [g, g]),
  sub: binary('sub', 'same', (_x, _y, g) => [g, neg(g)]),
  mul: binary('mul', 'same', (x, y, g) => [mul(g, y), mul(g, x)]),
  div: binary('div', 'same', (_x, y, g, out) => [div(g, y), neg(div(mul(g, out), y))]),
  // d(x^y)/dy = x^y ln x. Where x or y is 0 no NaN arises: by y it is 0 there, by x it is 0 for y = 0, as in JAX.
  pow: binary('pow', 'same', (x, y, g, out) => [
    mul(g, mul(y, pow(x, where(equal(y, 0), 1, sub(y, 1))))),
    mul(g, mul(out, log(where(greater(x, 0), x, 1)))),
  ]),
  // At equality each side takes half, as jax does.
  maximum: binary('maximum', 'same', (x, y, g) => {
    const share = mul(g, where(equal(x, y), 0.5, 1));
    return [where(greaterEqual(x, y), share, 0), where(greaterEqual(y, x), share, 0)];
  }),
  minimum: binary('minimum', 'same', (x, y, g) => {
    const share = mul(g, where(equal(x, y), 0.5, 1));
    return [where(lessEqual(x, y), share, 0), where(lessEqual(y, x), share, 0)];
  }),
  mod: binary('mod', 'same'),
  atan2: binary(
    'atan2',
    'same',
    (y, x, g) => {
      const scale = div(g, add(square(x), square(y)));
      return [mul(scale, x), neg(mul(scale, y))];
    },
    'float',
  ),
  equal: binary('equal', 'bool'),
  notEqual: binary('not_equal', 'bool'),
  less: binary('less', 'bool'),
  lessEqual: binary('less_equal', 'bool'),
  greater: binary('greater', 'bool'),
  greaterEqual: binary('greater_equal', 'bool'),
  logicalAnd: binary('logical_and', 'bool', undefined, 'bool'),
  logicalOr: binary('logical_or', 'bool', undefined, 'bool'),
};

const run = (op: Op, a: TensorLike, b: TensorLike): Tensor => apply1(op, convertPair(publicName(op.name), a, b), {});

/** `a + b`, elementwise with broadcasting. @throws ShapeError when the shapes do not broadcast. */
export const add = (a: TensorLike, b: TensorLike): Tensor => run(table.add, a, b);
/** `a - b`, elementwise with broadcasting. @throws ShapeError when the shapes do not broadcast. */
export const sub = (a: TensorLike, b: TensorLike): Tensor => run(table.sub, a, b);
/** `a * b`, elementwise with broadcasting. @throws ShapeError when the shapes do not broadcast. */
export const mul = (a: TensorLike, b: TensorLike): Tensor => run(table.mul, a, b);
/** `a / b`, elementwise with broadcasting; integers divide toward zero, and by zero give 0. */
export const div = (a: TensorLike, b: TensorLike): Tensor => run(table.div, a, b);
/** `a` to the power `b`, elementwise with broadcasting. */
export const pow = (a: TensorLike, b: TensorLike): Tensor => run(table.pow, a, b);
/** The larger of `a` and `b`; NaN when either is NaN. Equal operands share the gradient. */
export const maximum = (a: TensorLike, b: TensorLike): Tensor => run(table.maximum, a, b);
/** The smaller of `a` and `b`; NaN when either is NaN. Equal operands share the gradient. */
export const minimum = (a: TensorLike, b: TensorLike): Tensor => run(table.minimum, a, b);
/** Remainder of `a / b` with the sign of `b`, as in Python. Not differentiable. */
export const mod = (a: TensorLike, b: TensorLike): Tensor => run(table.mod, a, b);
/** Angle of the point (x = `b`, y = `a`), in radians, in [-pi, pi]. */
export const atan2 = (a: TensorLike, b: TensorLike): Tensor => run(table.atan2, a, b);
/** Bool tensors are compared as numbers. */
function compare(op: Op, a: TensorLike, b: TensorLike): Tensor {
  const pair = convertPair(publicName(op.name), a, b);
  return apply1(op, pair[0].dtype === 'bool' ? pair.map((side) => castTo(side, 'uint8')) : pair, {});
}

/** `a == b` as bool. */
export const equal = (a: TensorLike, b: TensorLike): Tensor => compare(table.equal, a, b);
/** `a != b` as bool. */
export const notEqual = (a: TensorLike, b: TensorLike): Tensor => compare(table.notEqual, a, b);
/** `a < b` as bool. */
export const less = (a: TensorLike, b: TensorLike): Tensor => run(table.less, a, b);
/** `a <= b` as bool. */
export const lessEqual = (a: TensorLike, b: TensorLike): Tensor => run(table.lessEqual, a, b);
/** `a > b` as bool. */
export const greater = (a: TensorLike, b: TensorLike): Tensor => run(table.greater, a, b);
/** `a >= b` as bool. */
export const greaterEqual = (a: TensorLike, b: TensorLike): Tensor => run(table.greaterEqual, a, b);
/** `a and b` of bool tensors. */
export const logicalAnd = (a: TensorLike, b: TensorLike): Tensor => run(table.logicalAnd, a, b);
/** `a or b` of bool tensors. */
export const logicalOr = (a: TensorLike, b: TensorLike): Tensor => run(table.logicalOr, a, b);
