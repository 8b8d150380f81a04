/** @file What `compile` chose, as Keras's JSON and back: optimizer, losses and metrics. */

import { StateError, ValueError } from '../core/errors.js';
import { toSnakeCase } from '../core/naming.js';
import { findByName } from '../core/options.js';
import type { Config, CustomObjects } from '../layers/config.js';
import * as losses from '../losses/index.js';
import * as metrics from '../metrics/index.js';
import * as optimizers from '../optimizers/index.js';
import * as schedules from '../schedules/index.js';
import type { CompileOptions } from '../training/compiled.js';
import { configFromKeras, configToKeras, isKerasObject, type KerasObject } from './keras_config.js';
import type { Model } from './model.js';

/** Where Keras has the parts, and where the library has them. */
const families = {
  'keras.optimizers': optimizers,
  'keras.optimizers.schedules': schedules,
  'keras.losses': losses,
  'keras.metrics': metrics,
} as const;
type Family = keyof typeof families;

/** An optimizer, a schedule, a loss or a metric. */
interface Part {
  getConfig(): Config;
}

/** The call of `compile` as Keras serialises it. @throws StateError for functions that have no name. */
export function compileToKeras(model: Model): Config {
  const { options, givenOptimizer } = model.compiled('save');
  const value = (given: unknown): unknown => serialize(model.label, given);
  return {
    optimizer: part(model.label, 'keras.optimizers', givenOptimizer),
    loss: fullNames(value(options.loss)),
    loss_weights: options.lossWeights ?? null,
    metrics: value(options.metrics),
    weighted_metrics: value(options.weightedMetrics),
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

/** Keras 3 cannot load an `.h5` file in which a loss has one of these names. */
const abbreviations: Readonly<Record<string, string>> = {
  mse: 'mean_squared_error',
  mae: 'mean_absolute_error',
  mape: 'mean_absolute_percentage_error',
  msle: 'mean_squared_logarithmic_error',
  bce: 'binary_crossentropy',
  kld: 'kl_divergence',
};

function fullNames(loss: unknown): unknown {
  if (typeof loss === 'string') return abbreviations[loss] ?? loss;
  if (Array.isArray(loss)) return loss.map(fullNames);
  if (typeof loss !== 'object' || loss === null || isKerasObject(loss)) return loss;
  return Object.fromEntries(Object.entries(loss).map(([output, entry]) => [output, fullNames(entry)]));
}

function serialize(where: string, given: unknown): unknown {
  if (given === undefined || given === null) return null;
  if (typeof given === 'string') return toSnakeCase(given);
  if (Array.isArray(given)) return given.map((entry) => serialize(where, entry));
  if (given instanceof losses.Loss) return part(where, 'keras.losses', given);
  if (given instanceof metrics.Metric) return part(where, 'keras.metrics', given);
  if (typeof given === 'function') return functionToKeras(where, given);
  return Object.fromEntries(Object.entries(given).map(([name, entry]) => [name, serialize(where, entry)]));
}

/** A function by its name: the reader must have it. Keras's way for functions that are not its own. */
export function functionToKeras(where: string, given: { readonly name: string }): unknown {
  if (given.name === '') {
    throw new StateError(
      `${where}: a function without a name cannot be saved; give it one, and pass it to loadModel in customObjects`,
    );
  }
  if (given.name in losses) return toSnakeCase(given.name);
  return { module: 'builtins', class_name: 'function', config: given.name, registered_name: 'function' };
}

function part(where: string, family: Family, given: Part): KerasObject {
  const name = given instanceof metrics.LossMetric ? given.loss.constructor.name : given.constructor.name;
  const known = findPart(family, name) !== undefined;
  const { learningRate, innerOptimizer, ...config } = given.getConfig();
  return {
    module: known ? family : null,
    class_name: name,
    config: {
      ...configToKeras(where, config, known ? 'keras' : 'own'),
      ...(learningRate === undefined ? {} : { learning_rate: learningRateToKeras(where, learningRate) }),
      ...(innerOptimizer === undefined ? {} : { inner_optimizer: part(where, family, innerOptimizer as Part) }),
    },
    registered_name: known ? null : name,
  };
}

function learningRateToKeras(where: string, rate: unknown): unknown {
  if (typeof rate === 'function')
    throw new StateError(`${where}: a function as learning rate cannot be saved; use a number or a schedule`);
  if (typeof rate === 'number') return rate;
  const { className, config } = rate as { className: string; config: Config };
  const known = findPart('keras.optimizers.schedules', className) !== undefined;
  return {
    module: known ? 'keras.optimizers.schedules' : null,
    class_name: className,
    config: configToKeras(where, config, known ? 'keras' : 'own'),
    registered_name: known ? null : className,
  };
}

type Factory = (options: Config) => unknown;

/** Functions of a folder that make its parts: `adam`, `meanSquaredError`. */
function factoriesOf(family: Family): Record<string, Factory> {
  const entries = Object.entries(families[family]).filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name));
  return Object.fromEntries(entries) as Record<string, Factory>;
}

