/** @file What layers take and give: one tensor, a list, or a record of tensors. */

import { ValueError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import { Tensor } from '../graph/tensor.js';

export type TensorRecord = Readonly<Record<string, Tensor>>;
export type LayerInput = Tensor | readonly Tensor[] | TensorRecord;

/** One shape, or one an input. */
export type Shapes = Shape | readonly Shape[];

const describe = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;

function checkTensor(value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  throw new ValueError(
    `received ${describe(value)} as input; expected a tensor or a list of tensors; make one with tensor(values)`,
  );
}

/** The tensors of `inputs` in order; of a record, in the order of its keys. @throws ValueError for what is not a tensor. */
export function flattenTensors(inputs: LayerInput): Tensor[] {
  if (inputs instanceof Tensor) return [inputs];
  if (typeof inputs !== 'object' || inputs === null || ArrayBuffer.isView(inputs)) return [checkTensor(inputs)];
  return Object.values(inputs).map(checkTensor);
}

/** `inputs` with `change` applied to each tensor. */
export function mapTensors(inputs: LayerInput, change: (tensor: Tensor) => Tensor): LayerInput {
  if (inputs instanceof Tensor) return change(inputs);
  if (Array.isArray(inputs)) return inputs.map(change);
  return Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, change(tensor)]));
}

export const shapesOf = (inputs: LayerInput): Shapes =>
  inputs instanceof Tensor ? inputs.shape : flattenTensors(inputs).map((tensor) => tensor.shape);

export const isShape = (shapes: Shapes): shapes is Shape => !Array.isArray(shapes[0]);

/** A list of shapes, whatever was given. */
export const shapeList = (shapes: Shapes): readonly Shape[] => (isShape(shapes) ? [shapes] : shapes);
