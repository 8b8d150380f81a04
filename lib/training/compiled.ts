/** @file What `compile` chose: optimizer, a loss and metrics for each output, and the traced training and test steps. */

import { gradients } from '../autodiff/gradients.js';
import { type Logs, sortLogs } from '../callbacks/callback.js';
import { DataError, StateError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import type { Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { inContext } from '../layers/context.js';
import { getLoss, type LossIdentifier } from '../losses/index.js';
import type { Loss } from '../losses/loss.js';
import { type MetricIdentifier, resolveMetric } from '../metrics/index.js';
import { Mean } from '../metrics/mean.js';
import type { Metric } from '../metrics/metric.js';
import { add, mul } from '../ops/binary.js';
import { cast } from '../ops/cast.js';
import { getOptimizer, type OptimizerIdentifier } from '../optimizers/index.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { TracedFunction } from '../runtime/function.js';
import type { Variable } from '../runtime/variable.js';
import type { Trainer } from './trainer.js';

/** One value for all outputs, one an output in order, or by output name. */
export type PerOutput<T> = T | readonly (T | null)[] | Readonly<Record<string, T | null>>;

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
}

type MetricList = MetricIdentifier | readonly MetricIdentifier[];
export type MetricsOption = MetricList | readonly MetricList[] | Readonly<Record<string, MetricList>>;

interface OutputMetric {
  readonly metric: Metric;
  readonly output: number;
  readonly weighted: boolean;
}

export class Compiled {
  readonly optimizer: Optimizer;
  readonly losses: readonly (Loss | null)[];
  readonly trainStep: TracedFunction;
  readonly testStep: TracedFunction;
  readonly #model: Trainer;
  readonly #options: CompileOptions;
  readonly #weights: readonly number[];
  readonly #trainable: readonly Variable[];
  readonly #total = new Mean({ name: 'loss' });
  /** The losses of the single outputs, logged when there are several. */
  readonly #parts: (Mean | null)[];
  /** Shapes of the outputs in the last trace, `[batch, ...]`. */
  outputShapes: readonly Shape[] = [];
  #metrics: OutputMetric[] | undefined;
  #reader: TracedFunction | undefined;

  constructor(model: Trainer, options: CompileOptions) {
    checkOptions('compile', options, ['optimizer', 'loss', 'lossWeights', 'metrics', 'weightedMetrics']);
    const names = model.outputNames;
    this.#model = model;
    this.#options = options;
    this.optimizer = getOptimizer('compile', options.optimizer ?? 'rmsprop');
    this.losses = perOutput<LossIdentifier>('compile: loss', options.loss ?? null, names).map((loss) =>
      loss === null ? null : getLoss('compile', loss),
    );
    this.#weights = lossWeights(options.lossWeights, names);
    this.#trainable = model.trainableWeights;
    this.#parts = names.map((name, i) => (names.length > 1 && this.losses[i] ? new Mean({ name: `${name}_loss` }) : null));
    const metricLists = [options.metrics, options.weightedMetrics].map((list) => metricsPerOutput(list, names));
    checkMetricNames(metricLists);
    this.trainStep = new TracedFunction((inputs) => this.#train(inputs), this.#inputNames());
    this.testStep = new TracedFunction((inputs) => this.#test(inputs), this.#inputNames());
  }

  /** Names in the logs: loss, losses of several outputs, metrics in compile order. */
  metricsNames(): string[] {
    return this.#trackers().map((tracker) => tracker.name);
  }

  metricDirection(name: string): 'up' | 'down' | undefined {
    return this.#trackers().find((tracker) => tracker.name === name)?.direction;
  }

  /** Starts all sums anew. */
  reset(): void {
    for (const tracker of this.#trackers()) tracker.reset();
  }

  /** The running values, read from the device; keys in alphabetical order as in Keras 3. */
  async read(): Promise<Logs> {
    const trackers = this.#trackers();
    this.#reader ??= new TracedFunction(() => trackers.map((tracker) => tracker.result()));
    const values = await this.#reader.runAndRead([]);
    const entries = trackers.map((tracker, i): [string, number] => {
      const value = values[i] as ArrayLike<number>;
      if (value.length !== 1) {
        throw new ValueError(`metric '${tracker.name}': the result has ${value.length} values; expected one; choose an average`);
      }
      return [tracker.name, value[0] as number];
    });
    return sortLogs(Object.fromEntries(entries));
  }

  /** @throws StateError when layers were frozen or thawed since compile: the steps were made for the others. */
  checkTrainable(where: string): void {
    const now = this.#model.trainableWeights;
    if (
      this.#trainable.length > 0 &&
      (now.length !== this.#trainable.length || now.some((variable, i) => variable !== this.#trainable[i]))
    ) {
      throw new StateError(`${where}: the trainable weights changed since compile; call model.compile(...) again`);
    }
  }

  #trackers(): Metric[] {
    const parts = this.#parts.filter((part) => part !== null);
    return [this.#total, ...parts, ...(this.#metrics ?? []).map(({ metric }) => metric)];
  }

  #inputNames(): string[] {
    const several = (base: string, names: readonly string[]): string[] =>
      names.length === 1 ? [base] : names.map((name) => `${base}/${name}`);
    return [...several('x', this.#model.inputNames), ...several('y', this.#model.outputNames), 'sampleWeight'];
  }

  #train(inputs: Tensor[]): Tensor[] {
    const { trainableWeights } = this.#model;
    const total = this.#forward(inputs, true);
    const found = gradients(total, trainableWeights);
    this.optimizer.apply(found, trainableWeights);
    return [];
  }

  #test(inputs: Tensor[]): Tensor[] {
    this.#forward(inputs, false);
    return [];
  }

  /** Outputs, total loss and metric sums of one batch. */
  #forward(inputs: Tensor[], training: boolean): Tensor {
    const model = this.#model;
    const x = inputs.slice(0, model.inputNames.length);
    const y = inputs.slice(x.length, x.length + this.losses.length);
    const weights = inputs.slice(x.length + y.length);
    const context = { training, losses: [] as Tensor[] };
    const result = inContext(context, () => model.apply(x.length === 1 ? (x[0] as Tensor) : x, { training }));
    const outputs = Array.isArray(result) ? result : [result];
    this.outputShapes = outputs.map((output) => output.shape);
    const batchSize = (x[0] as Tensor).shape[0] as number;
    const total = this.#totalLoss(outputs, y, weights, [...context.losses, ...model.regularizationLosses()], batchSize);
    this.#metrics ??= this.#resolveMetrics(outputs, y);
    for (const { metric, output, weighted } of this.#metrics) {
      const weight = weighted ? (weights[output] ?? weights[0]) : undefined;
      metric.update(y[output] as Tensor, outputs[output] as Tensor, weight);
    }
    return total;
  }

  #totalLoss(outputs: Tensor[], y: Tensor[], weights: Tensor[], penalties: Tensor[], batchSize: number): Tensor {
    const terms: Tensor[] = [];
    this.losses.forEach((loss, i) => {
      if (loss === null) return;
      const target = y[i];
      if (target === undefined)
        throw new DataError(`fit: y is missing: the model has a loss for '${this.#model.outputNames[i]}'`);
      const value = loss.compute(target, outputs[i] as Tensor, weights[i] ?? weights[0]);
      this.#parts[i]?.update(value, batchSize);
      const weight = this.#weights[i] as number;
      terms.push(weight === 1 ? value : mul(value, weight));
    });
    terms.push(...penalties);
    if (terms.length === 0) {
      throw new StateError(
        `fit: the model was compiled without a loss and no layer adds one; call model.compile({ optimizer, loss })`,
      );
    }
    const total = terms.reduce((sum, term) => add(sum, cast(term, sum.dtype)));
    this.#total.update(total, batchSize);
    return total;
  }

  #resolveMetrics(outputs: Tensor[], y: Tensor[]): OutputMetric[] {
    const names = this.#model.outputNames;
    const taken = new Set<string>(['loss']);
    const found: OutputMetric[] = [];
    for (const weighted of [false, true]) {
      metricsPerOutput(weighted ? this.#options.weightedMetrics : this.#options.metrics, names).forEach((list, output) => {
        for (const identifier of list) {
          const target = y[output];
          if (target === undefined) throw new DataError(`fit: y is missing: the model has metrics for '${names[output]}'`);
          const metric = resolveMetric('compile', identifier, target.shape, (outputs[output] as Tensor).shape);
          metric.name = uniqueName(names.length > 1 ? `${names[output]}_${metric.name}` : metric.name, weighted, taken);
          found.push({ metric, output, weighted });
        }
      });
    }
    this.#reader = undefined;
    return found;
  }
}

