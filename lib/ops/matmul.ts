/** @file `matmul`: products of matrices, and `dot`. */

import { ShapeError } from '../core/errors.js';
import { broadcastShapes, compatible, type Dimension, formatShape, type Shape, sameShape } from '../core/shape.js';
import type { GradientContext, Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convertPair, type TensorLike } from './apply.js';
import { mul } from './binary.js';
import { broadcastTo } from './broadcast.js';
import { checkFloat } from './check.js';
import { expandDims, reshape, squeeze } from './reshape.js';
import { moveAxis } from './transpose.js';

export interface MatMulOptions {
  /** Exchange the last two axes of `a` first. */
  readonly transposeA?: boolean;
  /** Exchange the last two axes of `b` first. */
  readonly transposeB?: boolean;
}

/** Rows and columns of the last two axes, exchanged when `transposed`. */
function matrix(shape: Shape, transposed: boolean): [Dimension, Dimension] {
  const [rows, columns] = shape.slice(-2) as [Dimension, Dimension];
  return transposed ? [columns, rows] : [rows, columns];
}

const op: Op = {
  name: 'matmul',
  infer(operands, { transposeA, transposeB }) {
    const [a, b] = operands as [ValueType, ValueType];
    checkFloat('matMul', a.dtype);
    const [rows, inner] = matrix(a.shape, transposeA as boolean);
    const [other, columns] = matrix(b.shape, transposeB as boolean);
    if (!compatible(inner, other)) {
      const flags = transposeA || transposeB ? ` (transposeA ${transposeA}, transposeB ${transposeB})` : '';
      throw new ShapeError(
        `matMul: ${formatShape(a.shape)} times ${formatShape(b.shape)}${flags}: ${inner} columns meet ${other} rows; expected equal sizes`,
      );
    }
    const leading = a.shape.slice(0, -2).map((size, axis) => size ?? (b.shape[axis] as Dimension));
    return [{ dtype: a.dtype, shape: [...leading, rows, columns] }];
  },
  gradient({ operands: [a, b], gradients: [g], attributes }: GradientContext) {
    if (!a || !b || !g) return [null, null];
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    const product = (x: Tensor, y: Tensor, flipX: boolean, flipY: boolean) =>
      apply1(op, [x, y], { transposeA: flipX, transposeB: flipY });
    return [
      transposeA ? product(b, g, transposeB, true) : product(g, b, false, !transposeB),
      transposeB ? product(g, a, true, transposeA) : product(a, g, !transposeA, false),
    ];
  },
};

/**
 * Matrix product over the last two axes; leading axes broadcast. An operand of one axis is a row (left) or a column (right), and that
 * axis is missing in the result, as in NumPy.
 *
 * @param a - `[..., rows, inner]`
 * @param b - `[..., inner, columns]`
 * @returns `[..., rows, columns]`
 * @throws ShapeError when the inner sizes differ or an operand is a scalar, DTypeError unless both hold floats.
 * @example
 * const y = matMul(tensor([[1, 2]]), tensor([[3], [4]])); // [[11]]
 */
export function matMul(a: TensorLike, b: TensorLike, options: MatMulOptions = {}): Tensor {
  const [left, right] = convertPair('matMul', a, b);
  if (left.rank === 0 || right.rank === 0) {
    throw new ShapeError(
      `matMul: received ${formatShape(left.shape)} and ${formatShape(right.shape)}; expected at least one dimension; use mul`,
    );
  }
  if (left.rank === 1 || right.rank === 1) {
    const product = matMul(left.rank === 1 ? expandDims(left, 0) : left, right.rank === 1 ? expandDims(right, 1) : right, {
      transposeA: left.rank > 1 && (options.transposeA ?? false),
      transposeB: right.rank > 1 && (options.transposeB ?? false),
    });
    const added = [...(left.rank === 1 ? [-2] : []), ...(right.rank === 1 ? [-1] : [])];
    return squeeze(product, added);
  }
  const flags = { transposeA: options.transposeA ?? false, transposeB: options.transposeB ?? false };
  // One matrix for a whole stack of rows: a single, taller product.
  if (right.rank === 2 && left.rank > 2 && !flags.transposeA) {
    const flat = apply1(op, [reshape(left, [-1, left.shape.at(-1) ?? null]), right], flags);
    return reshape(flat, [...left.shape.slice(0, -1), flat.shape[1] ?? null]);
  }
  const leadingLeft = left.shape.slice(0, -2);
  const leadingRight = right.shape.slice(0, -2);
  if (sameShape(leadingLeft, leadingRight)) return apply1(op, [left, right], flags);
  const leading = broadcastShapes('matMul', leadingLeft, leadingRight);
  return apply1(
    op,
    [left, right].map((side) => broadcastTo(side, [...leading, ...side.shape.slice(-2)])),
    flags,
  );
}

/**
 * Sum over the last axis of `a` and the last but one (or only) of `b`: `[..., k]` and `[..., k, m]` give `a`'s other axes followed by
 * `b`'s. A scalar operand multiplies.
 *
 * @throws ShapeError when the joined sizes differ, DTypeError unless both hold floats.
 * @example
 * const y = dot(tensor([1, 2]), tensor([3, 4])); // 11
 */
export function dot(a: TensorLike, b: TensorLike): Tensor {
  const [left, right] = convertPair('dot', a, b);
  if (left.rank === 0 || right.rank === 0) return mul(left, right);
  if (right.rank <= 2) return matMul(left, right);
  const joined = moveAxis(right, -2, 0);
  const flat = matMul(left, reshape(joined, [joined.shape[0] ?? null, -1]));
  return reshape(flat, [...left.shape.slice(0, -1), ...joined.shape.slice(1)]);
}
