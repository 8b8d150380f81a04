/** @file What every tensor is, whether its numbers exist already or not. */

import type { DType, TypedArray } from '../core/dtype.js';
import { StateError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { Graph, Value } from './graph.js';

/** Numbers nested in arrays, as `await tensor.array()` gives them. */
export type NestedArray = number | NestedArray[];

/** Numbers on the host with a shape; the dtype is the typed array's own unless given. */
export interface ShapedArray {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly dtype?: DType;
}

/**
 * A multi-dimensional array. Three kinds exist, and every op takes all of them: tensors with numbers on a device (`tensor([1, 2])`, the
 * result of an op), values inside a trace (what a layer's `call` receives during `fit`), and symbolic tensors (`input({ shape })`), which
 * describe a model. Only the first has `data()`.
 */
export abstract class Tensor {
  abstract readonly dtype: DType;
  abstract readonly shape: Shape;

  /** This tensor as a value of `graph`; for the dispatcher only. */
  abstract inGraph(graph: Graph): Value;

  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements; null when a size is unknown. */
  get size(): number | null {
    return sizeOf(this.shape);
  }

  /** The elements in row-major order, copied from the device. @throws StateError on a tensor without numbers. */
  data(): Promise<TypedArray> {
    return Promise.reject(this.#withoutNumbers('data'));
  }

  /** The elements as nested arrays; a number for a scalar. */
  array(): Promise<NestedArray> {
    return Promise.reject(this.#withoutNumbers('array'));
  }

  /** Frees the device memory now instead of at garbage collection. Harmless when called twice. */
  dispose(): void {}

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return `${this.constructor.name} ${this.dtype}${formatShape(this.shape)}`;
  }

  #withoutNumbers(method: string): StateError {
    return new StateError(
      `${method}: this tensor ${formatShape(this.shape)} has no numbers yet: it describes a computation that is being traced; ` +
        'use ops on it here, and read the numbers from what predict, fit or a compiled function returns',
    );
  }
}

/** Whether a value looks like `{ data, shape }`; whether they fit is for the caller to check. */
export const isShapedArray = (value: unknown): value is ShapedArray =>
  typeof value === 'object' && value !== null && 'data' in value && 'shape' in value && !(value instanceof Tensor);
