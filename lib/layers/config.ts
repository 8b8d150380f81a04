/** @file Layers as plain objects and back: what `getConfig` writes. */

import { Constraint } from '../constraints/constraint.js';
import { Initializer } from '../initializers/initializer.js';
import { Regularizer } from '../regularizers/regularizer.js';

/** Options of a constructor as plain JSON values. */
export type Config = Record<string, unknown>;

/** An object of a class, as JSON. */
export interface ClassConfig {
  readonly className: string;
  readonly config: Config;
}

/** An option's value as JSON: parts with a configuration of their own become `{ className, config }`, functions their names. */
export function configValue(value: unknown): unknown {
  if (value instanceof Initializer || value instanceof Regularizer || value instanceof Constraint) {
    return { className: value.constructor.name, config: value.getConfig() } satisfies ClassConfig;
  }
  if (typeof value === 'function') return value.name;
  return Array.isArray(value) ? value.map(configValue) : value;
}
