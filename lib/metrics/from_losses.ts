/** @file Losses as metrics: the weighted mean of the samples' losses over all batches. */

import type { Tensor } from '../graph/tensor.js';
import type { Loss } from '../losses/loss.js';
import { MeanOfFunction } from './mean.js';
import type { MetricOptions } from './metric.js';

/** The mean of a loss, whatever the loss's own reduction is. */
export class LossMetric extends MeanOfFunction {
  override readonly direction = 'down';
  readonly loss: Loss;

  constructor(loss: Loss, options: MetricOptions = {}) {
    super({ name: loss.name, ...options }, 'metric');
    this.loss = loss;
  }

  protected values(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.loss.call(yTrue, yPred);
  }

  protected override mask(yTrue: Tensor, yPred: Tensor): Tensor | undefined {
    return this.loss.mask(yTrue, yPred);
  }

  override getConfig(): Record<string, unknown> {
    const { reduction: _, ...config } = this.loss.getConfig();
    return { ...config, ...super.getConfig() };
  }
}
