/** @file Metrics: factories, classes for extension, and the resolver of names. */

import { describeValue } from '../core/describe.js';
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
import { AUC, type AUCOptions } from './auc.js';
import {
  FalseNegatives,
  FalsePositives,
  Precision,
  type PrecisionOptions,
  Recall,
  type ThresholdOptions,
  TrueNegatives,
  TruePositives,
} from './confusion.js';
import { F1Score, type F1ScoreOptions, FBetaScore, type FBetaScoreOptions } from './f_score.js';
import { IoU, type IoUOptions, MeanIoU, type MeanIoUOptions, OneHotMeanIoU } from './iou.js';
import { LossMetric, lossMetric } from './loss_metric.js';
import { Mean, MeanMetricWrapper, Sum } from './mean.js';
import { Metric, type MetricOptions } from './metric.js';
import {
  CosineSimilarity,
  type CosineSimilarityMetricOptions,
  R2Score,
  type R2ScoreOptions,
  RootMeanSquaredError,
} from './regression.js';

export {
  Accuracy,
  AUC,
  type AUCOptions,
  BinaryAccuracy,
  type BinaryAccuracyOptions,
  CategoricalAccuracy,
  CosineSimilarity,
  type CosineSimilarityMetricOptions,
  F1Score,
  type F1ScoreOptions,
  FalseNegatives,
  FalsePositives,
  FBetaScore,
  type FBetaScoreOptions,
  IoU,
  type IoUOptions,
  LossMetric,
  Mean,
  MeanIoU,
  type MeanIoUOptions,
  MeanMetricWrapper,
  Metric,
  type MetricOptions,
  OneHotMeanIoU,
  Precision,
  type PrecisionOptions,
  R2Score,
  type R2ScoreOptions,
  Recall,
  RootMeanSquaredError,
  SparseCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
  Sum,
  type ThresholdOptions,
  TopKCategoricalAccuracy,
  type TopKOptions,
  TrueNegatives,
  TruePositives,
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

/** Number of ones predicted as ones. */
export const truePositives = (options?: ThresholdOptions): Metric => new TruePositives(options);
/** Number of zeros predicted as ones. */
export const falsePositives = (options?: ThresholdOptions): Metric => new FalsePositives(options);
/** Number of zeros predicted as zeros. */
export const trueNegatives = (options?: ThresholdOptions): Metric => new TrueNegatives(options);
/** Number of ones predicted as zeros. */
export const falseNegatives = (options?: ThresholdOptions): Metric => new FalseNegatives(options);
/** Share of ones among what is predicted as one. */
export const precision = (options?: PrecisionOptions): Metric => new Precision(options);
/** Share of ones that are predicted as one. */
export const recall = (options?: PrecisionOptions): Metric => new Recall(options);
/** Area under the ROC curve, or under that of precision and recall. */
export const auc = (options?: AUCOptions): Metric => new AUC(options);
/** Harmonic mean of precision and recall; choose an `average` to get one number. */
export const f1Score = (options?: F1ScoreOptions): Metric => new F1Score(options);
/** Mean of precision and recall in which recall counts beta times as much. */
export const fBetaScore = (options?: FBetaScoreOptions): Metric => new FBetaScore(options);
/** Intersection over union of some classes. */
export const iou = (options: IoUOptions): Metric => new IoU(options);
/** Intersection over union of all classes. */
export const meanIoU = (options: MeanIoUOptions): Metric => new MeanIoU(options);
/** Intersection over union of all classes, for one-hot targets and scores. */
export const oneHotMeanIoU = (options: Omit<MeanIoUOptions, 'sparseYTrue'>): Metric => new OneHotMeanIoU(options);

/** Mean of squared errors. */
export const meanSquaredError = lossMetric(losses.MeanSquaredError);
/** Root of the mean of squared errors. */
export const rootMeanSquaredError = (options?: MetricOptions): Metric => new RootMeanSquaredError(options);
/** Mean of absolute errors. */
export const meanAbsoluteError = lossMetric(losses.MeanAbsoluteError);
/** Mean of errors in percent of the targets. */
export const meanAbsolutePercentageError = lossMetric(losses.MeanAbsolutePercentageError);
/** Mean of squared errors of logarithms. */
export const meanSquaredLogarithmicError = lossMetric(losses.MeanSquaredLogarithmicError);
/** Mean logarithm of the hyperbolic cosine of the error. */
export const logCoshError = lossMetric(losses.LogCosh, 'logcosh');
/** Mean cosine between targets and predictions. */
export const cosineSimilarity = (options?: CosineSimilarityMetricOptions): Metric => new CosineSimilarity(options);
/** Share of the targets' variance that the predictions explain. */
export const r2Score = (options?: R2ScoreOptions): Metric => new R2Score(options);
/** Mean hinge loss. */
export const hinge = lossMetric(losses.Hinge);
/** Mean squared hinge loss. */
export const squaredHinge = lossMetric(losses.SquaredHinge);
/** Mean hinge loss of one-hot targets. */
export const categoricalHinge = lossMetric(losses.CategoricalHinge);
/** Mean Kullback-Leibler divergence. */
export const klDivergence = lossMetric(losses.KLDivergence);
/** Mean Poisson loss. */
export const poisson = lossMetric(losses.Poisson);
/** Mean binary cross-entropy. */
export const binaryCrossentropy = lossMetric(losses.BinaryCrossentropy);
/** Mean cross-entropy of one-hot targets. */
export const categoricalCrossentropy = lossMetric(losses.CategoricalCrossentropy);
/** Mean cross-entropy of targets that are class numbers. */
export const sparseCategoricalCrossentropy = lossMetric(losses.SparseCategoricalCrossentropy);

export type MetricIdentifier = string | Metric | losses.Loss | losses.LossFunction;

const byName = {
  mse: meanSquaredError,
  mae: meanAbsoluteError,
  mape: meanAbsolutePercentageError,
  msle: meanSquaredLogarithmicError,
  rmse: rootMeanSquaredError,
  bce: binaryCrossentropy,
  kld: klDivergence,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  topKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  truePositives,
  falsePositives,
  trueNegatives,
  falseNegatives,
  precision,
  recall,
  auc,
  f1Score,
  fBetaScore,
  meanSquaredError,
  rootMeanSquaredError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  logCoshError,
  logCosh: logCoshError,
  cosineSimilarity,
  r2Score,
  hinge,
  squaredHinge,
  categoricalHinge,
  klDivergence,
  poisson,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
};

const accuracies = { binary: binaryAccuracy, sparse: sparseCategoricalAccuracy, categorical: categoricalAccuracy };
const crossentropies = {
  binary: binaryCrossentropy,
  sparse: sparseCategoricalCrossentropy,
  categorical: categoricalCrossentropy,
};

type Factory = (options: MetricOptions) => Metric;

/** The factory of a name; 'accuracy' and 'crossentropy' mean one of several, by the kind of the labels. */
function factory(where: string, name: string, kind: ReturnType<typeof labelKind>): Factory {
  const byShape = {
    accuracy: accuracies[kind],
    acc: accuracies[kind],
    crossentropy: crossentropies[kind],
    ce: crossentropies[kind],
  };
  return findByName<Factory>(where, 'metric', name, { ...byShape, ...byName });
}

/** @throws ValueError unless `resolveMetric` knows the identifier. */
export function checkMetric(where: string, identifier: unknown): void {
  if (identifier instanceof Metric || identifier instanceof losses.Loss || typeof identifier === 'function') return;
  if (typeof identifier === 'string') factory(where, identifier, 'categorical');
  else
    throw new ValueError(
      `${where}: metric: received ${describeValue(identifier)}; expected a name, a Metric or a function of yTrue and yPred`,
    );
}

/**
 * The metric meant by a name, a function `(yTrue, yPred) => values`, a loss or an instance. A name stays the metric's key in the logs.
 * 'accuracy' ('acc') and 'crossentropy' ('ce') are chosen by the shapes of targets and predictions.
 *
 * @throws ValueError for an unknown name: `compile: unknown metric 'acuracy'; did you mean 'accuracy'?`
 */
export function resolveMetric(where: string, identifier: MetricIdentifier, yTrue: Shape, yPred: Shape): Metric {
  checkMetric(where, identifier);
  if (identifier instanceof Metric) return identifier;
  if (identifier instanceof losses.Loss) return new LossMetric(identifier);
  if (typeof identifier === 'function') return new MeanMetricWrapper(identifier);
  return factory(where, identifier, labelKind(yTrue, yPred))({ name: identifier });
}
