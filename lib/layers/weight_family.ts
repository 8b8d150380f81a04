/** @file Initializer, regularizer and constraint of one weight, as options of a layer: `kernelInitializer`, `kernelRegularizer`, ... */

import { type ConstraintIdentifier, getConstraint } from '../constraints/index.js';
import { getInitializer, type InitializerIdentifier } from '../initializers/index.js';
import { getRegularizer, type RegularizerIdentifier } from '../regularizers/index.js';
import type { Variable } from '../runtime/variable.js';
import type { Layer } from './layer.js';
import type { WeightOptions } from './layer_options.js';

/** The three options of the weight called `Name`. */
export type WeightFamily<Name extends string> = {
  readonly [Key in `${Name}Initializer`]?: InitializerIdentifier;
} & {
  readonly [Key in `${Name}Regularizer`]?: RegularizerIdentifier;
} & {
  readonly [Key in `${Name}Constraint`]?: ConstraintIdentifier;
};

/** Their names, for `optionNames`. */
export const familyNames = (name: string): string[] => [`${name}Initializer`, `${name}Regularizer`, `${name}Constraint`];

/** Resolves the three and keeps them as properties of the layer, where `getConfig` finds them. */
export function keepFamily(layer: Layer, name: string, options: object, initializer: string): void {
  const where = layer.constructor.name;
  const given = options as Readonly<Record<string, never>>;
  Object.assign(layer, {
    [`${name}Initializer`]: getInitializer(where, given[`${name}Initializer`] ?? initializer),
    [`${name}Regularizer`]: getRegularizer(where, given[`${name}Regularizer`]),
    [`${name}Constraint`]: getConstraint(where, given[`${name}Constraint`]),
  });
}

/** A weight with the options kept under `family`; `own` are more of its options, such as a name that differs. */
export function addFamilyWeight(
  layer: Layer,
  family: string,
  shape: readonly number[],
  own: Pick<WeightOptions, 'autocast'> & { readonly name?: string } = {},
): Variable {
  return layer.addWeight({
    name: family,
    shape,
    ...own,
    initializer: Reflect.get(layer, `${family}Initializer`) as WeightOptions['initializer'],
    regularizer: Reflect.get(layer, `${family}Regularizer`) as WeightOptions['regularizer'],
    constraint: Reflect.get(layer, `${family}Constraint`) as WeightOptions['constraint'],
  });
}
