/** @file The base of every layer: weights, names, calls. */

import { getConstraint } from '../constraints/index.js';
import { type DType, isFloat } from '../core/dtype.js';
import { type DTypePolicy, dtypePolicy, getDTypePolicy } from '../core/dtype_policy.js';
import { LaminetError, StateError, ValueError } from '../core/errors.js';
import { autoName } from '../core/naming.js';
import { checkOptions } from '../core/options.js';
import { type Shape, sizeOf } from '../core/shape.js';
import { currentGraph, Graph, outsideTrace, type ValueType } from '../graph/graph.js';
import { SymbolicTensor } from '../graph/symbolic.js';
import { isShapedArray, type ShapedArray, Tensor } from '../graph/tensor.js';
import { getInitializer } from '../initializers/index.js';
import { castTo, convert } from '../ops/apply.js';
import { div } from '../ops/binary.js';
import { getRegularizer } from '../regularizers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';
import { currentAutocast, inAutocast } from '../runtime/autocast.js';
import type { DeviceTensor } from '../runtime/device_tensor.js';
import { TracedFunction } from '../runtime/function.js';
import { Variable } from '../runtime/variable.js';
import { type Config, type CustomObjects, configValue, revive } from './config.js';
import { currentContext, inContext, inScope, weightPath } from './context.js';
import { checkInputs, type InputSpec } from './input_spec.js';
import {
  type ApplyOptions,
  type CallOptions,
  checkName,
  checkRoom,
  checkShape,
  checkValue,
  type LayerOptions,
  layerOptionNames,
  type WeightOptions,
  type WeightValue,
  weightShape,
} from './layer_options.js';
import { LayerNode } from './node.js';
import { flattenTensors, isShape, type LayerInput, mapTensors, type Shapes, shapeList, shapesOf } from './structure.js';

/** Errors that name their layer already: the innermost layer wins. */
const placed = new WeakSet<LaminetError>();

/**
 * A function of tensors with weights. Subclasses make their weights in `build` and compute in `call`, with ops; gradients are derived.
 * Layers and variables that are assigned to properties, or to arrays in properties, belong to the layer.
 *
 * A class that lists its options in `static optionNames`, and keeps each in a property of that name, has `getConfig` and the check for
 * unknown options without more code.
 *
 * @example
 * class Scale extends layers.Layer {
 *   build(inputShape) {
 *     this.factor = this.addWeight({ name: 'factor', shape: [inputShape.at(-1)], initializer: 'ones' });
 *   }
 *   call(x, { training }) {
 *     return ops.mul(x, this.factor);
 *   }
 * }
 */
export abstract class Layer {
  /** Names of the constructor's options beside those of every layer, each also a property. Superclasses' names are added. */
  static readonly optionNames: readonly string[] = [];

  readonly name: string;
  /** What the layer computes in and keeps its weights in. */
  readonly dtypePolicy: DTypePolicy;
  /** Whether inputs and weights of float types are cast to `computeDtype` for `call`. Set it in the constructor. */
  protected autocast = true;
  /** Whether `build` has run. */
  built = false;
  /** What the inputs must look like; one entry an input. Set it in the constructor or in `build`. */
  inputSpec: readonly InputSpec[] | undefined;
  readonly inputShape: Shape | undefined;
  readonly activityRegularizer: Regularizer | null;
  /** Shapes that the layer was built for. */
  builtShapes: Shapes | undefined;
  /** Calls on symbolic tensors, in order. */
  readonly inboundNodes: LayerNode[] = [];
  #trainable: boolean;
  readonly #trainableWeights: Variable[] = [];
  readonly #fixedWeights: Variable[] = [];

