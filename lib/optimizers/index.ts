/** @file Optimizers: factories, classes for extension, and the resolver of names. */

import { ValueError } from '../core/errors.js';
import { findByName } from '../core/options.js';
import { Adam, type AdamOptions, AdamW } from './adam.js';
import { Optimizer } from './optimizer.js';
import type { LearningRate, OptimizerOptions } from './options.js';
import { SGD, type SGDOptions } from './sgd.js';

export { Adam, type AdamOptions, AdamW, type LearningRate, Optimizer, type OptimizerOptions, SGD, type SGDOptions };

/** Gradient descent, with momentum if asked. */
export const sgd = (options?: SGDOptions): Optimizer => new SGD(options);
/** Adam with Keras's defaults: learningRate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7. */
export const adam = (options?: AdamOptions): Optimizer => new Adam(options);
/** Adam with decoupled weight decay of 0.004. */
export const adamw = (options?: AdamOptions): Optimizer => new AdamW(options);

const byName = { sgd, adam, adamw };

export type OptimizerIdentifier = string | Optimizer;

/** The optimizer meant by a name or an instance. @throws ValueError for an unknown name. */
export function getOptimizer(where: string, identifier: OptimizerIdentifier): Optimizer {
  if (identifier instanceof Optimizer) return identifier;
  if (typeof identifier === 'string') return findByName(where, 'optimizer', identifier, byName)();
  throw new ValueError(`${where}: optimizer of type ${typeof identifier}; expected a name or an Optimizer`);
}
