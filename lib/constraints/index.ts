/** @file Constraints: factories, classes for extension, and the resolver of names. */

import { ValueError } from '../core/errors.js';
import { findByName } from '../core/options.js';
import { Constraint, type ConstraintFunction, FunctionConstraint } from './constraint.js';
import { MaxNorm, type MaxNormOptions, MinMaxNorm, type MinMaxNormOptions, NonNeg, type NormAxis, UnitNorm } from './norms.js';

export {
  Constraint,
  type ConstraintFunction,
  MaxNorm,
  type MaxNormOptions,
  MinMaxNorm,
  type MinMaxNormOptions,
  NonNeg,
  type NormAxis,
  UnitNorm,
};

/** Norms of at most `maxValue` (default 2) along `axis` (default 0). */
export const maxNorm = (options?: MaxNormOptions): Constraint => new MaxNorm(options);
/** Norms between `minValue` (default 0) and `maxValue` (default 1) along `axis` (default 0). */
export const minMaxNorm = (options?: MinMaxNormOptions): Constraint => new MinMaxNorm(options);
/** No negative weights. */
export const nonNeg = (): Constraint => new NonNeg();
/** Norms of 1 along `axis` (default 0). */
export const unitNorm = (options?: { readonly axis?: NormAxis }): Constraint => new UnitNorm(options);

export type ConstraintIdentifier = string | Constraint | ConstraintFunction | null | undefined;

const byName = { maxNorm, minMaxNorm, nonNeg, unitNorm };

/** The constraint meant by a name, a function or an instance; null for null. @throws ValueError for an unknown name. */
export function getConstraint(where: string, identifier: ConstraintIdentifier): Constraint | null {
  if (identifier === null || identifier === undefined) return null;
  if (identifier instanceof Constraint) return identifier;
  if (typeof identifier === 'string') return findByName(where, 'constraint', identifier, byName)();
  if (typeof identifier === 'function') return new FunctionConstraint(identifier);
  throw new ValueError(
    `${where}: constraint of type ${typeof identifier}; expected a name, a Constraint or a function of the weight`,
  );
}