  constructor(options: LayerOptions = {}) {
    const className = new.target.name;
    checkOptions(className, options, [...layerOptionNames, ...optionNamesOf(new.target)]);
    this.name = options.name === undefined ? autoName(className) : checkName(className, options.name);
    this.dtypePolicy = options.dtype === undefined ? dtypePolicy() : getDTypePolicy(className, options.dtype);
    this.inputShape = options.inputShape === undefined ? undefined : checkShape(`${className}: inputShape`, options.inputShape);
    this.activityRegularizer = getRegularizer(className, options.activityRegularizer);
    this.#trainable = options.trainable ?? true;
    if (typeof this.#trainable !== 'boolean')
      throw new ValueError(`${className}: trainable is ${String(this.#trainable)}; expected true or false`);
    // `build` is called by users and by `apply`, overridden with or without super.build: what always belongs to it stands around it.
    const build = this.build;
    this.build = (inputShape) => this.#guard(() => this.#buildWith(inputShape, () => build.call(this, inputShape)));
  }

  /** The type of the weights; the same as `variableDtype`. */
  get dtype(): DType {
    return this.variableDtype;
  }

  /** The type that the layer computes in; usually its output has it. */
  get computeDtype(): DType {
    return this.dtypePolicy.computeDtype;
  }

  get variableDtype(): DType {
    return this.dtypePolicy.variableDtype;
  }

  /** Makes the weights for inputs of this shape (sizes may be null, the batch always is). */
  build(inputShape: Shapes): void {
    if (this.subLayers().some((layer) => layer.needsBuild)) this.#typesFor(shapeList(inputShape));
  }

  /** The computation, with ops; called through `apply`. */
  abstract call(inputs: LayerInput, options: CallOptions): Tensor | Tensor[];

  /**
   * Shape of the output for inputs of this shape, found by tracing `call`; builds the layer if it is not built. A subclass that overrides
   * it is not traced when a model is put together.
   */
  computeOutputShape(inputShape: Shapes): Shapes {
    const types = this.#guard(() => this.#typesFor(shapeList(inputShape)));
    return Array.isArray(types) ? types.map(({ shape }) => shape) : (types as ValueType).shape;
  }

  /**
   * Applies the layer: to symbolic tensors, which makes a part of a functional model, or to tensors with numbers. Builds it the first time.
   *
   * @param given - a tensor or `{ data, shape }`; a list or a record of tensors for layers that take several
   * @throws ShapeError when the input does not fit, with the layer's name.
   * @example
   * const y = layers.dense({ units: 10 }).apply(x);
   */
  apply<Output extends Tensor | Tensor[] = Tensor>(given: LayerInput | ShapedArray, options: ApplyOptions = {}): Output {
    return this.#guard(() => {
      checkOptions('apply', options, ['training']);
      const inputs = isShapedArray(given) ? convert('apply', given) : given;
      const tensors = flattenTensors(inputs);
      if (tensors.some((tensor) => tensor instanceof SymbolicTensor)) return this.#applySymbolic(inputs, options);
      const training = options.training ?? currentContext()?.training ?? false;
      if (currentGraph() !== undefined) return this.#run(inputs, training);
      return this.#runNow(inputs, tensors, training);
    }) as Output;
  }

  /**
   * A weight of this shape, for `build`.
   *
   * @throws StateError after the layer was built.
   */
  addWeight(options: WeightOptions): Variable {
    checkOptions('addWeight', options, [
      'name',
      'shape',
      'initializer',
      'trainable',
      'regularizer',
      'constraint',
      'dtype',
      'autocast',
    ]);
    const { name, trainable = true, dtype = this.variableDtype, autocast = true } = options;
    if (this.built) throw new StateError(`addWeight '${name}': the layer is built already; add weights in build()`);
    const shape = weightShape(name, options.shape);
    checkRoom(name, shape, dtype);
    const initializer = getInitializer('addWeight', options.initializer ?? (isFloat(dtype) ? 'glorotUniform' : 'zeros'));
    const variable = new Variable(initializer.call(shape, dtype), { name, trainable, autocast });
    variable.path = weightPath(this.name, name);
    const regularizer = getRegularizer('addWeight', options.regularizer);
    const constraint = getConstraint('addWeight', options.constraint);
    if (regularizer !== null) variable.regularizer = (value) => regularizer.call(value);
    if (constraint !== null) variable.constraint = (value) => constraint.call(value);
    (trainable ? this.#trainableWeights : this.#fixedWeights).push(variable);
    if (!this.trainable) variable.trainable = false;
    return variable;
  }

  /** Adds a scalar to the loss of the training step; inside `call` only. */
  addLoss(loss: Tensor): void {
    const context = currentContext();
    if (context === undefined) throw new StateError('addLoss: called outside call(); add losses while the layer is called');
    context.losses.push(loss);
  }

  /** Layers that belong to this one, in the order of its properties. */
  subLayers(): Layer[] {
    return this.#ownedBy((value) => value instanceof Layer) as Layer[];
  }

  get trainable(): boolean {
    return this.#trainable;
  }

  /** Freezes or thaws the layer and all inside it. A compiled model must be compiled again. */
  set trainable(value: boolean) {
    this.#trainable = value;
    for (const variable of this.#trainableWeights) variable.trainable = value;
    for (const layer of this.subLayers()) layer.trainable = value;
  }

  /** Own weights, trainable ones first, then those of the layers inside. */
  get weights(): Variable[] {
    const inner = this.subLayers().flatMap((layer) => layer.weights);
    return [...new Set([...this.ownWeights, ...inner])];
  }

  /** Weights without those of the layers inside, trainable ones first. */
  get ownWeights(): Variable[] {
    const assigned = this.#ownedBy((value) => value instanceof Variable) as Variable[];
    return [...new Set([...this.#trainableWeights, ...this.#fixedWeights, ...assigned])];
  }

  /** Layers, generators of random numbers and lists of them, by the names under which files of weights hold them. */
  savedParts(): Readonly<Record<string, unknown>> {
    const { inboundNodes: _, ...properties } = this as Readonly<Record<string, unknown>>;
    return properties;
  }

  get trainableWeights(): Variable[] {
    return this.#trainable ? this.weights.filter((weight) => weight.trainable) : [];
  }

  get nonTrainableWeights(): Variable[] {
    return this.#trainable ? this.weights.filter((weight) => !weight.trainable) : this.weights;
  }

  /** Whether weights are still to be made. */
  get needsBuild(): boolean {
    return !this.built && (overrides(this, 'build') || this.subLayers().some((layer) => layer.needsBuild));
  }

  /** Number of elements of all weights, each counted once. @throws StateError before the layer is built. */
  countParams(): number {
    if (this.needsBuild)
      throw new StateError(`${this.label}: countParams: the layer is not built; call build(inputShape) or apply it first`);
    return this.weights.reduce((count, weight) => count + (sizeOf(weight.shape) as number), 0);
  }

  /** Penalties of the trainable weights' regularizers, for the trainer to add to its loss. */
  regularizationLosses(): Tensor[] {
    return this.trainableWeights.flatMap((weight) => weight.regularizer?.(weight) ?? []);
  }

  /** Copies of the weights, in the order of `weights`. */
  getWeights(): DeviceTensor[] {
    const { weights } = this;
    return weights.length === 0 ? [] : new TracedFunction(() => weights).run([]);
  }

  /**
   * New values for all weights, in the order of `weights`.
   *
   * @throws ValueError when their number differs, ShapeError when a shape does.
   */
  setWeights(values: readonly WeightValue[]): void {
    const { weights } = this;
    if (values.length !== weights.length) {
      const built = this.built ? '' : '; the layer is not built yet';
      throw new ValueError(`${this.label}: setWeights: received ${values.length} values; expected ${weights.length}${built}`);
    }
    for (const [i, weight] of weights.entries()) checkValue(this.label, weight, values[i]);
    for (const [i, weight] of weights.entries()) weight.assign(values[i] as Tensor);
  }

  /** The only symbolic input of the layer's first call: a list when it was called with several. @throws StateError before a call. */
  get input(): Tensor | Tensor[] {
    const { inputs } = this.#firstNode('input');
    return inputs instanceof Tensor ? inputs : flattenTensors(inputs);
  }

  /** The symbolic result of the layer's first call: what a model of inner activations is made of. @throws StateError before a call. */
  get output(): Tensor | Tensor[] {
    return this.#firstNode('output').result;
  }

  /** Options that make an equal layer by `Class.fromConfig`. Plain JSON values, except functions of your own. */
  getConfig(): Config {
    const config: Config = { name: this.name, trainable: this.#trainable, dtype: this.dtypePolicy.name };
    if (this.inputShape !== undefined) config.inputShape = this.inputShape;
    if (this.activityRegularizer !== null) config.activityRegularizer = configValue(this.activityRegularizer);
    for (const name of optionNamesOf(this.constructor)) config[name] = configValue(Reflect.get(this, name));
    return config;
  }

  /** The layer that `getConfig` described, with new weights. `customObjects` are classes of its parts that the library does not know. */
  static fromConfig<T extends Layer>(this: new (config: never) => T, config: Config, customObjects: CustomObjects = {}): T {
    // biome-ignore lint/complexity/noThisInStatic: the subclass that it is called on
    return new this(revive(this.name, config, customObjects) as never);
  }

  /** Frees the weights of the layer and of all inside it, shared ones too. It cannot be used any more. */
  dispose(): void {
    for (const weight of this.weights) weight.dispose();
    for (const layer of this.subLayers()) layer.dispose();
  }

  /** `Conv2D`: what `summary` and errors say beside the name. */
  get className(): string {
    return this.constructor.name;
  }

  /** How errors name the layer. */
  get label(): string {
    return `Layer '${this.name}' (${this.className})`;
  }

  toString(): string {
    return `${this.className} '${this.name}'`;
  }

  /** Inputs as `call` receives them: tensors of another floating type are cast to the one that the layer computes in. */
  protected convertInputs(inputs: LayerInput): LayerInput {
    if (!this.autocast || !isFloat(this.computeDtype)) return inputs;
    return mapTensors(inputs, (tensor) => (isFloat(tensor.dtype) ? castTo(tensor, this.computeDtype) : tensor));
  }

  #firstNode(what: string): LayerNode {
    const node = this.inboundNodes[0];
    if (node !== undefined) return node;
    throw new StateError(
      `${this.label}: ${what}: the layer was not applied to a symbolic tensor; apply it to input({ shape }) first`,
    );
  }

  #buildWith(shapes: Shapes, build: () => void): void {
    const before = this.#trainableWeights.length + this.#fixedWeights.length;
    try {
      inScope(this.name, () => outsideTrace(() => inAutocast(null, build)));
    } catch (error) {
      if (before === 0) this.#forgetWeights();
      throw error;
    }
    this.builtShapes = shapes;
    this.built = true;
  }

  /** After a build that failed halfway: the next one makes them again. */
  #forgetWeights(): void {
    for (const weights of [this.#trainableWeights, this.#fixedWeights]) {
      for (const weight of weights.splice(0)) weight.dispose();
    }
  }

  #checkInputs(shapes: Shapes): void {
    if (this.inputSpec !== undefined) checkInputs(this.inputSpec, shapeList(shapes));
  }

  #buildFor(shapes: Shapes): void {
    this.#checkInputs(shapes);
    this.builtShapes ??= shapes;
    if (this.built || !overrides(this, 'build')) return;
    this.build(shapes);
    this.#checkInputs(shapes);
  }

  /** `call` inside the current trace. */
  #run(inputs: LayerInput, training: boolean): Tensor | Tensor[] {
    const graph = currentGraph() as Graph;
    return graph.inLayer(this.name, () => {
      const converted = this.convertInputs(inputs);
      this.#buildFor(shapesOf(converted));
      if (graph.abstract && overrides(this, 'computeOutputShape')) return this.#declaredOutputs(graph, shapesOf(converted));
      const context = { training, losses: currentContext()?.losses ?? [] };
      return inContext(context, () => {
        const outputs = inScope(this.name, () => this.#withVariables(() => this.call(converted, { training })));
        this.built = true;
        if (this.activityRegularizer !== null && !graph.abstract)
          this.#addActivityLoss(this.activityRegularizer, flattenTensors(outputs));
        return outputs;
      });
    });
  }

  /** `body` with variables read in the type that the layer computes in (keras/src/layers/layer.py, Layer.__call__). */
  #withVariables<T>(body: () => T): T {
    const { computeDtype } = this;
    if (currentAutocast() === undefined && computeDtype === this.variableDtype) return body();
    return inAutocast(this.autocast && isFloat(computeDtype) ? computeDtype : null, body);
  }

  /** Where shapes are asked for, a `computeOutputShape` of the layer's own is taken at its word. */
  #declaredOutputs(graph: Graph, inputShapes: Shapes): Tensor | Tensor[] {
    const declared = this.computeOutputShape(inputShapes);
    this.built = true;
    const outputs = shapeList(declared).map((shape, i) =>
      graph.input(`${this.name}/${i}`, { dtype: this.computeDtype, shape: checkShape('computeOutputShape', shape) }),
    );
    return isShape(declared) ? (outputs[0] as Tensor) : outputs;
  }

  /** Divided by the batch size, so that the penalty does not grow with it (keras/src/layers/layer.py). */
  #addActivityLoss(regularizer: Regularizer, outputs: readonly Tensor[]): void {
    for (const output of outputs) this.addLoss(div(regularizer.call(output), (output.shape[0] as number | undefined) ?? 1));
  }

  /** `call` as one program over tensors with numbers. */
  #runNow(inputs: LayerInput, tensors: readonly Tensor[], training: boolean): Tensor | Tensor[] {
    let isList = false;
    const program = new TracedFunction((values) => {
      let next = 0;
      const outputs = this.#run(
        mapTensors(inputs, () => values[next++] as Tensor),
        training,
      );
      isList = Array.isArray(outputs);
      return flattenTensors(outputs);
    });
    const results = program.run(tensors);
    return isList ? results : (results[0] as Tensor);
  }

  #applySymbolic(inputs: LayerInput, { training }: ApplyOptions): Tensor | Tensor[] {
    const types = this.#trace(training ?? false, (graph) =>
      mapTensors(inputs, (tensor) => (tensor instanceof SymbolicTensor ? graph.input(tensor.name, tensor) : tensor)),
    );
    const node = new LayerNode(this, inputs, training, types);
    this.inboundNodes.push(node);
    return node.result;
  }

  /** Types of the outputs for inputs of these shapes. */
  #typesFor(shapes: readonly Shape[]): ValueType | ValueType[] {
    return this.#trace(false, (graph) => {
      const values = shapes.map((shape, i) => graph.input(String(i), { dtype: this.computeDtype, shape }));
      return values.length === 1 ? (values[0] as Tensor) : values;
    });
  }

  /** Types of the outputs, by tracing `call` in a graph whose sizes may be unknown. */
  #trace(training: boolean, inputs: (graph: Graph) => LayerInput): ValueType | ValueType[] {
    const graph = new Graph({ abstract: true });
    const outputs = inContext({ training, losses: [] }, () => graph.run(() => this.#run(inputs(graph), training)));
    return Array.isArray(outputs) ? outputs : (outputs as ValueType);
  }

  #guard<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      if (error instanceof LaminetError && !placed.has(error)) placed.add(error.prefix(this.label));
      throw error;
    }
  }

  #ownedBy(kind: (value: unknown) => boolean): unknown[] {
    const values = Object.entries(this).flatMap(([key, value]) =>
      key === 'inboundNodes' ? [] : Array.isArray(value) ? value.flat(4) : [value],
    );
    return [...new Set(values.filter(kind))];
  }
}

const overrides = (layer: Layer, method: 'build' | 'computeOutputShape'): boolean =>
  Object.getPrototypeOf(layer)[method] !== Layer.prototype[method];

/** `optionNames` of a class and of those it extends. */
export function optionNamesOf(layerClass: unknown): string[] {
  const names: string[] = [];
  for (let current = layerClass; current !== Layer && typeof current === 'function'; current = Object.getPrototypeOf(current)) {
    if (Object.hasOwn(current, 'optionNames')) names.unshift(...(current as typeof Layer).optionNames);
  }
  return names;
}
