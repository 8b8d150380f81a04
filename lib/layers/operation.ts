/** @file Ops applied to symbolic tensors: each application becomes a layer of the model, named as Keras names it. */

import { autoName } from '../core/naming.js';
import type { Attributes, Op } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply, setSymbolicHandler } from '../ops/apply.js';
import { Layer } from './layer.js';
import { flattenTensors, type LayerInput } from './structure.js';

/** Keras's names where they are not the op's. */
const kerasNames: Readonly<Record<string, string>> = {
  sub: 'Subtract',
  mul: 'Multiply',
  div: 'Divide',
  pow: 'Power',
  neg: 'Negative',
  abs: 'Absolute',
  arg_max: 'Argmax',
  arg_min: 'Argmin',
  concat: 'Concatenate',
  select: 'Where',
  broadcast: 'BroadcastTo',
  slice: 'GetItem',
  gather: 'Take',
  reverse: 'Flip',
  conv2d: 'Conv',
  max_pool2d: 'MaxPool',
  avg_pool2d: 'AveragePool',
};

const classNameOf = (op: Op): string =>
  kerasNames[op.name] ?? op.name.replace(/(^|_)([a-z])/g, (_match, _start, letter: string) => letter.toUpperCase());

/** An op with its attributes, without weights. */
export class OperationLayer extends Layer {
  protected override autocast = false;
  readonly op: Op;
  readonly attributes: Attributes;

  constructor(op: Op, attributes: Attributes) {
    super({ name: autoName(classNameOf(op)) });
    this.op = op;
    this.attributes = attributes;
    this.built = true;
  }

  override get className(): string {
    return classNameOf(this.op);
  }

  override call(inputs: LayerInput): Tensor | Tensor[] {
    const results = apply(this.op, flattenTensors(inputs), this.attributes);
    return results.length === 1 ? (results[0] as Tensor) : [...results];
  }

  /** Gives the op the name that it had in a file. */
  rename(name: string): void {
    (this as { name: string }).name = name;
  }
}

setSymbolicHandler((op, operands, attributes) => {
  const result = new OperationLayer(op, attributes).apply<Tensor | Tensor[]>(operands);
  return Array.isArray(result) ? result : [result];
});
