/** @file Models made of symbolic tensors: several inputs and outputs, shared layers, nested models. */

import type { DType } from '../core/dtype.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { compatible, formatShape, type Shape } from '../core/shape.js';
import { SymbolicTensor } from '../graph/symbolic.js';
import { Tensor } from '../graph/tensor.js';
import type { Layer } from '../layers/layer.js';
import type { CallOptions } from '../layers/layer_options.js';
import { nodeOf } from '../layers/node.js';
import { flattenTensors, type LayerInput, mapTensors } from '../layers/structure.js';
import { castTo } from '../ops/apply.js';
import { expandDims, squeeze } from '../ops/reshape.js';
import type { KerasObject } from './keras_config.js';
import { Model, type ModelOptions } from './model.js';
import { serializeFunctional } from './serialize.js';
import { sortGraph, type Topology } from './topology.js';

export interface FunctionalOptions extends ModelOptions {
  /** What the model is called with: tensors made by `input`, or results of layers (the model begins there). */
  readonly inputs: LayerInput;
  /** What the model returns. */
  readonly outputs: LayerInput;
}

function symbolic(what: string, tensors: LayerInput): SymbolicTensor[] {
  const list = flattenTensors(tensors);
  if (list.length === 0) throw new ValueError(`model: ${what} is empty; expected at least one tensor`);
  return list.map((tensor) => {
    if (tensor instanceof SymbolicTensor) return tensor;
    throw new ValueError(
      `model: ${what}: received ${tensor.toString()}; expected tensors made by input() or by layers applied to them`,
    );
  });
}

/** See {@link model}. */
export class Functional<Outputs extends Tensor | Tensor[] = Tensor | Tensor[]> extends Model<Outputs> {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** Inputs and outputs in the structure that they were given in. */
  readonly inputStructure: LayerInput;
  readonly outputStructure: LayerInput;
  readonly #topology: Topology;
  readonly #inputKeys: readonly string[];
  readonly #returnsList: boolean;

  constructor(options: FunctionalOptions) {
    const { inputs, outputs, ...rest } = options;
    super(rest);
    this.inputStructure = inputs;
    this.outputStructure = outputs;
    this.inputs = symbolic('inputs', inputs);
    this.outputs = symbolic('outputs', outputs);
    this.#inputKeys = inputs instanceof Tensor || Array.isArray(inputs) ? this.inputNames : Object.keys(inputs);
    this.#returnsList = !(outputs instanceof Tensor);
    this.#topology = sortGraph(this.inputs, this.outputs);
    if (options.trainable !== undefined) this.trainable = options.trainable;
    this.built = true;
  }

  override get topology(): Topology {
    return this.#topology;
  }

  override get inputNames(): string[] {
    return this.inputs.map((tensor) => nodeOf(tensor).layer.name);
  }

  override get outputNames(): string[] {
    return this.outputs.map((tensor) => nodeOf(tensor).layer.name);
  }

  override get layers(): Layer[] {
    return [...this.#topology.layers];
  }

  override subLayers(): Layer[] {
    return this.layers;
  }

  override inputShapes(): (Shape | null)[] {
    return this.inputs.map(({ shape }) => shape);
  }

  override inputDTypes(): DType[] {
    return this.inputs.map(({ dtype }) => dtype);
  }

  override get input(): Tensor | Tensor[] {
    return this.inputs.length === 1 ? (this.inputs[0] as Tensor) : [...this.inputs];
  }

  override get output(): Tensor | Tensor[] {
    return this.#returnsList ? [...this.outputs] : (this.outputs[0] as Tensor);
  }

  override build(): void {}

  call(inputs: LayerInput, _options: CallOptions): Tensor | Tensor[] {
    const values = new Map<Tensor, Tensor>();
    for (const [i, tensor] of flattenTensors(inputs).entries()) values.set(this.inputs[i] as Tensor, tensor);
    for (const node of this.topology.nodes) {
      if (node.isInput || node.outputs.every((output) => values.has(output))) continue;
      const given = mapTensors(node.inputs, (tensor) => values.get(tensor) ?? tensor);
      const results = node.layer.apply<Tensor | Tensor[]>(given, node.training === undefined ? {} : { training: node.training });
      for (const [i, result] of flattenTensors(results).entries()) values.set(node.outputs[i] as Tensor, result);
    }
    const outputs = this.outputs.map((output) => values.get(output) as Tensor);
    return this.#returnsList ? outputs : (outputs[0] as Tensor);
  }

  override savedParts(): Readonly<Record<string, unknown>> {
    return { layers: this.layers };
  }

  override toJSON(): KerasObject {
    return serializeFunctional(this);
  }

  /** Inputs as a list in the model's order, in its ranks and types. */
  override convertInputs(inputs: LayerInput): Tensor[] {
    const list = this.#ordered(inputs);
    return this.inputs.map((expected, i) => castTo(this.#fitRank(list[i] as Tensor, expected, i), expected.dtype));
  }

  #ordered(inputs: LayerInput): readonly Tensor[] {
    if (inputs instanceof Tensor || Array.isArray(inputs)) {
      const list = flattenTensors(inputs);
      if (list.length === this.inputs.length) return list;
      throw new ValueError(`expected ${this.inputs.length} inputs (${this.#inputKeys.join(', ')}), received ${list.length}`);
    }
    const record = inputs as Readonly<Record<string, Tensor>>;
    return this.#inputKeys.map((key) => {
      const value = record[key];
      if (value !== undefined) return value;
      throw new ValueError(
        `the input '${key}' is missing: received ${Object.keys(record).join(', ')}; expected ${this.#inputKeys.join(', ')}`,
      );
    });
  }

  /** A last axis of size 1 may be missing or too many (keras/src/models/functional.py, _adjust_input_rank). */
  #fitRank(given: Tensor, expected: SymbolicTensor, index: number): Tensor {
    const rank = expected.shape.length;
    let tensor = given;
    if (given.rank === rank + 1 && given.shape.at(-1) === 1) tensor = squeeze(given, -1);
    if (given.rank === rank - 1 && expected.shape.at(-1) === 1) tensor = expandDims(given, -1);
    if (tensor.rank === rank && tensor.shape.every((size, axis) => compatible(size, expected.shape[axis] as number | null)))
      return tensor;
    const name = this.#inputKeys[index];
    throw new ShapeError(
      `input '${name}' has shape ${formatShape(given.shape)}; expected ${formatShape(expected.shape)}; reshape it`,
    );
  }
}

/**
 * A model from symbolic tensors: everything between `inputs` and `outputs`.
 *
 * @param options.inputs - a tensor, a list, or a record by name
 * @param options.outputs - a tensor or a list
 * @throws ValueError when the outputs depend on other inputs, or two layers have the same name.
 * @example
 * const x = input({ shape: [28, 28, 1] });
 * const y = layers.dense({ units: 10, activation: 'softmax' }).apply(layers.flatten().apply(x));
 * const net = model({ inputs: x, outputs: y });
 */
export function model(options: FunctionalOptions & { readonly outputs: Tensor }): Functional<Tensor>;
export function model(options: FunctionalOptions): Functional;
export function model(options: FunctionalOptions): Functional {
  checkOptions('model', options, ['inputs', 'outputs', 'name', 'trainable']);
  return new Functional(options);
}
