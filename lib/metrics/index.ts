/** @file Metrics: factories, classes for extension, and the resolvers of names. */

import { ValueError } from '../core/errors.js';
import { findByName } from '../core/options.js';
import type { Shape } from '../core/shape.js';
import { labelKind } from '../losses/crossentropy.js';
import * as losses from '../losses/index.js';
import {
  Accuracy,
  BinaryAccuracy,
  type BinaryAccuracyOptions,
  CategoricalAccuracy,
  SparseCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
  TopKCategoricalAccuracy,
  type TopKOptions,
} from './accuracy.js';
import { LossMetric } from './from_losses.js';
import { Mean, MeanMetricWrapper, Sum } from './mean.js';
import { Metric, type MetricOptions } from './metric.js';

export {
  Accuracy,
  BinaryAccuracy,
  type BinaryAccuracyOptions,
  CategoricalAccuracy,
  LossMetric,
  Mean,
  MeanMetricWrapper,
  Metric,
  type MetricOptions,
  SparseCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
  Sum,
  TopKCategoricalAccuracy,
  type TopKOptions,
};

/** Weighted mean of values. */
export const mean = (options?: MetricOptions): Mean => new Mean(options);
/** Weighted sum of values. */
export const sum = (options?: MetricOptions): Sum => new Sum(options);
/** Share of predictions equal to their targets. The string 'accuracy' means the accuracy that fits the shapes instead. */
export const accuracy = (options?: MetricOptions): Metric => new Accuracy(options);
/** Share of predictions on the target's side of the threshold (0.5). */
export const binaryAccuracy = (options?: BinaryAccuracyOptions): Metric => new BinaryAccuracy(options);
/** Share of samples classified rightly, for one-hot targets. */
export const categoricalAccuracy = (options?: MetricOptions): Metric => new CategoricalAccuracy(options);
/** Share of samples classified rightly, for targets that are class numbers. */
export const sparseCategoricalAccuracy = (options?: MetricOptions): Metric => new SparseCategoricalAccuracy(options);
/** Share of samples whose class is among the k (5) largest predictions, for one-hot targets. */
export const topKCategoricalAccuracy = (options?: TopKOptions): Metric => new TopKCategoricalAccuracy(options);
/** Share of samples whose class is among the k (5) largest predictions, for targets that are class numbers. */
export const sparseTopKCategoricalAccuracy = (options?: TopKOptions): Metric => new SparseTopKCategoricalAccuracy(options);
/** Mean of squared errors. */
export const meanSquaredError = (options?: MetricOptions): Metric => new LossMetric(losses.meanSquaredError(), options);

export type MetricIdentifier = string | Metric | losses.Loss | losses.LossFunction;

const byName = {
  mse: meanSquaredError,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  topKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  meanSquaredError,
};

/** Names that mean one metric or another by the shapes of targets and predictions. */
const byShape = {
  accuracy: { binary: binaryAccuracy, sparse: sparseCategoricalAccuracy, categorical: categoricalAccuracy },
};

/**
 * The metric meant by a name, a function `(yTrue, yPred) => values`, a loss or an instance. A name stays the metric's key in the logs.
 *
 * @throws ValueError for an unknown name.
 */
export function resolveMetric(where: string, identifier: MetricIdentifier, yTrue: Shape, yPred: Shape): Metric {
  if (identifier instanceof Metric) return identifier;
  if (identifier instanceof losses.Loss) return new LossMetric(identifier);
  if (typeof identifier === 'function') return new MeanMetricWrapper(identifier);
  if (typeof identifier !== 'string') {
    throw new ValueError(`${where}: metric of type ${typeof identifier}; expected a name, a Metric or a function of yTrue and yPred`);
  }
  const kinds = byShape.accuracy;
  const choose = kinds[labelKind(yTrue, yPred)];
  const metric = findByName(where, 'metric', identifier, { acc: choose, accuracy: choose, ...byName })();
  metric.name = identifier;
  return metric;
}
