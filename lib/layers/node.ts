/** @file One call of a layer on symbolic tensors: the edge of a functional model. */

import type { ValueType } from '../graph/graph.js';
import { SymbolicTensor } from '../graph/symbolic.js';
import type { Tensor } from '../graph/tensor.js';
import type { Layer } from './layer.js';
import type { LayerInput } from './structure.js';
import { flattenTensors } from './structure.js';

let tensorCount = 0;

export class LayerNode {
  readonly layer: Layer;
  /** What the layer was called with; empty for an input layer. */
  readonly inputs: LayerInput;
  /** The explicit `training` of the call, which wins over the model's. */
  readonly training: boolean | undefined;
  /** Whether the layer returned a list. */
  readonly returnsList: boolean;
  readonly outputs: readonly SymbolicTensor[];

  constructor(
    layer: Layer,
    inputs: LayerInput,
    training: boolean | undefined,
    types: ValueType | readonly ValueType[],
    name?: string,
  ) {
    this.layer = layer;
    this.inputs = inputs;
    this.training = training;
    this.returnsList = Array.isArray(types);
    this.outputs = [types].flat().map(({ dtype, shape }, index) => {
      const tensorName = name ?? `tensor_${tensorCount++}`;
      return new SymbolicTensor(dtype, shape, tensorName, { node: this, index });
    });
  }

  /** What the layer returned. */
  get result(): Tensor | Tensor[] {
    return this.returnsList ? [...this.outputs] : (this.outputs[0] as Tensor);
  }

  get isInput(): boolean {
    return Array.isArray(this.inputs) && this.inputs.length === 0;
  }

  /** The symbolic tensors among the inputs. */
  get symbolicInputs(): SymbolicTensor[] {
    return flattenTensors(this.inputs).filter((tensor) => tensor instanceof SymbolicTensor);
  }

  /** Calls of the layers that made the inputs. */
  get parents(): LayerNode[] {
    return this.symbolicInputs.map(nodeOf);
  }

  /** Which call of its layer this is, counted from 0. */
  get index(): number {
    return this.layer.inboundNodes.indexOf(this);
  }
}

/** The call that made a symbolic tensor. */
export const nodeOf = (tensor: SymbolicTensor): LayerNode => tensor.history.node as LayerNode;