/** The program of `predict`, which needs no compile. */
export function predictStep(model: Trainer): TracedFunction {
  return new TracedFunction((inputs) => {
    const result = model.apply(inputs.length === 1 ? (inputs[0] as Tensor) : inputs, { training: false });
    return Array.isArray(result) ? result : [result];
  }, model.inputNames);
}

/** Keras prefixes a weighted metric whose name is taken, and numbers the rest. */
function uniqueName(name: string, weighted: boolean, taken: Set<string>): string {
  let unique = weighted && taken.has(name) ? `weighted_${name}` : name;
  for (let i = 1; taken.has(unique); i++) unique = `${name}_${i}`;
  taken.add(unique);
  return unique;
}

function perOutput<T>(where: string, option: PerOutput<T> | null, names: readonly string[]): (T | null)[] {
  if (Array.isArray(option)) {
    if (option.length !== names.length)
      throw new ValueError(`${where}: received ${option.length} entries; expected ${names.length} (${names.join(', ')})`);
    return [...option];
  }
  if (typeof option === 'object' && option !== null && Object.getPrototypeOf(option) === Object.prototype) {
    checkOptions(where, option, names);
    return names.map((name) => (option as Record<string, T | null>)[name] ?? null);
  }
  return names.map(() => option as T | null);
}

function lossWeights(option: CompileOptions['lossWeights'], names: readonly string[]): number[] {
  if (option === undefined) return names.map(() => 1);
  return perOutput<number>('compile: lossWeights', option, names).map((weight) => weight ?? 1);
}

function metricsPerOutput(option: MetricsOption | undefined, names: readonly string[]): MetricIdentifier[][] {
  const listOf = (entry: unknown): MetricIdentifier[] =>
    entry === undefined || entry === null ? [] : Array.isArray(entry) ? [...entry] : [entry as MetricIdentifier];
  if (option === undefined) return names.map(() => []);
  if (names.length === 1 && Array.isArray(option) && !option.some(Array.isArray)) return [listOf(option)];
  if (Array.isArray(option) && option.length !== names.length) {
    throw new ValueError(
      `compile: metrics: received ${option.length} entries; expected a list for each of ${names.length} outputs (${names.join(', ')})`,
    );
  }
  return perOutput<MetricList>('compile: metrics', option as PerOutput<MetricList>, names).map(listOf);
}

/** Unknown names are found at compile, although 'accuracy' is resolved only when shapes are known. */
function checkMetricNames(lists: MetricIdentifier[][][]): void {
  for (const identifier of lists.flat(2)) {
    if (typeof identifier === 'string') resolveMetric('compile', identifier, [null, 1], [null, 1]);
  }
}
