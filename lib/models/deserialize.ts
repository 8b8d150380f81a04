/** @file Models from Keras's JSON. */

import { describeValue } from '../core/describe.js';
import type { DType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { unknownName } from '../core/options.js';
import type { Shape } from '../core/shape.js';
import type { Config, CustomObjects } from '../layers/config.js';
import * as builtIn from '../layers/index.js';
import { InputLayer } from '../layers/input.js';
import { Layer, optionNamesOf } from '../layers/layer.js';
import { reviveFunction } from './compile_config.js';
import { deserializeFunctional } from './deserialize_functional.js';
import { configFromKeras, isKerasObject, type KerasObject } from './keras_config.js';
import { modernize } from './keras2.js';
import { Model } from './model.js';
import { Sequential } from './sequential.js';

interface LayerClass {
  new (config: never): Layer;
  fromConfig(config: Config, customObjects: CustomObjects): Layer;
}
/** What is known beside the JSON. */
export interface Context {
  readonly where: string;
  readonly customObjects: CustomObjects;
  /** Whether Python code in the file is refused rather than replaced. */
  readonly safeMode: boolean;
}

/** The layer or model that Keras's JSON describes, with new weights. */
export function deserializeLayer(given: KerasObject, context: Context): Layer {
  if (!isKerasObject(given))
    throw new ValueError(`${context.where}: received ${describeValue(given)} as a layer; expected class_name and config`);
  const { where, customObjects } = context;
  const object = modernize(given);
  const name = object.class_name;
  const custom = customObjects[object.registered_name ?? name] ?? customObjects[name];
  if (custom === undefined) {
    if (name === 'Sequential') return deserializeSequential(object.config, context);
    if (name === 'Functional' || name === 'Model')
      return deserializeFunctional(where, object.config, (layer) => deserializeLayer(layer, context));
    if (name === 'InputLayer') return deserializeInput(object.config);
    if (name === 'Lambda') return deserializeLambda(object.config, context);
  }
  const found = custom ?? (builtIn as Readonly<Record<string, unknown>>)[name];
  if (typeof found !== 'function' || !(found.prototype instanceof Layer)) {
    const known = Object.entries(builtIn).flatMap(([key, value]) =>
      typeof value === 'function' && value.prototype instanceof Layer ? [key] : [],
    );
    throw unknownName(where, 'layer class', name, known);
  }
  const layerClass = found as LayerClass;
  const config =
    custom === undefined
      ? supported(where, name, layerClass, withFunctions(configFromKeras(object.config), customObjects))
      : configFromKeras(object.config, 'own');
  const layer = layerClass.fromConfig(config, customObjects);
  if (layer instanceof Model) buildAsSaved(layer, object.build_config);
  return layer;
}

/** Activations that are functions of the user's. */
function withFunctions(config: Config, customObjects: CustomObjects): Config {
  const entries = Object.entries(config).map(([option, value]) => {
    const isOwn = option.toLowerCase().endsWith('activation') && typeof value === 'string' && Object.hasOwn(customObjects, value);
    return [option, isOwn ? customObjects[value] : value];
  });
  return Object.fromEntries(entries);
}

/** A model of a class of the user's gets its weights for the shapes that it had when it was saved. */
function buildAsSaved(model: Model, config: Config | undefined): void {
  const shapes = config?.input_shape as Shape | Shape[] | undefined;
  if (model.built || !Array.isArray(shapes)) return;
  model.buildFor((Array.isArray(shapes[0]) ? shapes : [shapes]) as Shape[]);
}

/** A layer around a function: found by its name, or, where the file has Python code instead, by the layer's. */
function deserializeLambda(config: Config, { where, customObjects, safeMode }: Context): Layer {
  const { name, trainable, dtype, mask, arguments: bound } = configFromKeras(config);
  refuse(where, `Lambda '${String(name)}'`, { mask, arguments: Object.keys((bound ?? {}) as object).length > 0 ? bound : null });
  const given = config.function;
  const code = Array.isArray(given) || (isKerasObject(given) && given.class_name === '__lambda__');
  if (code && safeMode) {
    throw new ValueError(
      `${where}: Lambda '${String(name)}' holds Python code, which cannot run here; pass its function as customObjects: { ${String(name)} } ` +
        'with safeMode: false',
    );
  }
  const functionName = code ? name : isKerasObject(given) ? given.config : given;
  const options = { name, trainable, dtype, function: reviveFunction(where, String(functionName), customObjects) };
  return new builtIn.Lambda(options as builtIn.LambdaOptions);
}

/** Options of Keras that the library lacks are left out where they are off, and refused where they are not. */
function supported(where: string, name: string, layerClass: unknown, config: Config): Config {
  const known = ['name', 'trainable', 'dtype', 'inputShape', 'activityRegularizer', ...optionNamesOf(layerClass)];
  const entries = Object.entries(config);
  const unknown = entries.filter(([option]) => !known.includes(option) && !harmless.includes(option));
  refuse(where, `${name} '${String(config.name)}'`, Object.fromEntries(unknown));
  return Object.fromEntries(entries.filter(([option]) => known.includes(option)));
}

/** @throws ValueError for options that are neither null nor false. */
function refuse(where: string, label: string, options: Config): void {
  const wanted = Object.entries(options).filter(([, value]) => value != null && value !== false);
  if (wanted.length === 0) return;
  const list = wanted.map(([option, value]) => `${option} ${JSON.stringify(value)}`).join(', ');
  throw new ValueError(`${where}: ${label} has options that are not supported: ${list}; expected them null or false`);
}

/** Keras options that say nothing while what they belong to is off. */
const harmless = ['renormMomentum', 'loraAlpha', 'fillMode'];

function deserializeInput(config: Config): InputLayer {
  const { batchShape, batchInputShape, dtype, name } = configFromKeras(config);
  return new InputLayer({ batchShape: (batchShape ?? batchInputShape) as Shape, dtype: dtype as DType, name: name as string });
}

function deserializeSequential(config: Config, context: Context): Sequential {
  const layers = (config.layers as KerasObject[]).map((layer) => deserializeLayer(layer, context));
  const net = new Sequential(layers, config.name === undefined ? {} : { name: config.name as string });
  const shape = config.build_input_shape as Shape | undefined;
  if (shape && !net.built) net.build(shape);
  if (config.trainable === false) net.trainable = false;
  return net;
}

export interface FromJsonOptions {
  /** Classes of your own by name: layers, initializers, regularizers, constraints. */
  readonly customObjects?: CustomObjects;
}

/**
 * The model that `toJSON` of a model, or Keras's `to_json`, described; its weights are new.
 *
 * @param json - the text, or the object
 * @throws ValueError for classes and options that are not known.
 * @example
 * const twin = modelFromJSON(JSON.stringify(net));
 */
export function modelFromJSON(json: string | object, options: FromJsonOptions = {}): Model {
  const object = (typeof json === 'string' ? JSON.parse(json) : json) as KerasObject;
  return modelFromKeras('modelFromJSON', object, options.customObjects ?? {}, true);
}

/** The model that Keras's JSON describes. @throws ValueError for what is no model, not known or not supported. */
export function modelFromKeras(where: string, object: KerasObject, customObjects: CustomObjects, safeMode: boolean): Model {
  if (isKerasObject(object)) {
    const isCustom = Object.hasOwn(customObjects, object.registered_name ?? object.class_name);
    if (!isCustom && !['Sequential', 'Functional', 'Model'].includes(object.class_name)) {
      throw new ValueError(
        `${where}: received class '${object.class_name}'; expected Sequential or Functional; pass your own classes as customObjects`,
      );
    }
  }
  const layer = deserializeLayer(object, { where, customObjects, safeMode });
  if (layer instanceof Model) return layer;
  throw new ValueError(`${where}: '${object.class_name}' is a layer; expected a model`);
}