const findPart = (family: Family, name: string): unknown =>
  Object.keys(factoriesOf(family)).find((factory) => factory.toLowerCase() === name.toLowerCase());

/** Options that Keras writes for every part of the kind, and that say nothing here. */
const ignored = ['dtype', 'jitCompile', 'isLegacyOptimizer', 'fn'];
/** Ignored where they are off. */
const ignoredOff = ['lossScaleFactor', 'decay', 'scheduleDecay'];

function revivePart(where: string, family: Family, object: KerasObject, customObjects: CustomObjects): unknown {
  const custom = customObjects[object.registered_name ?? object.class_name] ?? customObjects[object.class_name];
  const { lr, ...given } = configFromKeras(object.config, custom === undefined ? 'keras' : 'own');
  const config = lr === undefined ? given : { learningRate: lr, ...given };
  const rate = object.config.learning_rate;
  if (isKerasObject(rate)) config.learningRate = revivePart(where, 'keras.optimizers.schedules', rate, customObjects);
  const inner = object.config.inner_optimizer;
  if (isKerasObject(inner)) config.innerOptimizer = revivePart(where, family, inner, customObjects);
  if (typeof custom === 'function') return new (custom as new (options: Config) => unknown)(config);
  const kept = Object.entries(config).filter(
    ([option, value]) => !ignored.includes(option) && !(ignoredOff.includes(option) && (value === null || value === 0)),
  );
  if (family === 'keras.optimizers.schedules') return makePart(where, family, object.class_name, withoutName(kept));
  return makePart(where, family, object.class_name, Object.fromEntries(kept));
}

const withoutName = (entries: readonly (readonly [string, unknown])[]): Config =>
  Object.fromEntries(entries.filter(([option]) => option !== 'name'));

const kinds: Readonly<Record<Family, string>> = {
  'keras.optimizers': 'optimizer',
  'keras.optimizers.schedules': 'learning-rate schedule',
  'keras.losses': 'loss',
  'keras.metrics': 'metric',
};

const makePart = (where: string, family: Family, name: string, config: Config): unknown =>
  findByName(where, kinds[family], name, factoriesOf(family))(config);

/** Strings, objects, lists and records of them, as `compile` takes them. */
function revive(where: string, family: Family, value: unknown, customObjects: CustomObjects): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return customObjects[value] ?? value;
  if (Array.isArray(value)) return value.map((entry) => revive(where, family, entry, customObjects) ?? null);
  const object = value as KerasObject;
  if (object.class_name === 'function') return reviveFunction(where, String(object.config), customObjects);
  if (isKerasObject(value)) return revivePart(where, family, value, customObjects);
  const entries = Object.entries(value as object).map(([name, entry]) => [name, revive(where, family, entry, customObjects)]);
  return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined));
}

/** @throws ValueError for a function that was not passed. */
export function reviveFunction(where: string, name: string, customObjects: CustomObjects): unknown {
  const found = customObjects[name];
  if (typeof found === 'function') return found;
  throw new ValueError(`${where}: the file needs the function '${name}'; pass it as customObjects: { ${name} }`);
}

/** The options of `compile` that Keras's JSON describes: `compile_config` of a `.keras` file or `training_config` of an `.h5` file. */
export function compileFromKeras(where: string, config: Config, customObjects: CustomObjects): CompileOptions {
  const given = (config.optimizer ?? config.optimizer_config) as string | KerasObject;
  const optimizer =
    typeof given === 'string' ? given : revivePart(where, 'keras.optimizers', { ...given, registered_name: null }, customObjects);
  const metricsOf = (value: unknown): unknown => revive(where, 'keras.metrics', value, customObjects);
  const options = {
    optimizer,
    loss: revive(where, 'keras.losses', config.loss, customObjects),
    lossWeights: config.loss_weights ?? undefined,
    metrics: metricsOf(config.metrics),
    weightedMetrics: metricsOf(config.weighted_metrics),
  };
  return options as CompileOptions;
}
