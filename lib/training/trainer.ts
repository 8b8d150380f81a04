/** @file What every model can do once it is compiled: fit, evaluate, predict. */

import type { Logs } from '../callbacks/callback.js';
import type { History } from '../callbacks/history.js';
import type { DType } from '../core/dtype.js';
import { StateError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import type { Shape } from '../core/shape.js';
import { Turns } from '../core/turns.js';
import type { DataLike } from '../data/arrays.js';
import type { BatchSource } from '../data/batch.js';
import type { Tensor } from '../graph/tensor.js';
import { Layer } from '../layers/layer.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { TracedFunction } from '../runtime/function.js';
import { Compiled, type CompileOptions, predictStep } from './compiled.js';
import { type EvaluateOptions, evaluateModel } from './evaluate.js';
import { fitModel } from './fit.js';
import type { FitOptions } from './fit_options.js';
import { onBatch, type TestOnBatchOptions, type TrainOnBatchOptions } from './on_batch.js';
import { type PredictOptions, predictModel } from './predict.js';

/**
 * A layer that can be trained. `Sequential`, functional and subclassed models extend it. `Outputs` is what `predict` gives: a tensor, or a
 * list for a model with several outputs.
 */
export abstract class Trainer<Outputs extends Tensor | Tensor[] = Tensor | Tensor[]> extends Layer {
  /** The last `fit`'s history. */
  history: History | undefined;
  /** Set to true in a callback: training stops after the current batch (validation and onEpochEnd still run). */
  stopTraining = false;
  /** Calls that use the running sums of loss and metrics wait here for each other. */
  readonly turns = new Turns();
  #compiled: Compiled | undefined;
  #predictStep: TracedFunction | undefined;

  /** Names of the inputs, in the order that `x` is given. */
  abstract get inputNames(): string[];
  /** Names of the layers that produce the outputs; keys of multi-output losses and metrics. */
  abstract get outputNames(): string[];
  /** Shapes with the batch size as null; null for an input whose shape is not known before the first batch. */
  abstract inputShapes(): (Shape | null)[];
  abstract inputDTypes(): DType[];
  abstract save(path: string): Promise<void>;
  abstract saveWeights(path: string): Promise<void>;
  abstract loadWeights(path: string): Promise<void>;
  /** Builds the weights for these input shapes, when they do not exist yet. */
  abstract buildFor(inputShapes: Shape[]): void;

  /**
   * Chooses how to train: optimizer, loss and metrics. New optimizer state begins here.
   *
   * @throws ValueError for unknown options and unknown names, with the nearest known one.
   * @example
   * net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
   */
  compile(options: CompileOptions = {}): void {
    this.#compiled = new Compiled(this, options);
  }

  /** What `compile` chose. @throws StateError before compile. */
  compiled(where: string): Compiled {
    if (this.#compiled === undefined) {
      throw new StateError(`${where}: the model is not compiled; call model.compile({ optimizer, loss }) first`);
    }
    return this.#compiled;
  }

  /** The traced function of `predict`. */
  get predictStep(): TracedFunction {
    this.#predictStep ??= predictStep(this);
    return this.#predictStep;
  }

  /** Whether a metric of this name is better when it is larger; undefined for an unknown name. */
  metricDirection(name: string): 'up' | 'down' | undefined {
    return this.#compiled?.metricDirection(name);
  }

  get isCompiled(): boolean {
    return this.#compiled !== undefined;
  }

  /** The optimizer that `compile` chose. */
  get optimizer(): Optimizer {
    return this.compiled('optimizer').optimizer;
  }

  /** `['loss', 'accuracy']`: the names in the logs, in compile order. */
  get metricsNames(): string[] {
    return this.compiled('metricsNames').metricsNames();
  }

  /**
   * Trains for a number of epochs.
   *
   * @param x - inputs: a tensor, `{ data, shape }`, nested arrays, or a list or record of them for several inputs; or batches: a `Sequence`,
   *   an iterable or an async iterable of `[x, y]` or `[x, y, sampleWeight]`
   * @param y - targets, as many as `x`; left out when `x` is batches
   * @returns what each epoch logged
   * @throws StateError before compile; DataError for data that cannot be used; ShapeError when they do not fit the model; AbortedError when
   *   `options.signal` aborts. The model keeps its weights and stays usable.
   * @example
   * const history = await net.fit(train.x, train.y, { batchSize: 32, epochs: 10, validationSplit: 0.1 });
   */
  async fit(x: DataLike | BatchSource, y?: DataLike | null, options: FitOptions = {}): Promise<History> {
    checkOptions('fit', options, fitOptionNames);
    return fitModel(this, x, y ?? null, options);
  }

  /**
   * Loss and metrics over data, in inference mode.
   *
   * @returns by name, in alphabetical order as in Keras 3
   * @example
   * const { loss, accuracy } = await net.evaluate(test.x, test.y);
   */
  async evaluate(x: DataLike | BatchSource, y?: DataLike | null, options: EvaluateOptions = {}): Promise<Logs> {
    checkOptions('evaluate', options, evaluateOptionNames);
    return evaluateModel(this, x, y ?? null, options);
  }

  /**
   * The model's outputs for `x`, in inference mode, batch by batch.
   *
   * @returns a tensor; a list of them for a model with several outputs
   * @example
   * const probabilities = await net.predict(test.x);
   */
  async predict(x: DataLike | BatchSource, options: PredictOptions = {}): Promise<Outputs> {
    checkOptions('predict', options, predictOptionNames);
    return this.#outputs(await predictModel('predict', this, x, options));
  }

  /**
   * One optimizer step on one batch.
   *
   * @returns loss and metrics of that batch alone
   * @example
   * const { loss } = await net.trainOnBatch(x, y);
   */
  async trainOnBatch(x: DataLike, y?: DataLike | null, options: TrainOnBatchOptions = {}): Promise<Logs> {
    checkOptions('trainOnBatch', options, ['sampleWeight', 'classWeight']);
    return onBatch('trainOnBatch', this, x, y ?? null, options);
  }

  /** Loss and metrics of one batch, in inference mode. */
  async testOnBatch(x: DataLike, y?: DataLike | null, options: TestOnBatchOptions = {}): Promise<Logs> {
    checkOptions('testOnBatch', options, ['sampleWeight']);
    return onBatch('testOnBatch', this, x, y ?? null, options);
  }

  /** The model's outputs for one batch, in inference mode. */
  async predictOnBatch(x: DataLike): Promise<Outputs> {
    return this.#outputs(await predictModel('predictOnBatch', this, x, { batchSize: Number.MAX_SAFE_INTEGER, verbose: 0 }));
  }

  override dispose(): void {
    super.dispose();
    this.forgetSteps();
  }

  /** Drops the traced steps: for models whose layers have changed. */
  protected forgetSteps(): void {
    this.#predictStep = undefined;
    this.#compiled?.forget();
  }

  #outputs(outputs: readonly Tensor[]): Outputs {
    return (this.outputNames.length === 1 ? outputs[0] : outputs) as Outputs;
  }
}

const evaluateOptionNames = ['batchSize', 'verbose', 'sampleWeight', 'steps', 'callbacks', 'signal'];
const predictOptionNames = ['batchSize', 'verbose', 'steps', 'callbacks', 'signal'];
const fitOptionNames = [
  'batchSize',
  'epochs',
  'verbose',
  'callbacks',
  'validationSplit',
  'validationData',
  'shuffle',
  'classWeight',
  'sampleWeight',
  'initialEpoch',
  'stepsPerEpoch',
  'validationSteps',
  'validationBatchSize',
  'validationFreq',
  'signal',
];
