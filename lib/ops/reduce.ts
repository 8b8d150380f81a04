/** @file Reductions over axes, and `sumTo`, which undoes a broadcast. */

import { isFloat16, wideDType } from '../core/dtype.js';
import { DTypeError, ShapeError } from '../core/errors.js';
import { type Dimension, formatShape, normalizeAxes, normalizeAxis, type Shape, sizeOf } from '../core/shape.js';
import type { GradientContext, Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, castTo, convert, type TensorLike } from './apply.js';
import { asProgram } from './as_program.js';
import { add, div, equal, mul, sub } from './binary.js';
import { broadcastTo } from './broadcast.js';
import { checkNumber } from './check.js';
import { reshape } from './reshape.js';
import { where } from './select.js';
import { exp, isFinite as finite, log, sqrt, square } from './unary.js';

/** One axis or several, negative ones counted from the end; all axes when absent. */
export type Axes = number | readonly number[] | null;

export interface ReduceOptions {
  /** Whether reduced axes stay with size 1. */
  readonly keepDims?: boolean;
}

type Rule = (x: Tensor, out: Tensor, g: Tensor, axes: readonly number[]) => Tensor;

function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  if (keepDims) return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** `x` of a reduced shape with the reduced axes of `like` back as 1, so that it broadcasts against it. */
const restored = (x: Tensor, like: Tensor, axes: readonly number[]): Tensor => reshape(x, reducedShape(like.shape, axes, true));

function reduction(name: string, rule: Rule): Op {
  return {
    name,
    infer(operands, { axes, keepDims }) {
      const [x] = operands as [ValueType];
      checkNumber(name, x.dtype);
      const reduced = axes as readonly number[];
      if ((name === 'max' || name === 'min') && reduced.some((axis) => x.shape[axis] === 0)) {
        throw new ShapeError(
          `${name}: the shape ${formatShape(x.shape)} has no elements on axes [${reduced}]; expected at least one`,
        );
      }
      return [{ dtype: x.dtype, shape: reducedShape(x.shape, reduced, keepDims as boolean) }];
    },
    gradient({ operands: [x], outputs: [out], gradients: [g], attributes }: GradientContext) {
      if (!x || !out || !g) return [null];
      const axes = attributes.axes as readonly number[];
      return [rule(x, restored(out, x, axes), restored(g, x, axes), axes)];
    },
  };
}

/** Equal extremes share the gradient, as in JAX. */
const extremeRule: Rule = (x, out, g, axes) => {
  const mask = castTo(equal(x, out), x.dtype);
  return mul(mask, div(g, sum(mask, axes, { keepDims: true })));
};

/** The product of the others: with one zero among the elements only that one has a gradient, with two none. */
const productRule: Rule = (x, _out, g, axes) => {
  const isZero = equal(x, 0);
  const others = where(isZero, 1, x);
  const product = prod(others, axes, { keepDims: true });
  const zeros = sum(castTo(isZero, x.dtype), axes, { keepDims: true });
  const atZero = where(equal(zeros, 1), product, 0);
  const elsewhere = where(equal(zeros, 0), div(product, others), 0);
  return mul(g, where(isZero, atZero, elsewhere));
};

const table = {
  sum: reduction('sum', (x, _out, g) => broadcastTo(g, x.shape)),
  prod: reduction('prod', productRule),
  max: reduction('max', extremeRule),
  min: reduction('min', extremeRule),
};

function reduce(op: Op, where: string, x: Tensor, axis: Axes | undefined, options: ReduceOptions): Tensor {
  const axes = normalizeAxes(where, axis, x.rank);
  if (axes.length === 0) return x;
  return apply1(op, [x], { axes, keepDims: options.keepDims ?? false });
}

/** Sums of small types are int32. */
function summable(where: string, x: TensorLike): Tensor {
  const operand = convert(where, x);
  return operand.dtype === 'bool' || operand.dtype === 'uint8' ? castTo(operand, 'int32') : operand;
}

