/** @file Batch normalisation. */

import type { Shape } from '../core/shape.js';
import { normalizeAxis } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { getInitializer, type InitializerIdentifier } from '../initializers/index.js';
import type { Initializer } from '../initializers/initializer.js';
import { castTo } from '../ops/apply.js';
import { batchNorm, batchNormTraining } from '../ops/batch_norm.js';
import { add, mul } from '../ops/binary.js';
import type { Variable } from '../runtime/variable.js';
import { numberIn } from './check.js';
import { knownSize } from './input_spec.js';
import type { CallOptions } from './layer_options.js';
import { ScaleLayer, type ScaleOptions } from './scale_layer.js';

export interface BatchNormalizationOptions extends ScaleOptions {
  /** The axis of the channels, each normalised by itself; default -1. */
  readonly axis?: number;
  /** Share of the old value in a moving average, in [0, 1]; default 0.99. */
  readonly momentum?: number;
  /** Default `zeros`. */
  readonly movingMeanInitializer?: InitializerIdentifier;
  /** Default `ones`. */
  readonly movingVarianceInitializer?: InitializerIdentifier;
}

/** See {@link batchNormalization}. */
export class BatchNormalization extends ScaleLayer {
  static override readonly optionNames: readonly string[] = [
    'axis',
    'momentum',
    'movingMeanInitializer',
    'movingVarianceInitializer',
  ];
  readonly axis: number;
  readonly momentum: number;
  readonly movingMeanInitializer: Initializer;
  readonly movingVarianceInitializer: Initializer;
  movingMean: Variable | null = null;
  movingVariance: Variable | null = null;

  constructor(options: BatchNormalizationOptions = {}) {
    super(options);
    this.axis = options.axis ?? -1;
    this.momentum = numberIn('BatchNormalization', 'momentum', options.momentum ?? 0.99, 0, 1);
    this.movingMeanInitializer = getInitializer('BatchNormalization', options.movingMeanInitializer ?? 'zeros');
    this.movingVarianceInitializer = getInitializer('BatchNormalization', options.movingVarianceInitializer ?? 'ones');
  }

  override build(inputShape: Shape): void {
    const axis = normalizeAxis('axis', this.axis, inputShape.length);
    const channels = knownSize(inputShape, axis, 'number of channels');
    this.inputSpec = [{ rank: inputShape.length, axes: { [axis]: channels } }];
    this.addScale([channels]);
    const moving = { shape: [channels], trainable: false, autocast: false };
    this.movingMean = this.addWeight({ ...moving, name: 'moving_mean', initializer: this.movingMeanInitializer });
    this.movingVariance = this.addWeight({ ...moving, name: 'moving_variance', initializer: this.movingVarianceInitializer });
  }

  override call(input: Tensor, { training }: CallOptions): Tensor {
    const x = this.widened(input);
    const { axis, epsilon } = this;
    const [movingMean, movingVariance] = [this.movingMean as Variable, this.movingVariance as Variable];
    const [gamma, beta] = [this.gamma && castTo(this.gamma, x.dtype), this.beta && castTo(this.beta, x.dtype)];
    // A frozen layer stays in inference mode also while the model trains (keras/src/layers/normalization/batch_normalization.py).
    if (!training || !this.trainable) {
      const [mean, variance] = [castTo(movingMean, x.dtype), castTo(movingVariance, x.dtype)];
      return castTo(batchNorm(x, mean, variance, { axis, epsilon, gamma, beta }), this.computeDtype);
    }
    const { y, mean, variance } = batchNormTraining(x, gamma, beta, { axis, epsilon });
    this.#move(movingMean, mean);
    this.#move(movingVariance, variance);
    return castTo(y, this.computeDtype);
  }

  /** The batch's population variance enters unchanged, without n / (n - 1). */
  #move(average: Variable, value: Tensor): void {
    average.assign(add(mul(average, this.momentum), mul(value, 1 - this.momentum)));
  }
}

/**
 * Batch normalisation: `gamma * (x - mean) / sqrt(variance + epsilon) + beta` for each channel. In training, mean and population variance are
 * those of the batch, and moving averages follow them: `moving * momentum + batch * (1 - momentum)`; inference uses the averages. With
 * `trainable` false the layer is in inference mode always.
 *
 * Input and output `[batch, ..., channels]`. Weights: `gamma`, `beta`, and not trained `moving_mean`, `moving_variance`, each `[channels]`.
 *
 * @throws ValueError for an axis or a momentum out of range, ShapeError when the number of channels changes.
 * @see Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167
 * @example
 * const y = batchNormalization().apply(maps);
 */
export const batchNormalization = (options: BatchNormalizationOptions = {}): BatchNormalization =>
  new BatchNormalization(options);
