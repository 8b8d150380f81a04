/** @file Inputs shifted and scaled by statistics of the data. */

import { type DType, wideDType } from '../core/dtype.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { type Dimension, formatShape, normalizeAxes, type Shape, sizeOf } from '../core/shape.js';
import { Tensor } from '../graph/tensor.js';
import { castTo, convert } from '../ops/apply.js';
import { add, div, maximum, mul, sub } from '../ops/binary.js';
import { combineMoments, type Moments } from '../ops/combine_moments.js';
import { moments } from '../ops/reduce.js';
import { reshape } from '../ops/reshape.js';
import { sqrt } from '../ops/unary.js';
import { type FunctionInput, type HostArray, TracedFunction } from '../runtime/function.js';
import type { Variable } from '../runtime/variable.js';
import { knownSize } from './input_spec.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

type Statistic = number | readonly number[];

export interface NormalizationOptions extends LayerOptions {
  /** The axis or axes that have statistics of their own; null for one mean and variance of all. Default -1. */
  readonly axis?: number | readonly number[] | null;
  /** Instead of `adapt`: a number, or one for each element of the last of `axis`. Needs `variance`. */
  readonly mean?: Statistic | null;
  readonly variance?: Statistic | null;
  /** Whether to undo the normalisation; default false. */
  readonly invert?: boolean;
}

/** What `adapt` learns from: a tensor, numbers with their shape, or batches of them. */
export type AdaptData = FunctionInput | Iterable<FunctionInput> | AsyncIterable<FunctionInput>;

/** Samples at a time, so that the data need not fit on the device as floats. */
const chunk = 1024;

/** See {@link normalization}. */
export class Normalization extends Layer {
  static override readonly optionNames = ['axis', 'mean', 'variance', 'invert'];
  readonly axis: number | readonly number[] | null;
  readonly mean: Statistic | null;
  readonly variance: Statistic | null;
  readonly invert: boolean;
  #keptAxes: readonly number[] = [];
  #adapted: { readonly mean: Variable; readonly variance: Variable; readonly count: Variable } | undefined;

  constructor(options: NormalizationOptions = {}) {
    super(options);
    this.axis = options.axis === undefined ? -1 : options.axis;
    this.mean = options.mean ?? null;
    this.variance = options.variance ?? null;
    this.invert = options.invert ?? false;
    if ((this.mean === null) !== (this.variance === null)) {
      throw new ValueError(
        `Normalization: received ${this.mean === null ? 'variance without mean' : 'mean without variance'}; expected both or neither`,
      );
    }
    if ([this.mean].flat().length !== [this.variance].flat().length) {
      throw new ValueError('Normalization: mean and variance have different lengths; expected equal ones');
    }
  }