/**
 * Sum over `axis`. The sum of bool or uint8 is int32.
 *
 * @throws ValueError for an axis out of range.
 * @example
 * const total = sum(tensor([[1, 2], [3, 4]])); // 10
 * const rows = sum(tensor([[1, 2], [3, 4]]), 1, { keepDims: true }); // [[3], [7]]
 */
export function sum(x: TensorLike, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return reduce(table.sum, 'sum', summable('sum', x), axis, options);
}

/** Product over `axis`; of bool or uint8 as int32. @throws ValueError for an axis out of range. */
export function prod(x: TensorLike, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return reduce(table.prod, 'prod', summable('prod', x), axis, options);
}

/**
 * Largest element over `axis`; NaN wins. Equal extremes share the gradient.
 *
 * @throws ValueError for an axis out of range, ShapeError when there is no element, DTypeError for bool (use `any`).
 * @example
 * const best = max(tensor([[1, 2], [3, 4]]), -1); // [2, 4]
 */
export function max(x: TensorLike, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return reduce(table.max, 'max', convert('max', x), axis, options);
}

/** Smallest element over `axis`; otherwise as `max`. */
export function min(x: TensorLike, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return reduce(table.min, 'min', convert('min', x), axis, options);
}

/** The number of elements that a reduction joins, as a number or, where sizes are unknown, a sum of ones. */
function countOver(x: Tensor, axes: readonly number[]): number | Tensor {
  const count = sizeOf(axes.map((axis) => x.shape[axis] as Dimension));
  return count ?? sum(castTo(equal(x, x), x.dtype), axes, { keepDims: true });
}

/**
 * Arithmetic mean over `axis`: `sum(x) / count`. Integers and bool are averaged as float32; so are floats of 16 bits, with the result
 * rounded once.
 *
 * @throws ValueError for an axis out of range.
 * @example
 * const average = mean(tensor([[1, 2], [3, 4]]), 0); // [2, 3]
 */
export function mean(x: TensorLike, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return asProgram(convert('mean', x), (value) => [rounded(value, meanOf(floating(value), axis, options))])[0] as Tensor;
}

function meanOf(x: Tensor, axis: Axes | undefined, options: ReduceOptions): Tensor {
  const axes = normalizeAxes('mean', axis, x.rank);
  const count = countOver(x, axes);
  if (typeof count === 'number') return div(sum(x, axes, options), count);
  const average = div(sum(x, axes, { keepDims: true }), count);
  return options.keepDims ? average : sum(average, axes);
}

/** What sums are taken of: `x` in at least float32. */
const floating = (x: Tensor): Tensor => castTo(x, wideDType(x.dtype));

/** A statistic of `x`, in the 16 bits of `x` where it has them. */
const rounded = (x: Tensor, result: Tensor): Tensor => (isFloat16(x.dtype) ? castTo(result, x.dtype) : result);

/**
 * Mean and population variance (divided by the count, not count - 1) over `axis`.
 *
 * @throws ValueError for an axis out of range.
 * @example
 * const { mean, variance } = moments(tensor([1, 3])); // 2 and 1
 */
export function moments(x: TensorLike, axis?: Axes, options: ReduceOptions = {}): { mean: Tensor; variance: Tensor } {
  const [average, variance] = asProgram(convert('moments', x), (value) => momentsOf(value, axis, options));
  return { mean: average as Tensor, variance: variance as Tensor };
}

function momentsOf(x: Tensor, axis: Axes | undefined, options: ReduceOptions): [Tensor, Tensor] {
  const operand = floating(x);
  const center = meanOf(operand, axis, { keepDims: true });
  const variance = meanOf(square(sub(operand, center)), axis, options);
  return [rounded(x, options.keepDims ? center : meanOf(operand, axis, options)), rounded(x, variance)];
}

