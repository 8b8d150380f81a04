/** @file Losses: factories, classes for extension, and the resolver of names. */

import { describeValue } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { findByName } from '../core/options.js';
import { BinaryCrossentropy, BinaryFocalCrossentropy, type BinaryFocalCrossentropyOptions } from './binary.js';
import {
  CategoricalCrossentropy,
  CategoricalFocalCrossentropy,
  type CrossentropyOptions,
  type FocalCrossentropyOptions,
  SparseCategoricalCrossentropy,
  type SparseCrossentropyOptions,
} from './categorical.js';
import { Crossentropy } from './crossentropy.js';
import { KLDivergence, Poisson } from './divergence.js';
import { CategoricalHinge, Hinge, SquaredHinge } from './hinge.js';
import { FunctionLoss, Loss, type LossFunction, type LossOptions } from './loss.js';
import { Dice, type DiceOptions, Tversky, type TverskyOptions } from './overlap.js';
import type { Reduction } from './reduction.js';
import {
  CosineSimilarity,
  type CosineSimilarityOptions,
  Huber,
  type HuberOptions,
  LogCosh,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
} from './regression.js';

export {
  BinaryCrossentropy,
  BinaryFocalCrossentropy,
  type BinaryFocalCrossentropyOptions,
  CategoricalCrossentropy,
  CategoricalFocalCrossentropy,
  CategoricalHinge,
  CosineSimilarity,
  type CosineSimilarityOptions,
  type CrossentropyOptions,
  Dice,
  type DiceOptions,
  type FocalCrossentropyOptions,
  FunctionLoss,
  Hinge,
  Huber,
  type HuberOptions,
  KLDivergence,
  LogCosh,
  Loss,
  type LossFunction,
  type LossOptions,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Poisson,
  type Reduction,
  SparseCategoricalCrossentropy,
  type SparseCrossentropyOptions,
  SquaredHinge,
  Tversky,
  type TverskyOptions,
};

/** Binary cross-entropy: targets 0 or 1, predictions probabilities (or logits with `fromLogits`). */
export const binaryCrossentropy = (options?: CrossentropyOptions): Loss => new BinaryCrossentropy(options);
/** Binary cross-entropy that discounts easy samples. */
export const binaryFocalCrossentropy = (options?: BinaryFocalCrossentropyOptions): Loss => new BinaryFocalCrossentropy(options);
/** Cross-entropy for one-hot targets. */
export const categoricalCrossentropy = (options?: CrossentropyOptions): Loss => new CategoricalCrossentropy(options);
/** Cross-entropy for one-hot targets that discounts easy samples. */
export const categoricalFocalCrossentropy = (options?: FocalCrossentropyOptions): Loss =>
  new CategoricalFocalCrossentropy(options);
/** Cross-entropy for targets that are class numbers. */
export const sparseCategoricalCrossentropy = (options?: SparseCrossentropyOptions): Loss =>
  new SparseCategoricalCrossentropy(options);
/** Mean of squared errors. */
export const meanSquaredError = (options?: LossOptions): Loss => new MeanSquaredError(options);
/** Mean of absolute errors. */
export const meanAbsoluteError = (options?: LossOptions): Loss => new MeanAbsoluteError(options);
/** Mean of errors in percent of the targets. */
export const meanAbsolutePercentageError = (options?: LossOptions): Loss => new MeanAbsolutePercentageError(options);
/** Mean of squared errors of logarithms. */
export const meanSquaredLogarithmicError = (options?: LossOptions): Loss => new MeanSquaredLogarithmicError(options);
/** A parabola for small errors, a line for large ones. */
export const huber = (options?: HuberOptions): Loss => new Huber(options);
/** Logarithm of the hyperbolic cosine of the error. */
export const logCosh = (options?: LossOptions): Loss => new LogCosh(options);
/** Minus the cosine between targets and predictions. */
export const cosineSimilarity = (options?: CosineSimilarityOptions): Loss => new CosineSimilarity(options);
/** Hinge loss for targets -1 and 1. */
export const hinge = (options?: LossOptions): Loss => new Hinge(options);
/** Squared hinge loss for targets -1 and 1. */
export const squaredHinge = (options?: LossOptions): Loss => new SquaredHinge(options);
/** Hinge loss for one-hot targets. */
export const categoricalHinge = (options?: LossOptions): Loss => new CategoricalHinge(options);
/** Kullback-Leibler divergence of the predictions from the targets. */
export const klDivergence = (options?: LossOptions): Loss => new KLDivergence(options);
/** Negative log-likelihood of counts, up to a constant. */
export const poisson = (options?: LossOptions): Loss => new Poisson(options);
/** Overlap of masks by Dice's coefficient. */
export const dice = (options?: DiceOptions): Loss => new Dice(options);
/** Overlap of masks by Tversky's index. */
export const tversky = (options?: TverskyOptions): Loss => new Tversky(options);

/** A name, an instance, a function of yTrue and yPred, or a function of this folder that makes a loss. */
export type LossIdentifier = string | Loss | LossFunction | (() => Loss);

const crossentropy = (): Loss => new Crossentropy();

const byName = {
  mse: meanSquaredError,
  mae: meanAbsoluteError,
  mape: meanAbsolutePercentageError,
  msle: meanSquaredLogarithmicError,
  bce: binaryCrossentropy,
  ce: crossentropy,
  kld: klDivergence,
  crossentropy,
  binaryCrossentropy,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  sparseCategoricalCrossentropy,
  meanSquaredError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  huber,
  logCosh,
  cosineSimilarity,
  hinge,
  squaredHinge,
  categoricalHinge,
  klDivergence,
  poisson,
  dice,
  tversky,
};

const makers: ReadonlySet<unknown> = new Set(Object.values(byName));

/** Whether it is `losses.meanSquaredError` and the like: Keras's lower-case losses are functions, so ports pass these on as they are. */
const isMaker = (identifier: LossFunction | (() => Loss)): identifier is () => Loss => makers.has(identifier);

/**
 * The loss meant by a name ('mse', 'sparseCategoricalCrossentropy', 'sparse_categorical_crossentropy'), a function or an instance.
 *
 * @throws ValueError for an unknown name: `compile: unknown loss 'mze'; did you mean 'mse'?`
 */
export function getLoss(where: string, identifier: LossIdentifier): Loss {
  if (identifier instanceof Loss) return identifier;
  if (typeof identifier === 'string') return findByName(where, 'loss', identifier, byName)();
  if (typeof identifier === 'function') return isMaker(identifier) ? identifier() : new FunctionLoss(identifier);
  throw new ValueError(
    `${where}: loss: received ${describeValue(identifier)}; expected a name, a Loss or a function of yTrue and yPred`,
  );
}
