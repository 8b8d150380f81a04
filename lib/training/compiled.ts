/** @file What `compile` chose: optimizer, a loss and metrics for each output, and the traced training and test steps. */

import { gradients } from '../autodiff/gradients.js';
import type { Logs } from '../callbacks/callback.js';
import { StateError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import type { Shape } from '../core/shape.js';
import { currentGraph, type Graph, type ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { inContext } from '../layers/context.js';
import { getLoss, type LossIdentifier } from '../losses/index.js';
import type { Loss } from '../losses/loss.js';
import { checkMetric } from '../metrics/index.js';
import { add, mul } from '../ops/binary.js';
import { cast } from '../ops/cast.js';
import { getOptimizer, LossScaleOptimizer, type OptimizerIdentifier } from '../optimizers/index.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { TracedFunction } from '../runtime/function.js';
import type { Program } from '../runtime/program.js';
import type { Variable } from '../runtime/variable.js';
import { lossWeightsPerOutput, type MetricsOption, metricsPerOutput, type PerOutput, perOutput } from './per_output.js';
import { Trackers, weightOf } from './trackers.js';
import type { Trainer } from './trainer.js';

export interface CompileOptions {
  /** Name or instance; `rmsprop` by default, as in Keras. */
  optimizer?: OptimizerIdentifier;
  /** Name, instance or function `(yTrue, yPred) => values`; by output for a model with several. */
  loss?: PerOutput<LossIdentifier>;
  /** Weight of each output's loss in the total; 1 by default. */
  lossWeights?: readonly number[] | Readonly<Record<string, number>>;
  /** Metrics that ignore sample weights: a list, or lists by output. */
  metrics?: MetricsOption;
  /** Metrics that use sample weights and class weights. */
  weightedMetrics?: MetricsOption;
  /** Whether a model of the policy `mixed_float16` gets its optimizer wrapped in a `LossScaleOptimizer`; default true. */
  autoScaleLoss?: boolean;
}

/** A step that trains, or one that only evaluates. */
export type Phase = 'train' | 'test';

export class Compiled {
  /** What `compile` was called with. */
  readonly options: CompileOptions;
  /** The optimizer that was asked for. */
  readonly givenOptimizer: Optimizer;
  /** The one that trains: the same, or the loss scaling around it. */
  readonly optimizer: Optimizer;
  readonly losses: readonly (Loss | null)[];
  /** Shapes of the outputs in the last trace, `[batch, ...]`. */
  outputShapes: readonly Shape[] = [];
  readonly #model: Trainer;
  readonly #weights: readonly number[];
  readonly #trackers: Trackers;
  #stepTypes: readonly ValueType[] | undefined;
  #steps: Readonly<Record<Phase, TracedFunction>>;
  /** The weights that the training step was made for; empty before they exist. */
  #trained: readonly Variable[];

  constructor(model: Trainer, options: CompileOptions) {
    checkOptions('compile', options, ['optimizer', 'loss', 'lossWeights', 'metrics', 'weightedMetrics', 'autoScaleLoss']);
    const names = model.outputNames;
    this.#model = model;
    this.options = options;
    this.givenOptimizer = getOptimizer('compile', options.optimizer ?? 'rmsprop');
    const scales = (options.autoScaleLoss ?? true) && model.dtypePolicy.name === 'mixed_float16';
    this.optimizer =
      scales && !(this.givenOptimizer instanceof LossScaleOptimizer)
        ? new LossScaleOptimizer({ innerOptimizer: this.givenOptimizer })
        : this.givenOptimizer;
    this.losses = perOutput<LossIdentifier>('compile: loss', options.loss, names).map((loss) =>
      loss === null ? null : getLoss('compile', loss),
    );
    this.#weights = lossWeightsPerOutput(options.lossWeights, names);
    const lists = {
      plain: metricsPerOutput('compile: metrics', options.metrics, names),
      weighted: metricsPerOutput('compile: weightedMetrics', options.weightedMetrics, names),
    };
    for (const identifier of [lists.plain, lists.weighted].flat(2)) checkMetric('compile', identifier);
    const hasLoss = this.losses.map((loss) => loss !== null);
    this.#trackers = new Trackers(names, hasLoss, lists);
    this.#trained = model.trainableWeights;
    this.#steps = this.#makeSteps();
  }

  /** Names in the logs: loss, losses of several outputs, metrics in compile order. */
  metricsNames(): string[] {
    return this.#trackers.all.map(({ name }) => name);
  }

  metricDirection(name: string): 'up' | 'down' | undefined {
    return this.#trackers.all.find((tracker) => tracker.name === name)?.metric.direction;
  }

  /** Starts all sums anew. */
  reset(): void {
    this.#trackers.reset();
  }

  /** The running values, read from the device. */
  read(): Promise<Logs> {
    return this.#trackers.read();
  }

  /** Types of the inputs of the first training step. @throws StateError before there was one. */
  get stepTypes(): readonly ValueType[] {
    if (this.#stepTypes === undefined) throw new StateError('the model has not been trained; call fit first');
    return this.#stepTypes;
  }

  /** The program of a step for inputs, targets and weights of these types, traced if it is new. */
  program(phase: Phase, types: readonly ValueType[]): Program {
    const program = this.#steps[phase].program(types);
    if (phase === 'train') this.#stepTypes ??= types.map(({ dtype, shape }) => ({ dtype, shape }));
    return program;
  }

  /** The outputs, by name, whose targets the loss or a metric looks at. */
  get neededTargets(): string[] {
    return this.#model.outputNames.filter((_, i) => this.losses[i] || this.#trackers.usesTarget(i));
  }

  /** @throws StateError when layers were frozen or thawed since compile: the steps were made for the others. */
  checkTrainable(where: string): void {
    const now = this.#model.trainableWeights;
    const before = this.#trained;
    if (before.length > 0 && (now.length !== before.length || now.some((variable, i) => variable !== before[i]))) {
      throw new StateError(`${where}: the trainable weights changed since compile; call model.compile(...) again`);
    }
  }

  /** With loss scaling the device leaves steps out: the host counts anew. No step may be queued. */
  async countLeftOut(): Promise<void> {
    if (this.optimizer instanceof LossScaleOptimizer) await this.optimizer.recount();
  }

  /** Drops the traced steps: the model's layers are others now. */
  forget(): void {
    this.#steps = this.#makeSteps();
    this.#stepTypes = undefined;
  }

  #makeSteps(): Readonly<Record<Phase, TracedFunction>> {
    const several = (base: string, names: readonly string[]): string[] =>
      names.length === 1 ? [base] : names.map((name) => `${base}/${name}`);
    const names = [...several('x', this.#model.inputNames), ...several('y', this.#model.outputNames), 'sampleWeight'];
    return {
      train: new TracedFunction((inputs) => this.#trace(inputs, true), names),
      test: new TracedFunction((inputs) => this.#trace(inputs, false), names),
    };
  }

  #trace(inputs: Tensor[], training: boolean): Tensor[] {
    const model = this.#model;
    const x = inputs.slice(0, model.inputNames.length);
    const y = inputs.slice(x.length, x.length + this.losses.length);
    const weights = inputs.slice(x.length + y.length);
    const penalties: Tensor[] = [];
    const result = inContext({ training, losses: penalties }, () =>
      model.apply<Tensor | Tensor[]>(x.length === 1 ? (x[0] as Tensor) : x, { training }),
    );
    const outputs = Array.isArray(result) ? result : [result];
    penalties.push(...model.regularizationLosses());
    const graph = currentGraph() as Graph;
    const batchSize = (x[0] as Tensor).shape[0] as number;
    const total = graph.inLayer('loss', () => this.#totalLoss(outputs, y, weights, penalties, batchSize));
    const keepMetrics = graph.inLayer('metrics', () => this.#trackers.update({ y, outputs, weights }));
    if (training) {
      const { trainableWeights } = model;
      this.optimizer.build(trainableWeights);
      this.optimizer.apply(gradients(this.optimizer.scaleLoss(total), trainableWeights), trainableWeights);
      if (this.#trained.length === 0) this.#trained = trainableWeights;
    }
    keepMetrics();
    this.outputShapes = outputs.map((output) => output.shape);
    return [];
  }

  #totalLoss(outputs: Tensor[], y: Tensor[], weights: Tensor[], penalties: Tensor[], batchSize: number): Tensor {
    const terms = this.losses.flatMap((loss, i) => {
      if (loss === null) return [];
      const value = loss.compute(y[i] as Tensor, outputs[i] as Tensor, weightOf(weights, i));
      this.#trackers.parts[i]?.update(value, batchSize);
      const weight = this.#weights[i] as number;
      return [weight === 1 ? value : mul(value, weight)];
    });
    terms.push(...penalties);
    if (terms.length === 0) {
      throw new StateError(
        `the model was compiled without a loss, and no layer adds one; call model.compile({ optimizer, loss }) first`,
      );
    }
    const total = terms.reduce((sum, term) => add(sum, cast(term, sum.dtype)));
    this.#trackers.total.update(total, batchSize);
    return total;
  }
}

/** The program of `predict`, which needs no compile. */
export function predictStep(model: Trainer): TracedFunction {
  return new TracedFunction((inputs) => {
    const result = model.apply<Tensor | Tensor[]>(inputs.length === 1 ? (inputs[0] as Tensor) : inputs, { training: false });
    return Array.isArray(result) ? result : [result];
  }, model.inputNames);
}
