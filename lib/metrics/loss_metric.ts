/** @file Losses as metrics: the weighted mean of the samples' losses over all batches. */

import { ValueError } from '../core/errors.js';
import type { Tensor } from '../graph/tensor.js';
import type { Loss, LossOptions } from '../losses/loss.js';
import { MeanOfFunction } from './mean.js';
import type { Metric, MetricOptions } from './metric.js';

/** The mean of a loss, whatever the loss's own reduction is. */
export class LossMetric extends MeanOfFunction {
  override readonly direction = 'down';
  readonly loss: Loss;

  constructor(loss: Loss, options: MetricOptions = {}) {
    super({ name: options.name ?? loss.name }, 'metric');
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

/** A factory of the metric of a loss, with the loss's options except the reduction, which a metric does not have. */
export function lossMetric<Options extends LossOptions>(
  LossClass: new (options: Options) => Loss,
  name?: string,
): (options?: Omit<Options, 'reduction'>) => Metric {
  return (options) => {
    const { name: given = name, ...own } = (options ?? {}) as Options;
    if ('reduction' in own) throw new ValueError(`${LossClass.name}: unknown option 'reduction'; a metric is always a mean`);
    const loss = new LossClass(own as Options);
    return new LossMetric(loss, given === undefined ? {} : { name: given });
  };
}
