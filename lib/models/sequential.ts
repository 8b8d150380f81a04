/** @file Models that are a row of layers. */

import type { DType } from '../core/dtype.js';
import { StateError, ValueError } from '../core/errors.js';
import { implicitInputName, namingScheme } from '../core/naming.js';
import { formatShape, type Shape, sameShape } from '../core/shape.js';
import { SymbolicTensor } from '../graph/symbolic.js';
import type { Tensor } from '../graph/tensor.js';
import { InputLayer } from '../layers/input.js';
import { Layer } from '../layers/layer.js';
import type { CallOptions } from '../layers/layer_options.js';
import { nodeOf } from '../layers/node.js';
import type { LayerInput } from '../layers/structure.js';
import { Functional } from './functional.js';
import type { KerasObject } from './keras_config.js';
import { Model, type ModelOptions } from './model.js';
import { serializeSequential } from './serialize.js';

/** The input layer that a model makes for its first layer. */
const implicitInput = (first: Layer, shape: Shape): InputLayer =>
  new InputLayer({ shape, dtype: first.computeDtype, name: implicitInputName(first.name) });

/** See {@link sequential}. */
export class Sequential extends Model<Tensor> {
  /** Begins with the input layer when there is one. */
  #stack: Layer[] = [];
  /** Results of the first layers of the stack, while their shapes are known. */
  #results: SymbolicTensor[] = [];
  #functional: Functional | undefined;

  constructor(layers: readonly (Layer | Tensor)[] = [], options: ModelOptions = {}) {
    super(options);
    if (!Array.isArray(layers)) throw new ValueError('sequential: expected a list of layers: sequential([layer, ...], { name })');
    for (const layer of layers) this.#push(layer);
    this.#connect();
  }

  /** The layers, without the input layer, as in Keras. */
  override get layers(): Layer[] {
    return this.#stack[0] instanceof InputLayer ? this.#stack.slice(1) : [...this.#stack];
  }

  override subLayers(): Layer[] {
    return this.layers;
  }

  /** The input layer (once the input's shape is known) and the layers. */
  get stack(): readonly Layer[] {
    return this.#stack;
  }

