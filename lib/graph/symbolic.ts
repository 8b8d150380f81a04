/** @file Symbolic tensors: what a functional model is written with. Their sizes may be unknown, and they remember who made them. */

import type { DType } from '../core/dtype.js';
import { StateError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import type { Graph, Value } from './graph.js';
import { Tensor } from './tensor.js';

/** Where a symbolic tensor comes from: output `index` of call `node` of a layer. The layers folder defines what a call is. */
export interface History {
  readonly node: object;
  readonly index: number;
}

/** The result of `input({ shape })` or of a layer applied to symbolic tensors. */
export class SymbolicTensor extends Tensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly name: string;
  readonly history: History;

  constructor(dtype: DType, shape: Shape, name: string, history: History) {
    super();
    this.dtype = dtype;
    this.shape = shape;
    this.name = name;
    this.history = history;
  }

  /** @throws StateError always: a symbolic tensor belongs to no trace. */
  inGraph(_graph: Graph): Value {
    throw new StateError(
      `the symbolic tensor '${this.name}' ${formatShape(this.shape)} is used inside a layer's call; use the tensor that call receives`,
    );
  }
}
