/** @file Optimizers: factories, classes for extension, and the resolver of names. */

import { describeValue } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { findByName } from '../core/options.js';
import { Adadelta, type AdadeltaOptions } from './adadelta.js';
import { Adagrad, type AdagradOptions } from './adagrad.js';
import { Adam, type AdamOptions, AdamW } from './adam.js';
import { Adamax, type AdamaxOptions } from './adamax.js';
import { Ftrl, type FtrlOptions } from './ftrl.js';
import { Lion, type LionOptions } from './lion.js';
import { LossScaleOptimizer, type LossScaleOptions } from './loss_scale.js';
import { Nadam, type NadamOptions } from './nadam.js';
import { Optimizer, type WeightDecayExclusions } from './optimizer.js';
import type { LearningRate, OptimizerOptions } from './options.js';
import { RMSprop, type RMSpropOptions } from './rmsprop.js';
import { SGD, type SGDOptions } from './sgd.js';

export {
  Adadelta,
  type AdadeltaOptions,
  Adagrad,
  type AdagradOptions,
  Adam,
  Adamax,
  type AdamaxOptions,
  type AdamOptions,
  AdamW,
  Ftrl,
  type FtrlOptions,
  type LearningRate,
  Lion,
  type LionOptions,
  LossScaleOptimizer,
  type LossScaleOptions,
  Nadam,
  type NadamOptions,
  Optimizer,
  type OptimizerOptions,
  RMSprop,
  type RMSpropOptions,
  SGD,
  type SGDOptions,
  type WeightDecayExclusions,
};

/**
 * Gradient descent, with momentum if asked; learningRate 0.01 by default.
 *
 * @example
 * model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }), loss: 'mse' });
 */
export const sgd = (options?: SGDOptions): Optimizer => new SGD(options);
/**
 * Adam: learningRate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7 by default.
 *
 * @example
 * model.compile({ optimizer: optimizers.adam({ learningRate: 5e-4 }), loss: 'categoricalCrossentropy' });
 */
export const adam = (options?: AdamOptions): Optimizer => new Adam(options);
/** Adam with decoupled weight decay of 0.004. */
export const adamw = (options?: AdamOptions): Optimizer => new AdamW(options);
/** Adam with Nesterov momentum. */
export const nadam = (options?: NadamOptions): Optimizer => new Nadam(options);
/** Adam with the largest gradient in place of the second moment. */
export const adamax = (options?: AdamaxOptions): Optimizer => new Adamax(options);
/** Gradients divided by their running root mean square. */
export const rmsprop = (options?: RMSpropOptions): Optimizer => new RMSprop(options);
/** Gradients divided by the root of the sum of their squares. */
export const adagrad = (options?: AdagradOptions): Optimizer => new Adagrad(options);
/** Steps in the units of earlier steps; learningRate 0.001 by default, 1 in the paper. */
export const adadelta = (options?: AdadeltaOptions): Optimizer => new Adadelta(options);
/** Steps of one size, in the direction of the sign of a momentum. */
export const lion = (options?: LionOptions): Optimizer => new Lion(options);
/** Follow the regularized leader. */
export const ftrl = (options?: FtrlOptions): Optimizer => new Ftrl(options);

/**
 * Another optimizer, with the loss scaled so that gradients of 16 bits do not vanish: see {@link LossScaleOptimizer}. `compile` does this by
 * itself under `mixed_float16`.
 *
 * @example
 * model.compile({ optimizer: optimizers.lossScaleOptimizer({ innerOptimizer: optimizers.sgd(), initialScale: 1024 }), loss: 'mse' });
 */
export const lossScaleOptimizer = (options: LossScaleOptions): LossScaleOptimizer => new LossScaleOptimizer(options);

const byName = { sgd, adam, adamw, nadam, adamax, rmsprop, adagrad, adadelta, lion, ftrl };

export type OptimizerIdentifier = string | Optimizer;

/** The optimizer meant by a name or an instance. @throws ValueError for an unknown name. */
export function getOptimizer(where: string, identifier: OptimizerIdentifier): Optimizer {
  if (identifier instanceof Optimizer) return identifier;
  if (typeof identifier === 'string') return findByName(where, 'optimizer', identifier, byName)();
  throw new ValueError(`${where}: optimizer: received ${describeValue(identifier)}; expected a name or an Optimizer`);
}