  override build(inputShape: Shape): void {
    const axes = this.axis === null ? [] : normalizeAxes('axis', this.axis, inputShape.length);
    if (axes.includes(0)) throw new ValueError('axis 0 is the batch; expected axes after it, or null');
    const shape = axes.map((axis) => knownSize(inputShape, axis, 'size of a kept axis'));
    this.#keptAxes = axes;
    this.inputSpec = [{ rank: inputShape.length, axes: Object.fromEntries(axes.map((axis, i) => [axis, shape[i] as number])) }];
    if (this.mean !== null) return;
    this.#adapted = {
      mean: this.addWeight({ name: 'mean', shape, initializer: 'zeros', trainable: false }),
      variance: this.addWeight({ name: 'variance', shape, initializer: 'ones', trainable: false }),
      count: this.addWeight({ name: 'count', shape: [], dtype: 'int32', trainable: false }),
    };
  }

  /**
   * Takes mean and population variance from data.
   *
   * @param data - `[samples, ...]`: a tensor or `{ data, shape, dtype }`, or an iterable of such batches
   * @throws ValueError when mean and variance were given as options or there is no data, ShapeError when its shape does not fit.
   * @example
   * const scale = normalization();
   * await scale.adapt(train.x);
   */
  async adapt(data: AdaptData): Promise<void> {
    if (this.mean !== null)
      throw new ValueError(`${this.label}: adapt: mean and variance were given as options; leave them out to adapt`);
    let total: Moments | undefined;
    let summary: TracedFunction | undefined;
    for await (const batch of batchesOf(data)) {
      if (!this.built) this.build([null, ...batch.shape.slice(1)]);
      this.#checkShape(batch.shape);
      const reduced = batch.shape.map((_, axis) => axis).filter((axis) => !this.#keptAxes.includes(axis));
      summary ??= new TracedFunction(([x]) => {
        const { mean, variance } = moments(castTo(x as Tensor, wideDType(this.computeDtype)), reduced);
        return [mean, variance];
      });
      const [mean, variance] = (await summary.runAndRead([batch])).map((values) => Float64Array.from(values)) as [
        Float64Array,
        Float64Array,
      ];
      const count = sizeOf(reduced.map((axis) => batch.shape[axis] as Dimension)) as number;
      total = combineMoments(total, { mean, variance, count });
    }
    if (total === undefined || total.count === 0)
      throw new ValueError(`${this.label}: adapt: the data is empty; expected at least one sample`);
    const adapted = this.#adapted as { mean: Variable; variance: Variable };
    adapted.mean.assign(total.mean);
    adapted.variance.assign(total.variance);
  }

  override call(input: Tensor): Tensor {
    const x = castTo(input, this.computeDtype);
    const mean = this.#statistic(this.#adapted?.mean ?? (this.mean as Statistic), x.rank);
    const variance = this.#statistic(this.#adapted?.variance ?? (this.variance as Statistic), x.rank);
    // The floor is Keras's epsilon: a constant feature stays finite.
    const deviation = maximum(sqrt(variance), 1e-7);
    return this.invert ? add(mul(x, deviation), mean) : div(sub(x, mean), deviation);
  }

  /** In a shape that broadcasts against inputs of that rank. */
  #statistic(value: Variable | Statistic, rank: number): Tensor {
    const tensor =
      value instanceof Tensor
        ? value
        : convert('Normalization', typeof value === 'number' ? value : [...value], this.computeDtype);
    const shape = new Array<number>(rank).fill(1);
    const axes = this.#keptAxes.slice(this.#keptAxes.length - tensor.rank);
    axes.forEach((axis, i) => {
      shape[axis] = tensor.shape[i] as number;
    });
    return reshape(tensor, shape);
  }

  #checkShape(shape: Shape): void {
    const spec = this.inputSpec?.[0];
    const fits =
      shape.length === spec?.rank && Object.entries(spec.axes ?? {}).every(([axis, size]) => shape[Number(axis)] === size);
    if (!fits)
      throw new ShapeError(
        `${this.label}: adapt: the data has shape ${formatShape(shape)}, which does not fit what the layer was built for`,
      );
  }
}

const isHostArray = (data: unknown): data is HostArray =>
  typeof data === 'object' && data !== null && 'data' in data && 'shape' in data;

async function* batchesOf(data: AdaptData): AsyncGenerator<FunctionInput> {
  if (data instanceof Tensor) yield data;
  else if (isHostArray(data)) yield* chunksOf(data);
  else {
    for await (const batch of data) yield batch;
  }
}

function* chunksOf({ data, shape, dtype }: HostArray): Generator<HostArray> {
  const samples = shape[0] as number;
  const size = data.length / Math.max(samples, 1);
  for (let start = 0; start < samples; start += chunk) {
    const count = Math.min(chunk, samples - start);
    yield { data: data.subarray(start * size, (start + count) * size), shape: [count, ...shape.slice(1)], dtype: dtype as DType };
  }
}

/**
 * `(x - mean) / sqrt(variance)` with the statistics of the data that `adapt` saw, or with given ones. Input and output have the same shape.
 * Weights, not trained: `mean`, `variance`, `count`.
 *
 * @throws ValueError for mean without variance, ShapeError when a kept axis changes its size.
 * @see https://keras.io/api/layers/preprocessing_layers/numerical/normalization
 * @example
 * const scale = normalization({ axis: -1 });
 * await scale.adapt(train.x);
 */
export const normalization = (options: NormalizationOptions = {}): Normalization => new Normalization(options);
