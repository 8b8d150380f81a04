/** @file The options of layers, calls and weights, and their checks. */

import type { ConstraintIdentifier } from '../constraints/index.js';
import { readableBytes } from '../core/bytes.js';
import { bytesPerElement, type DType, type TypedArray } from '../core/dtype.js';
import type { DTypePolicy, DTypePolicyName } from '../core/dtype_policy.js';
import { OutOfMemoryError, ShapeError, ValueError } from '../core/errors.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../core/shape.js';
import { type NestedArray, Tensor } from '../graph/tensor.js';
import type { InitializerIdentifier } from '../initializers/index.js';
import type { RegularizerIdentifier } from '../regularizers/index.js';
import { currentDevice } from '../runtime/device.js';
import type { Variable } from '../runtime/variable.js';

/** Options that every layer takes. */
export interface LayerOptions {
  /** Unique in its model; by default the class's name in snake case with a number. */
  readonly name?: string;
  /** Whether training changes the weights; default true. */
  readonly trainable?: boolean;
  /** Type of the weights and of the computation, or a policy that tells them apart, as `mixed_bfloat16`; `dtypePolicy()` by default. */
  readonly dtype?: DTypePolicyName | DTypePolicy;
  /** For the first layer of a sequential model: the shape of its input without the batch. */
  readonly inputShape?: Shape;
  /** A penalty on the outputs, divided by the batch size and added to the loss. */
  readonly activityRegularizer?: RegularizerIdentifier;
}

export interface CallOptions {
  /** True in `fit`, false in `evaluate` and `predict`. */
  readonly training: boolean;
}

export interface ApplyOptions {
  /** Training or inference; by default what the layer around does, else inference. */
  readonly training?: boolean;
}

export interface WeightOptions {
  readonly name: string;
  readonly shape: Shape;
  /** By default `glorotUniform`, for integers `zeros`. */
  readonly initializer?: InitializerIdentifier;
  readonly trainable?: boolean;
  readonly regularizer?: RegularizerIdentifier;
  readonly constraint?: ConstraintIdentifier;
  readonly dtype?: DType;
  /** Whether the layer reads it in the type that it computes in; default true. */
  readonly autocast?: boolean;
}

/** Names of the options that every layer takes. */
export const layerOptionNames = ['name', 'trainable', 'dtype', 'inputShape', 'activityRegularizer'];

/** What a weight can be set to. */
export type WeightValue = Tensor | TypedArray | NestedArray;

/** @throws ValueError for names that cannot be part of a path. */
export function checkName(className: string, name: string): string {
  if (typeof name === 'string' && name !== '' && !name.includes('/')) return name;
  throw new ValueError(`${className}: name ${JSON.stringify(name)}; expected a string that is not empty and has no '/'`);
}

/** @throws ValueError for a size that is neither null nor a positive integer. */
export function checkShape(where: string, shape: Shape): Shape {
  const valid = Array.isArray(shape) && shape.every((size) => size === null || (Number.isInteger(size) && size > 0));
  if (valid) return shape;
  const received = Array.isArray(shape) ? formatShape(shape) : String(shape);
  throw new ValueError(`${where}: received ${received}; expected a list of positive integers, or null for sizes that may vary`);
}

/** @throws ShapeError for sizes that are not known. */
export function weightShape(name: string, shape: Shape): readonly number[] {
  if (shape.every((size) => size !== null && Number.isInteger(size) && size > 0)) return shape as readonly number[];
  throw new ShapeError(
    `weight '${name}': shape ${formatShape(shape)}; expected positive integers: sizes that weights depend on must be known`,
  );
}

/** Whether `value` fits the weight: asked for all weights before the first is changed. @throws ShapeError when it does not. */
export function checkValue(label: string, weight: Variable, value: unknown): void {
  const where = `${label}: setWeights: '${weight.path}' has shape ${formatShape(weight.shape)}`;
  if (value instanceof Tensor) {
    if (!sameShape(value.shape, weight.shape)) throw new ShapeError(`${where}; received ${formatShape(value.shape)}`);
    return;
  }
  const count = Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY).length : ((value as { length?: number }).length ?? 1);
  if (count !== sizeOf(weight.shape)) throw new ShapeError(`${where}; received ${count} values`);
}

/** @throws OutOfMemoryError when a weight is larger than the device: found here, it names the layer. */
export function checkRoom(name: string, shape: readonly number[], dtype: DType): void {
  const bytes = (sizeOf(shape) as number) * bytesPerElement(dtype);
  const { total } = currentDevice().memory();
  if (total === 0 || bytes <= total) return;
  throw new OutOfMemoryError(
    `weight '${name}' ${dtype}${formatShape(shape)} needs ${readableBytes(bytes)}; the device has ${readableBytes(total)}; use smaller sizes`,
  );
}
