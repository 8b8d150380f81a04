/** @file Initializers: factories, classes for extension, and the resolver of names. */

import { ValueError } from '../core/errors.js';
import { findByName } from '../core/options.js';
import { Constant, type ConstantOptions, Identity, type IdentityOptions, Ones, Zeros } from './constant.js';
import { FunctionInitializer, Initializer, type InitializerFunction } from './initializer.js';
import { Orthogonal, type OrthogonalOptions } from './orthogonal.js';
import {
  type RandomInitializerOptions,
  RandomNormal,
  type RandomNormalOptions,
  RandomUniform,
  type RandomUniformOptions,
  TruncatedNormal,
} from './random.js';
import {
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  VarianceScaling,
  type VarianceScalingOptions,
} from './variance_scaling.js';

export {
  Constant,
  type ConstantOptions,
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  Identity,
  type IdentityOptions,
  Initializer,
  type InitializerFunction,
  LecunNormal,
  LecunUniform,
  Ones,
  Orthogonal,
  type OrthogonalOptions,
  type RandomInitializerOptions,
  RandomNormal,
  type RandomNormalOptions,
  RandomUniform,
  type RandomUniformOptions,
  TruncatedNormal,
  VarianceScaling,
  type VarianceScalingOptions,
  Zeros,
};

/** Every element `value` (default 0). */
export const constant = (options?: ConstantOptions): Initializer => new Constant(options);
/** Every element 0. */
export const zeros = (): Initializer => new Zeros();
/** Every element 1. */
export const ones = (): Initializer => new Ones();
/** `gain` (default 1) times the identity matrix. */
export const identity = (options?: IdentityOptions): Initializer => new Identity(options);
/** Uniform in [minval, maxval), by default [-0.05, 0.05). */
export const randomUniform = (options?: RandomUniformOptions): Initializer => new RandomUniform(options);
/** Normal with mean 0 and deviation 0.05 by default. */
export const randomNormal = (options?: RandomNormalOptions): Initializer => new RandomNormal(options);
/** Normal without values further than two deviations from the mean. */
export const truncatedNormal = (options?: RandomNormalOptions): Initializer => new TruncatedNormal(options);
/** Variance `scale / n`, with n the units in, out, or their mean. */
export const varianceScaling = (options?: VarianceScalingOptions): Initializer => new VarianceScaling(options);
/** Uniform in ±sqrt(6 / (fanIn + fanOut)): the default of kernels. */
export const glorotUniform = (options?: RandomInitializerOptions): Initializer => new GlorotUniform(options);
/** Truncated normal of variance 2 / (fanIn + fanOut). */
export const glorotNormal = (options?: RandomInitializerOptions): Initializer => new GlorotNormal(options);
/** Uniform in ±sqrt(6 / fanIn). */
export const heUniform = (options?: RandomInitializerOptions): Initializer => new HeUniform(options);
/** Truncated normal of variance 2 / fanIn: for kernels before a rectifier. */
export const heNormal = (options?: RandomInitializerOptions): Initializer => new HeNormal(options);
/** Uniform in ±sqrt(3 / fanIn). */
export const lecunUniform = (options?: RandomInitializerOptions): Initializer => new LecunUniform(options);
/** Truncated normal of variance 1 / fanIn. */
export const lecunNormal = (options?: RandomInitializerOptions): Initializer => new LecunNormal(options);
/** `gain` (default 1) times a matrix with orthonormal columns or rows. */
export const orthogonal = (options?: OrthogonalOptions): Initializer => new Orthogonal(options);

export type InitializerIdentifier = string | Initializer | InitializerFunction;

const byName = {
  constant,
  zeros,
  ones,
  identity,
  randomUniform,
  randomNormal,
  truncatedNormal,
  varianceScaling,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
  orthogonal,
  zero: zeros,
  one: ones,
  uniform: randomUniform,
  normal: randomNormal,
};

/** The initializer meant by a name, a function of shape and dtype, or an instance. @throws ValueError for an unknown name. */
export function getInitializer(where: string, identifier: InitializerIdentifier): Initializer {
  if (identifier instanceof Initializer) return identifier;
  if (typeof identifier === 'string') return findByName(where, 'initializer', identifier, byName)();
  if (typeof identifier === 'function') return new FunctionInitializer(identifier);
  throw new ValueError(
    `${where}: initializer of type ${typeof identifier}; expected a name, an Initializer or a function of shape and dtype`,
  );
}