  /**
   * Puts a layer at the end.
   *
   * @throws ValueError when the name is taken, or an input layer is added to a model that has one.
   */
  add(layer: Layer | Tensor): void {
    const before = [...this.#stack];
    try {
      this.#push(layer);
      this.#connect();
    } catch (error) {
      this.#stack = before;
      this.#connect();
      throw error;
    }
  }

  /** Removes the last layer. @throws StateError when there is none. */
  pop(): Layer {
    if (this.layers.length === 0) throw new StateError(`${this.label}: pop: the model has no layers`);
    const layer = this.#stack.pop() as Layer;
    this.#results.length = Math.min(this.#results.length, this.#stack.length);
    this.#connect();
    return layer;
  }

  override build(inputShape: Shape): void {
    if (this.layers.length === 0) throw new StateError('build: the model has no layers; call add(layer) first');
    const first = this.#stack[0];
    if (!(first instanceof InputLayer)) {
      this.#stack.unshift(implicitInput(first as Layer, inputShape.slice(1)));
    } else if (!sameShape(first.batchShape.slice(1), inputShape.slice(1))) {
      throw new StateError(
        `build: the model takes ${formatShape(first.batchShape)} already; received ${formatShape(inputShape)}`,
      );
    }
    try {
      this.#connectStack();
    } catch (error) {
      // The shape was wrong for some layer: another one may be tried.
      if (!(first instanceof InputLayer)) this.#stack.shift();
      this.#results.length = 0;
      throw error;
    }
  }

  override call(inputs: LayerInput, options: CallOptions): Tensor | Tensor[] {
    const net = this.#known('call');
    // The first data meets a model without an input layer: only now is it known what to convert to.
    return net.call(net.convertInputs(inputs), options);
  }

  override convertInputs(inputs: LayerInput): LayerInput {
    return this.#functional?.convertInputs(inputs) ?? super.convertInputs(inputs);
  }

  /** The functional model between the first input and the last output; undefined before the input's shape is known. */
  get functional(): Functional | undefined {
    return this.#functional;
  }

  override get input(): Tensor | Tensor[] {
    return this.#known('input').input;
  }

  override get output(): Tensor | Tensor[] {
    return this.#known('output').output;
  }

  override get inputNames(): string[] {
    return this.#functional?.inputNames ?? ['input'];
  }

  override get outputNames(): string[] {
    return this.#functional?.outputNames ?? [this.#stack.at(-1)?.name ?? 'output'];
  }

  override inputShapes(): (Shape | null)[] {
    return this.#functional?.inputShapes() ?? [null];
  }

  override inputDTypes(): DType[] {
    return this.#functional?.inputDTypes() ?? [this.#stack[0]?.computeDtype ?? this.computeDtype];
  }

  override buildFor(inputShapes: Shape[]): void {
    if (inputShapes.length !== 1)
      throw new ValueError(`${this.label}: expected 1 input, received ${inputShapes.length}; use model({ inputs, outputs })`);
    this.build(inputShapes[0] as Shape);
  }

  override savedParts(): Readonly<Record<string, unknown>> {
    return { layers: this.layers };
  }

  override toJSON(): KerasObject {
    return serializeSequential(this);
  }

  #known(what: string): Functional {
    if (this.#functional !== undefined) return this.#functional;
    throw new StateError(
      `${this.label}: ${what}: the shape of the input is not known; start with input({ shape }) or give inputShape to the first layer`,
    );
  }

  #push(entry: Layer | Tensor): void {
    const layer = entry instanceof SymbolicTensor ? nodeOf(entry).layer : entry;
    if (!(layer instanceof Layer)) throw new ValueError(`${this.label}: received ${String(entry)}; expected a layer`);
    if (this.#stack.some(({ name }) => name === layer.name)) {
      throw new ValueError(
        `${this.label}: a layer named '${layer.name}' is in the model already; expected unique names; pass another \`name\``,
      );
    }
    const first = this.#stack[0];
    if (layer instanceof InputLayer && first instanceof InputLayer) {
      throw new ValueError(
        `${this.label}: the model takes ${formatShape(first.batchShape)} already; received another input layer '${layer.name}'`,
      );
    }
    if (first === undefined && layer.inputShape !== undefined) this.#stack.push(implicitInput(layer, layer.inputShape));
    this.#stack.push(layer);
  }

  /** Builds what can be built: all layers, when the shape of the input is known. */
  #connect(): void {
    this.built = false;
    this.#functional = undefined;
    this.forgetSteps();
    const first = this.#stack[0];
    if (first instanceof InputLayer && this.#stack.length > 1) this.build(first.batchShape);
    else if (first instanceof Model && first.built && first.inputShapes().length === 1)
      this.build(first.inputShapes()[0] as Shape);
  }

  #connectStack(): void {
    const results = this.#results;
    results[0] ??= (this.#stack[0] as InputLayer).output as SymbolicTensor;
    for (let i = results.length; i < this.#stack.length; i++) {
      results.push((this.#stack[i] as Layer).apply(results[i - 1] as Tensor) as SymbolicTensor);
    }
    // Keras 3 counts it among the functional models (keras/src/models/sequential.py); Keras 2 had no model inside.
    const name = namingScheme() === 'keras3' ? undefined : this.name;
    this.#functional = new Functional({ inputs: results[0], outputs: results.at(-1) as Tensor, name });
  }
}

/**
 * A model that is a row of layers. It is built at once when its first layer is given `inputShape` or is an `input`, else by the first data.
 *
 * @param layers - from input to output
 * @throws ValueError when two layers have the same name.
 * @example
 * const net = sequential([
 *   layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
 *   layers.globalAveragePooling2d(),
 *   layers.dense({ units: 10, activation: 'softmax' }),
 * ]);
 */
export function sequential(layers: readonly (Layer | Tensor)[] = [], options: ModelOptions = {}): Sequential {
  return new Sequential(layers, options);
}
