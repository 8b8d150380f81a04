/** @file The running sums of a pass: the total loss, the losses of the outputs, the metrics. */

import { type Logs, sortLogs } from '../callbacks/callback.js';
import { isFloat16 } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { type MetricIdentifier, resolveMetric } from '../metrics/index.js';
import { Mean } from '../metrics/mean.js';
import type { Metric } from '../metrics/metric.js';
import { castTo } from '../ops/apply.js';
import { TracedFunction } from '../runtime/function.js';

/** What `compile` was told: identifiers of metrics by output. */
export interface MetricLists {
  readonly plain: readonly (readonly MetricIdentifier[])[];
  readonly weighted: readonly (readonly MetricIdentifier[])[];
}

interface Tracker {
  /** Key in the logs. */
  readonly name: string;
  readonly metric: Metric;
}

interface OutputMetric extends Tracker {
  readonly output: number;
  readonly weighted: boolean;
}

/** Targets, predictions and sample weights of a batch, by output. */
export interface Outcome {
  readonly y: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly weights: readonly Tensor[];
}

/** Outputs as metrics see them: those of 16 bits in float32. */
const predictions = (output: Tensor): Tensor => (isFloat16(output.dtype) ? castTo(output, 'float32') : output);

/** The weight of an output's samples: its own, or the one for all outputs. */
export const weightOf = (weights: readonly Tensor[], output: number): Tensor | undefined => weights[output] ?? weights[0];

/** Sums on the device, accumulated by each step. */
export class Trackers {
  readonly total = new Mean({ name: 'loss' });
  /** The losses of the single outputs, when there are several. */
  readonly parts: readonly (Mean | null)[];
  readonly #names: readonly string[];
  readonly #lists: MetricLists;
  /** Undefined until the shapes are known: 'accuracy' is chosen by them. */
  #metrics: readonly OutputMetric[] | undefined;
  #reader: TracedFunction | undefined;

  /** @param hasLoss - whether each output has a loss */
  constructor(names: readonly string[], hasLoss: readonly boolean[], lists: MetricLists) {
    this.#names = names;
    this.#lists = lists;
    this.parts = names.map((name, i) => (names.length > 1 && hasLoss[i] ? new Mean({ name: `${name}_loss` }) : null));
  }

  /** Loss, losses of several outputs, metrics in compile order. */
  get all(): readonly Tracker[] {
    const losses = [this.total, ...this.parts.filter((part) => part !== null)];
    return [...losses.map((metric) => ({ name: metric.name, metric })), ...(this.#metrics ?? [])];
  }

  /** Whether an output's targets are looked at. */
  usesTarget(output: number): boolean {
    return [this.#lists.plain, this.#lists.weighted].some((lists) => (lists[output] ?? []).length > 0);
  }

  /** Starts all sums anew. */
  reset(): void {
    for (const { metric } of this.all) metric.reset();
  }

  /** The running values, read from the device; keys in alphabetical order as in Keras 3. */
  async read(): Promise<Logs> {
    const trackers = this.all;
    this.#reader ??= new TracedFunction(() => trackers.map(({ metric }) => metric.result()));
    const values = await this.#reader.runAndRead([]);
    return sortLogs(Object.fromEntries(trackers.map(({ name }, i) => [name, values[i]?.[0] as number])));
  }

  /**
   * Takes in a batch, in a trace.
   *
   * @returns a function that keeps the metrics that were made for these shapes; called when the whole step could be traced, so that a
   *   batch that does not fit leaves nothing behind
   */
  update(outcome: Outcome): () => void {
    const metrics = this.#metrics ?? this.#resolve(outcome);
    for (const { name, metric, output, weighted } of metrics) {
      const weight = weighted ? weightOf(outcome.weights, output) : undefined;
      metric.update(outcome.y[output] as Tensor, predictions(outcome.outputs[output] as Tensor), weight);
      const size = sizeOf(metric.result().shape);
      if (size !== 1) throw new ValueError(`metric '${name}': the result has ${size} values; expected one; choose an average`);
    }
    return () => {
      if (this.#metrics !== undefined) return;
      this.#metrics = metrics;
      this.#reader = undefined;
    };
  }

  #resolve({ y, outputs }: Outcome): OutputMetric[] {
    const taken = new Set<string>(['loss']);
    const found: OutputMetric[] = [];
    for (const weighted of [false, true]) {
      (weighted ? this.#lists.weighted : this.#lists.plain).forEach((list, output) => {
        for (const identifier of list) {
          const metric = resolveMetric('compile', identifier, (y[output] as Tensor).shape, (outputs[output] as Tensor).shape);
          const name = this.#names.length > 1 ? `${this.#names[output]}_${metric.name}` : metric.name;
          found.push({ name: uniqueName(name, weighted, taken), metric, output, weighted });
        }
      });
    }
    return found;
  }
}

/** Keras prefixes a weighted metric whose name is taken, and numbers the rest. */
function uniqueName(name: string, weighted: boolean, taken: Set<string>): string {
  let unique = weighted && taken.has(name) ? `weighted_${name}` : name;
  for (let i = 1; taken.has(unique); i++) unique = `${name}_${i}`;
  taken.add(unique);
  return unique;
}
