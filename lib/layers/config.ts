/** @file Layers as plain objects and back: what `getConfig` writes and `fromConfig` reads. */

import { getActivation } from '../activations/index.js';
import { Constraint } from '../constraints/constraint.js';
import * as constraints from '../constraints/index.js';
import { LaminetError, ValueError } from '../core/errors.js';
import * as initializers from '../initializers/index.js';
import { Initializer } from '../initializers/initializer.js';
import * as regularizers from '../regularizers/index.js';
import { Regularizer } from '../regularizers/regularizer.js';

/** Options of a constructor as plain values. */
export type Config = Record<string, unknown>;

/** An object of a class, as JSON. */
export interface ClassConfig {
  readonly className: string;
  readonly config: Config;
}

/** Classes by name, beside those of the library. */
export type CustomObjects = Readonly<Record<string, unknown>>;

type Constructor = new (config: Config) => unknown;

/** Where the classes of an option's value are: by the end of its name. */
const parts = { Initializer: initializers, Regularizer: regularizers, Constraint: constraints } as const;
export type PartKind = keyof typeof parts;

export const partKind = (option: string): PartKind | undefined =>
  (Object.keys(parts) as PartKind[]).find((kind) => option.endsWith(kind));

export const isClassConfig = (value: unknown): value is ClassConfig =>
  typeof value === 'object' && value !== null && 'className' in value && 'config' in value;

function isKnownActivation(name: string): boolean {
  try {
    getActivation('', name);
    return true;
  } catch (error) {
    if (error instanceof LaminetError) return false;
    throw error;
  }
}

/**
 * An option's value as JSON: parts with a configuration of their own become `{ className, config }`, activations their names. Other functions
 * stay what they are.
 */
export function configValue(value: unknown): unknown {
  if (value instanceof Initializer || value instanceof Regularizer || value instanceof Constraint) {
    return { className: value.constructor.name, config: value.getConfig() } satisfies ClassConfig;
  }
  if (typeof value === 'function') return isKnownActivation(value.name) ? value.name : value;
  return Array.isArray(value) ? value.map(configValue) : value;
}

/** A configuration with its `{ className, config }` parts made objects again. @throws ValueError for an unknown class. */
export function revive(where: string, config: Config, customObjects: CustomObjects = {}): Config {
  const entries = Object.entries(config).map(([option, value]) => {
    const kind = partKind(option);
    return [option, kind !== undefined && isClassConfig(value) ? revivePart(where, kind, value, customObjects) : value];
  });
  return Object.fromEntries(entries);
}

function revivePart(where: string, kind: PartKind, { className, config }: ClassConfig, customObjects: CustomObjects): unknown {
  const found = customObjects[className] ?? (parts[kind] as Readonly<Record<string, unknown>>)[className];
  if (typeof found !== 'function') {
    throw new ValueError(`${where}: unknown ${kind.toLowerCase()} class '${className}'; pass your own classes as customObjects`);
  }
  return new (found as Constructor)(config);
}
