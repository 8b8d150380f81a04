/** @file Initializers: factories, classes for extension, and the resolver of names. */

import { ValueError } from '../core/errors.js';
import { findByName } from '../core/options.js';
import { Constant, type ConstantOptions, Identity, type IdentityOptions, Ones, Zeros } from './constant.js';
import { FunctionInitializer, Initializer, type InitializerFunction } from './initializer.js';

export { Constant, type ConstantOptions, Identity, type IdentityOptions, Initializer, type InitializerFunction, Ones, Zeros };

/** Every element `value` (default 0). */
export const constant = (options?: ConstantOptions): Initializer => new Constant(options);
/** Every element 0. */
export const zeros = (): Initializer => new Zeros();
/** Every element 1. */
export const ones = (): Initializer => new Ones();
/** `gain` (default 1) times the identity matrix. */
export const identity = (options?: IdentityOptions): Initializer => new Identity(options);

export type InitializerIdentifier = string | Initializer | InitializerFunction;

const byName = { constant, zeros, ones, identity, zero: zeros, one: ones };

/** The initializer meant by a name, a function of shape and dtype, or an instance. @throws ValueError for an unknown name. */
export function getInitializer(where: string, identifier: InitializerIdentifier): Initializer {
  if (identifier instanceof Initializer) return identifier;
  if (typeof identifier === 'string') return findByName(where, 'initializer', identifier, byName)();
  if (typeof identifier === 'function') return new FunctionInitializer(identifier);
  throw new ValueError(`${where}: initializer of type ${typeof identifier}; expected a name, an Initializer or a function of shape and dtype`);
}
