/** @file Configurations in Keras's spelling: snake_case, parts as `{ module, class_name, config, registered_name }`. */

import { ValueError } from '../core/errors.js';
import { type ClassConfig, type Config, isClassConfig, type PartKind, partKind } from '../layers/config.js';

/** An object as Keras serialises it. */
export interface KerasObject {
  readonly module: string | null;
  readonly class_name: string;
  readonly config: Config;
  readonly registered_name: string | null;
  readonly build_config?: Config;
}

const modules: Readonly<Record<PartKind, string>> = {
  Initializer: 'keras.initializers',
  Regularizer: 'keras.regularizers',
  Constraint: 'keras.constraints',
};

/** Options whose Keras name is not theirs in snake case. */
const special: Readonly<Record<string, string>> = { keepDims: 'keepdims', beta1: 'beta_1', beta2: 'beta_2' };
const specialBack: Readonly<Record<string, string>> = { keepdims: 'keepDims' };

export const snakeCase = (name: string): string =>
  special[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const camelCase = (name: string): string =>
  specialBack[name] ?? name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Strings that are not words of an option, and words in capitals, keep their spelling. */
const isFreeText = (option: string, value: string): boolean => option === 'name' || /^[A-Z]+$/.test(value);

export const isKerasObject = (value: unknown): value is KerasObject =>
  typeof value === 'object' && value !== null && 'class_name' in value && 'config' in value;

function valueToKeras(where: string, option: string, value: unknown): unknown {
  const kind = partKind(option);
  if (kind !== undefined && isClassConfig(value)) {
    return {
      module: modules[kind],
      class_name: value.className,
      config: configToKeras(where, value.config),
      registered_name: null,
    };
  }
  if (typeof value === 'function') {
    throw new ValueError(`${where}: '${option}' is a function of your own, which cannot be saved; write a layer class instead`);
  }
  return typeof value === 'string' && !isFreeText(option, value) ? snakeCase(value) : value;
}

/** Whose words the strings of a configuration are: Keras's, spelled in snake_case there, or those of a class of the user's, left as they are. */
export type Words = 'keras' | 'own';

/** A layer's configuration as Keras's. @throws ValueError for functions. */
export function configToKeras(where: string, config: Config, words: Words = 'keras'): Config {
  const entries = Object.entries(config).map(([option, value]): [string, unknown] => {
    if (words === 'own' && typeof value === 'string' && option !== 'dtype') return [snakeCase(option), value];
    if (option === 'dtype')
      return ['dtype', { module: 'keras', class_name: 'DTypePolicy', config: { name: value }, registered_name: null }];
    return [snakeCase(option), valueToKeras(where, option, value)];
  });
  return Object.fromEntries(entries);
}

/** Options of Keras's initializers that the library lacks. */
const absent = ['input_axes', 'output_axes'];

function valueFromKeras(option: string, value: unknown): unknown {
  if (isKerasObject(value)) {
    return { className: value.class_name, config: configFromKeras(value.config) } satisfies ClassConfig;
  }
  return typeof value === 'string' && !isFreeText(option, value) ? camelCase(value) : value;
}

/** Keras's configuration as options of a layer. */
export function configFromKeras(config: Config, words: Words = 'keras'): Config {
  const entries = Object.entries(config).flatMap(([name, value]): [string, unknown][] => {
    if (name === 'dtype') return [['dtype', isKerasObject(value) ? value.config.name : value]];
    if (value === null && absent.includes(name)) return [];
    const option = camelCase(name);
    return [[option, words === 'own' && typeof value === 'string' ? value : valueFromKeras(option, value)]];
  });
  return Object.fromEntries(entries);
}

/** Options that Keras takes as a float alone, where Python reads 1 as an integer. */
const floats = ['learning_rate', 'momentum', 'beta', 'threshold'];

/** The text of a file: `floats` with a decimal point. */
export function kerasJson(value: unknown): string {
  const marked = (option: string, entry: unknown): unknown =>
    floats.includes(option) && Number.isSafeInteger(entry) ? `\u0000${entry}.0` : entry;
  return JSON.stringify(value, marked).replace(/"\\u0000(-?\d+\.0)"/g, '$1');
}