/** Population variance over `axis`: `mean((x - mean(x))^2)`. @throws ValueError for an axis out of range. */
export const variance = (x: TensorLike, axis?: Axes, options: ReduceOptions = {}): Tensor =>
  asProgram(convert('variance', x), (value) => momentsOf(value, axis, options).slice(1))[0] as Tensor;

/** Standard deviation over `axis`: the root of the population variance. @throws ValueError for an axis out of range. */
export const std = (x: TensorLike, axis?: Axes, options: ReduceOptions = {}): Tensor =>
  asProgram(convert('std', x), (value) => momentsOf(value, axis, options).slice(1).map(sqrt))[0] as Tensor;

/**
 * `log(sum(exp(x)))` over `axis` without overflow.
 *
 * @throws ValueError for an axis out of range, DTypeError unless `x` holds floats.
 * @example
 * const total = logSumExp(tensor([1000, 1000])); // 1000.693
 */
export function logSumExp(x: TensorLike, axis?: Axes, options: ReduceOptions = {}): Tensor {
  const operand = convert('logSumExp', x);
  const largest = max(operand, axis, { keepDims: true });
  // An infinite maximum would make Infinity - Infinity.
  const shift = where(finite(largest), largest, 0);
  const total = log(sum(exp(sub(operand, shift)), axis, options));
  return add(total, options.keepDims ? shift : reshape(shift, total.shape));
}

function reduceBool(where: string, op: Op, x: TensorLike, axis: Axes | undefined, options: ReduceOptions): Tensor {
  const operand = convert(where, x);
  if (operand.dtype !== 'bool')
    throw new DTypeError(`${where}: received ${operand.dtype}; expected bool; compare it, or use cast`);
  return castTo(reduce(op, where, castTo(operand, 'uint8'), axis, options), 'bool');
}

/** Whether any element over `axis` is true. @throws DTypeError unless `x` is bool. */
export const any = (x: TensorLike, axis?: Axes, options: ReduceOptions = {}): Tensor =>
  reduceBool('any', table.max, x, axis, options);

/** Whether all elements over `axis` are true. @throws DTypeError unless `x` is bool. */
export const all = (x: TensorLike, axis?: Axes, options: ReduceOptions = {}): Tensor =>
  reduceBool('all', table.min, x, axis, options);

const argument = (name: string, where: string): Op => ({
  name,
  infer(operands, { axis }) {
    const [x] = operands as [ValueType];
    checkNumber(where, x.dtype);
    if (x.shape[axis as number] === 0) throw new ShapeError(`${where}: axis ${axis} of ${formatShape(x.shape)} has no elements`);
    return [{ dtype: 'int32', shape: reducedShape(x.shape, [axis as number], false) }];
  },
});

const argMaxOp = argument('arg_max', 'argMax');
const argMinOp = argument('arg_min', 'argMin');

function reduceArgument(where: string, op: Op, x: TensorLike, axis: number): Tensor {
  const operand = convert(where, x);
  return apply1(op, [operand], { axis: normalizeAxis(where, axis, operand.rank) });
}

/**
 * Index of the largest element along `axis`, as int32; the lowest among equals. Not differentiable.
 *
 * @throws ValueError for an axis out of range, DTypeError for bool.
 * @example
 * const classes = argMax(tensor([[0.1, 0.9], [0.7, 0.3]])); // [1, 0]
 */
export const argMax = (x: TensorLike, axis = -1): Tensor => reduceArgument('argMax', argMaxOp, x, axis);

/** Index of the smallest element along `axis`; otherwise as `argMax`. */
export const argMin = (x: TensorLike, axis = -1): Tensor => reduceArgument('argMin', argMinOp, x, axis);

/** `x` summed over the axes along which `shape` was broadcast to its shape: the gradient of broadcasting. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const added = x.rank - shape.length;
  const axes = x.shape.flatMap((size, axis) => (axis < added || (shape[axis - added] === 1 && size !== 1) ? [axis] : []));
  return axes.length === 0 ? x : reshape(sum(x, axes, { keepDims: true }), shape);
}
