/** @file `transpose`, and moving single axes. */

import { ValueError } from '../core/errors.js';
import { type Dimension, formatShape, normalizeAxis } from '../core/shape.js';
import type { Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convert, type TensorLike } from './apply.js';

const op: Op = {
  name: 'transpose',
  infer([x], { permutation }) {
    const { dtype, shape } = x as ValueType;
    return [{ dtype, shape: (permutation as readonly number[]).map((axis) => shape[axis] as Dimension) }];
  },
  gradient({ gradients: [g], attributes: { permutation } }) {
    const forward = permutation as readonly number[];
    const inverse = forward.map((_, axis) => forward.indexOf(axis));
    return [g ? transpose(g, inverse) : null];
  },
};

/**
 * Axes in another order: axis i of the result is axis `permutation[i]` of `x`.
 *
 * @param permutation - every axis once, negative ones counted from the end; by default all axes reversed
 * @throws ValueError when `permutation` does not name every axis once.
 * @example
 * const channelsFirst = transpose(images, [0, 3, 1, 2]);
 */
export function transpose(x: TensorLike, permutation?: readonly number[]): Tensor {
  const operand = convert('transpose', x);
  const axes =
    permutation?.map((axis) => normalizeAxis('transpose', axis, operand.rank)) ??
    operand.shape.map((_, i) => operand.rank - 1 - i);
  if (new Set(axes).size !== operand.rank || axes.length !== operand.rank) {
    throw new ValueError(
      `transpose: permutation [${axes.join(', ')}] for shape ${formatShape(operand.shape)}; expected each of its ${operand.rank} axes once`,
    );
  }
  return axes.every((axis, i) => axis === i) ? operand : apply1(op, [operand], { permutation: axes });
}

/** Moves axis `from` to place `to`, the others keeping their order. @throws ValueError for an axis out of range. */
export function moveAxis(x: TensorLike, from: number, to: number): Tensor {
  const operand = convert('moveAxis', x);
  const source = normalizeAxis('moveAxis', from, operand.rank);
  const target = normalizeAxis('moveAxis', to, operand.rank);
  const others = operand.shape.map((_, i) => i).toSpliced(source, 1);
  return transpose(operand, others.toSpliced(target, 0, source));
}
