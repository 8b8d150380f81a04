/** @file The base of all models: layers by name, weights, the trainer's view of inputs and outputs. */

import type { DType } from '../core/dtype.js';
import { StateError, ValueError } from '../core/errors.js';
import type { Dimension, Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { Layer, optionNamesOf } from '../layers/layer.js';
import type { LayerOptions } from '../layers/layer_options.js';
import { shapeList } from '../layers/structure.js';
import { Trainer } from '../training/trainer.js';
import type { KerasObject } from './keras_config.js';
import { serializeOwnModel } from './serialize.js';
import { printSummary, type SummaryOptions } from './summary.js';
import type { Topology } from './topology.js';
import { type LoadWeightsOptions, loadWeights, type SaveOptions, saveModel, saveWeights } from './weights.js';

export interface ModelOptions {
  /** By default `sequential`, `functional` or the class's name in snake case, with a number. */
  readonly name?: string;
  readonly trainable?: boolean;
}

/**
 * A layer that is trained as a whole. Extend it to write a model with its own `call`; `sequential` and `model` make the usual ones.
 *
 * @example
 * class Residual extends Model {
 *   constructor(filters) {
 *     super();
 *     this.convolution = layers.conv2d({ filters, kernelSize: 3, padding: 'same' });
 *   }
 *   call(x) {
 *     return ops.add(x, this.convolution.apply(x));
 *   }
 * }
 */
export abstract class Model<Outputs extends Tensor | Tensor[] = Tensor | Tensor[]> extends Trainer<Outputs> {
  /** Shapes of the inputs that a subclassed model was built for. */
  #builtFor: readonly Shape[] | undefined;
  #outputCount = 1;

  constructor(options: ModelOptions & Pick<LayerOptions, 'dtype'> = {}) {
    super(options);
  }

  /** The layers, without those inside other layers. */
  get layers(): Layer[] {
    return this.subLayers();
  }

  /** The calls between inputs and outputs; only a functional model has them. */
  get topology(): Topology | undefined {
    return undefined;
  }

  get inputNames(): string[] {
    return numbered('input', this.#builtFor?.length ?? 1);
  }

  get outputNames(): string[] {
    return numbered('output', this.#outputCount);
  }

  inputShapes(): (Shape | null)[] {
    return [...(this.#builtFor ?? [null])];
  }

  inputDTypes(): DType[] {
    return this.inputShapes().map(() => this.computeDtype);
  }

  buildFor(inputShapes: Shape[]): void {
    const output = this.computeOutputShape(inputShapes.length === 1 ? (inputShapes[0] as Shape) : inputShapes);
    this.#outputCount = shapeList(output).length;
    this.#builtFor = inputShapes.map((shape): Dimension[] => [null, ...shape.slice(1)]);
  }

  /**
   * A layer by its name, or by its place among `layers` (negative: from the end). Layers inside nested models are found through these.
   *
   * @throws ValueError that lists the names.
   * @example
   * const [kernel] = net.getLayer('conv2d').getWeights();
   */
  getLayer(nameOrIndex: string | number): Layer {
    const { layers } = this;
    const found = typeof nameOrIndex === 'number' ? layers.at(nameOrIndex) : layers.find(({ name }) => name === nameOrIndex);
    if (found !== undefined) return found;
    if (typeof nameOrIndex === 'number') {
      throw new ValueError(`getLayer: index ${nameOrIndex} is out of range; model '${this.name}' has ${layers.length} layers`);
    }
    const names = layers.map(({ name }) => name).join(', ');
    throw new ValueError(`getLayer: no layer '${String(nameOrIndex)}' in model '${this.name}'; expected one of ${names}`);
  }

  /**
   * Prints a table of the layers: names, output shapes, numbers of weights; for a model with branches also what each is connected to.
   *
   * @throws ValueError when the line is too short for the table.
   * @example
   * net.summary();
   */
  summary(options: SummaryOptions = {}): void {
    printSummary(this, options);
  }

  /**
   * The model without its weights, as Keras 3 serialises it; `modelFromJSON` makes one from it.
   *
   * @throws StateError for a model with a `call` of its own whose class has neither `getConfig` nor `optionNames`, and for functions
   *   without a name.
   * @example
   * const text = JSON.stringify(net);
   */
  toJSON(): KerasObject {
    if (this.getConfig !== Layer.prototype.getConfig || optionNamesOf(this.constructor).length > 0)
      return serializeOwnModel(this);
    throw new StateError(
      `${this.label}: a model with a call of its own cannot be saved unless its class has a getConfig; give it one, or save its weights`,
    );
  }

  /**
   * Writes the whole model: layers, weights and, unless `includeOptimizer` is false, how it was compiled and the optimizer's state.
   * `loadModel` and Keras's `load_model` read it. The file is replaced as a whole, or not at all.
   *
   * @param path - ends in `.keras`; or in `.h5` for the format of Keras 2, which lacks the counters of random numbers
   * @throws ValueError for another ending and for functions of your own in layers, StateError before the model is built and for a class with
   *   a `call` of its own and no `getConfig`, FileError when the file cannot be written.
   * @see https://keras.io/api/models/model_saving_apis/model_saving_and_loading
   * @example
   * await net.save('net.keras');
   */
  async save(path: string, options: SaveOptions = {}): Promise<void> {
    return saveModel(this, path, options);
  }

  /**
   * Writes the weights and, when the model is compiled, the optimizer's state and the counters of random numbers, as Keras's
   * `save_weights` does. The file is replaced as a whole, or not at all.
   *
   * @param path - ends in `.weights.h5`
   * @throws ValueError for another ending, StateError before the model is built, FileError when the file cannot be written.
   * @see https://keras.io/api/models/model_saving_apis/weights_saving_and_loading
   * @example
   * await net.saveWeights('net.weights.h5');
   */
  async saveWeights(path: string): Promise<void> {
    return saveWeights(this, path);
  }

  /**
   * Reads weights from a `.weights.h5` or `.keras` file or a legacy `.h5` file, written by this library or by Keras. The optimizer's state is
   * restored when the file has it and the model is compiled. When anything does not fit, nothing is loaded.
   *
   * @param options.byName - load only layers whose names are in the file
   * @param options.skipMismatch - warn of what does not fit, and load the rest
   * @throws FileError for a file that is missing, damaged or no file of weights; ShapeError or ValueError for weights that do not fit;
   *   StateError before the model is built.
   * @example
   * await net.loadWeights('net.weights.h5');
   */
  async loadWeights(path: string, options: LoadWeightsOptions = {}): Promise<void> {
    return loadWeights(this, path, options);
  }

  override get label(): string {
    return `Model '${this.name}' (${this.className})`;
  }
}

const numbered = (base: string, count: number): string[] =>
  count === 1 ? [base] : Array.from({ length: count }, (_, i) => `${base}_${i}`);
