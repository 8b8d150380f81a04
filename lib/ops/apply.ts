/** @file The one dispatcher: applies an op inside a trace (a node), on symbolic tensors (a layer) or at once (a program of one instruction). */

import { describeValue } from '../core/describe.js';
import { checkDType, type DType, deviceArray, dtypeOfArray, isFloat, promote, type TypedArray } from '../core/dtype.js';
import { InternalError, ShapeError, StateError, ValueError } from '../core/errors.js';
import { formatShape, sizeOf, staticShape } from '../core/shape.js';
import { castOp } from '../graph/cast.js';
import { type Attributes, currentGraph, Graph, type Op, type Value } from '../graph/graph.js';
import { SymbolicTensor } from '../graph/symbolic.js';
import { isShapedArray, type NestedArray, type ShapedArray, Tensor } from '../graph/tensor.js';
import { currentDevice } from '../runtime/device.js';
import { DeviceTensor, type HostValues, hostArray, tensor } from '../runtime/device_tensor.js';
import { compileGraph, type Stored } from '../runtime/program.js';

/** What an op takes as a tensor: a tensor, a number, nested arrays, a one-dimensional typed array, or `{ data, shape }`. */
export type TensorLike = Tensor | NestedArray | boolean | TypedArray | ShapedArray;

/** Applies an op to symbolic tensors; the layers install it, since it makes a layer of the op. */
type SymbolicHandler = (op: Op, operands: readonly Tensor[], attributes: Attributes) => readonly Tensor[];
let symbolicHandler: SymbolicHandler | undefined;

/** Called once, by the folder that knows layers. */
export function setSymbolicHandler(handler: SymbolicHandler): void {
  symbolicHandler = handler;
}

/** The one way to apply an op; `lib/ops/*` call it, nobody else appends nodes or runs single ops. */
export function apply(op: Op, operands: readonly Tensor[], attributes: Attributes): readonly Tensor[] {
  const graph = currentGraph();
  if (graph !== undefined) {
    return graph.append(
      op,
      operands.map((operand) => operand.inGraph(graph)),
      attributes,
    );
  }
  if (operands.some((operand) => operand instanceof SymbolicTensor)) {
    if (symbolicHandler === undefined) throw new InternalError('no handler for ops on symbolic tensors');
    return symbolicHandler(op, operands, attributes);
  }
  return runNow(op, operands, attributes);
}

/** The first result of `apply`, for ops that have one. */
export function apply1(op: Op, operands: readonly Tensor[], attributes: Attributes): Tensor {
  return apply(op, operands, attributes)[0] as Tensor;
}

function runNow(op: Op, operands: readonly Tensor[], attributes: Attributes): readonly Tensor[] {
  const stored = operands as readonly Stored[];
  const device =
    stored.map((operand) => (operand instanceof DeviceTensor ? operand.device : undefined)).find((found) => found) ??
    currentDevice();
  const graph = new Graph();
  const values = stored.map((operand, i) => {
    if (!('buffer' in operand)) {
      throw new StateError(
        `${op.name}: a tensor ${formatShape((operand as Tensor).shape)} of a finished trace is used outside it`,
      );
    }
    return graph.input(String(i), operand);
  });
  const outputs = graph.append(op, values, attributes);
  for (const output of outputs) staticShape(op.name, output.shape);
  return compileGraph(device, graph, outputs).run(stored);
}

/**
 * `x` as a tensor of `dtype` (its own when undefined): numbers become a scalar of the trace, or of the device.
 *
 * @throws ValueError when `x` is none of the kinds that ops take.
 */
export function convert(where: string, x: TensorLike, dtype?: DType): Tensor {
  if (x instanceof Tensor) return x;
  if (typeof x === 'number' || typeof x === 'boolean') {
    return apply1(fillOp, [], { value: Number(x), shape: [], dtype: dtype ?? (typeof x === 'boolean' ? 'bool' : 'float32') });
  }
  const host = isShapedArray(x) ? shapedArray(where, x, dtype) : plainArray(where, x, dtype);
  const graph = currentGraph();
  if (graph === undefined) return tensor(host.data, host.shape, host.dtype);
  return graph.constant({ type: { dtype: host.dtype, shape: host.shape }, data: deviceArray(host.dtype, host.data) });
}

function plainArray(where: string, x: NestedArray | TypedArray, dtype?: DType): HostValues {
  if (Array.isArray(x) || dtypeOfArray(x) !== undefined) return hostArray(where, x, dtype);
  throw new ValueError(
    `${where}: received ${describeValue(x)}; expected a tensor, a number, nested arrays, a typed array or { data, shape }`,
  );
}

/** `{ data, shape }` with its dtype, or with `dtype`. @throws ShapeError or ValueError when data and shape do not fit. */
export function shapedArray(where: string, x: ShapedArray, dtype: DType | undefined = x.dtype): HostValues {
  const { data, shape } = x;
  const values = plainArray(where, data, dtype && checkDType(where, dtype));
  if (!Array.isArray(shape) || shape.some((size) => !Number.isInteger(size) || size < 0)) {
    const received = Array.isArray(shape) ? formatShape(shape) : describeValue(shape);
    throw new ValueError(`${where}: shape ${received}; expected integers of at least 0`);
  }
  if (sizeOf(shape) !== values.data.length) {
    throw new ShapeError(
      `${where}: ${values.data.length} values do not fill the shape ${formatShape(shape)} of ${sizeOf(shape)} elements`,
    );
  }
  return { ...values, shape };
}

/**
 * Two operands as tensors: a plain number takes the other's dtype (float32 where that is an integer and the number is not), `{ data, shape }`
 * keeps its own.
 */
export function convertPair(where: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  const typeFor = (x: TensorLike, other: TensorLike): DType | undefined => {
    if (x instanceof Tensor || isShapedArray(x) || !(other instanceof Tensor)) return undefined;
    const fits = typeof x === 'number' && (Number.isInteger(x) || isFloat(other.dtype));
    return typeof x === 'boolean' || (typeof x === 'number' && !fits)
      ? undefined
      : other.dtype === 'bool'
        ? undefined
        : other.dtype;
  };
  const beside = (x: TensorLike, other: TensorLike): Tensor => {
    const dtype = typeFor(x, other);
    return typeof x === 'number' && other instanceof SymbolicTensor
      ? new ScalarConstant(x, dtype ?? 'float32')
      : convert(where, x, dtype);
  };
  const left = beside(a, b);
  const right = beside(b, a);
  if (left.dtype === right.dtype) return [left, right];
  const dtype = promote(left.dtype, right.dtype);
  return [castTo(left, dtype), castTo(right, dtype)];
}

/** `fill`: every element equal. The result's shape is an attribute of the node, not of the listing (types are written there). */
export const fillOp: Op = {
  name: 'fill',
  infer: (_, { shape, dtype }) => [{ shape: shape as readonly number[], dtype: dtype as DType }],
};

/** A number beside a symbolic tensor: a `fill` in every trace of the model. */
export class ScalarConstant extends Tensor {
  readonly value: number;
  readonly dtype: DType;
  readonly shape: readonly number[] = [];

  constructor(value: number, dtype: DType) {
    super();
    this.value = value;
    this.dtype = dtype;
  }

  inGraph(graph: Graph): Value {
    return graph.append(fillOp, [], { value: this.value, shape: [], dtype: this.dtype })[0] as Value;
  }
}

/** `x` with elements of `dtype`; itself when it has that type already. */
export function castTo(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : apply1(castOp, [x], { dtype });
}
