/** @file Regularizers: factories, classes for extension, and the resolver of names. */

import { ValueError } from '../core/errors.js';
import { findByName } from '../core/options.js';
import { L1, L1L2, L2 } from './l1_l2.js';
import { OrthogonalRegularizer, type OrthogonalRegularizerOptions } from './orthogonal.js';
import { FunctionRegularizer, Regularizer, type RegularizerFunction } from './regularizer.js';

export { L1, L1L2, L2, OrthogonalRegularizer, type OrthogonalRegularizerOptions, Regularizer, type RegularizerFunction };

/** `l1 * sum(|w|)`; l1 defaults to 0.01. */
export const l1 = (options?: { readonly l1?: number }): Regularizer => new L1(options);
/** `l2 * sum(w^2)`; l2 defaults to 0.01. */
export const l2 = (options?: { readonly l2?: number }): Regularizer => new L2(options);
/** `l1 * sum(|w|) + l2 * sum(w^2)`; l1 and l2 default to 0. */
export const l1l2 = (options?: { readonly l1?: number; readonly l2?: number }): Regularizer => new L1L2(options);
/** A penalty on rows or columns that are not orthogonal. */
export const orthogonalRegularizer = (options?: OrthogonalRegularizerOptions): Regularizer => new OrthogonalRegularizer(options);

export type RegularizerIdentifier = string | Regularizer | RegularizerFunction | null | undefined;

const byName = { l1, l2, l1l2: () => l1l2({ l1: 0.01, l2: 0.01 }), orthogonalRegularizer };

/** The regularizer meant by a name, a function or an instance; null for null. @throws ValueError for an unknown name. */
export function getRegularizer(where: string, identifier: RegularizerIdentifier): Regularizer | null {
  if (identifier === null || identifier === undefined) return null;
  if (identifier instanceof Regularizer) return identifier;
  if (typeof identifier === 'string') return findByName(where, 'regularizer', identifier, byName)();
  if (typeof identifier === 'function') return new FunctionRegularizer(identifier);
  throw new ValueError(
    `${where}: regularizer of type ${typeof identifier}; expected a name, a Regularizer or a function of the weight`,
  );
}
