/** @file Models from Keras's JSON. */

import type { DType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { unknownName } from '../core/options.js';
import type { Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { Config, CustomObjects } from '../layers/config.js';
import * as builtIn from '../layers/index.js';
import { InputLayer } from '../layers/input.js';
import { Layer, optionNamesOf } from '../layers/layer.js';
import type { LayerInput } from '../layers/structure.js';
import { Functional } from './functional.js';
import { configFromKeras, type KerasObject } from './keras_config.js';
import type { Model } from './model.js';
import { Sequential } from './sequential.js';

interface LayerClass {
  new (config: never): Layer;
  fromConfig(config: Config, customObjects: CustomObjects): Layer;
}
/** Layer name, call, output. */
type Place = readonly [string, number, number];
/** Places in the structure that the model was made with. */
type Places = Place | readonly Place[] | Readonly<Record<string, Place>>;

const isPlace = (places: Places): places is Place => Array.isArray(places) && typeof places[0] === 'string';
const isList = (places: Places): places is readonly Place[] => Array.isArray(places);

interface KerasNode {
  readonly args: readonly unknown[];
  readonly kwargs: { readonly training?: boolean | null };
}

interface FunctionalLayer extends KerasObject {
  readonly inbound_nodes: readonly KerasNode[];
}

/** The layer or model that Keras's JSON describes, with new weights. */
export function deserializeLayer(object: KerasObject, customObjects: CustomObjects): Layer {
  const name = object.class_name;
  if (name === 'Sequential') return deserializeSequential(object.config, customObjects);
  if (name === 'Functional' || name === 'Model') return deserializeFunctional(object.config, customObjects);
  if (name === 'InputLayer') return deserializeInput(object.config);
  const custom = customObjects[name];
  const found = custom ?? (builtIn as Readonly<Record<string, unknown>>)[name];
  if (typeof found !== 'function' || !(found.prototype instanceof Layer)) {
    const known = Object.entries(builtIn).flatMap(([key, value]) =>
      typeof value === 'function' && value.prototype instanceof Layer ? [key] : [],
    );
    throw unknownName('modelFromJSON', 'layer class', name, known);
  }
  const layerClass = found as LayerClass;
  const config =
    custom === undefined ? supported(name, layerClass, configFromKeras(object.config)) : configFromKeras(object.config, 'own');
  return layerClass.fromConfig(config, customObjects);
}

/** Options of Keras that the library lacks are left out where they are off, and refused where they are not. */
function supported(name: string, layerClass: unknown, config: Config): Config {
  const known = ['name', 'trainable', 'dtype', 'activityRegularizer', ...optionNamesOf(layerClass)];
  const unknown = Object.entries(config).filter(([option]) => !known.includes(option));
  const wanted = unknown.filter(([option, value]) => value !== null && value !== false && !harmless.includes(option));
  if (wanted.length > 0) {
    const list = wanted.map(([option, value]) => `${option} ${JSON.stringify(value)}`).join(', ');
    throw new ValueError(
      `modelFromJSON: ${name} '${String(config.name)}' has options that are not supported: ${list}; expected them null or false`,
    );
  }
  return Object.fromEntries(Object.entries(config).filter(([option]) => known.includes(option)));
}

/** Keras options that say nothing while what they belong to is off. */
const harmless = ['renormMomentum', 'loraAlpha', 'fillMode'];

function deserializeInput(config: Config): InputLayer {
  const { batchShape, batchInputShape, dtype, name } = configFromKeras(config);
  return new InputLayer({ batchShape: (batchShape ?? batchInputShape) as Shape, dtype: dtype as DType, name: name as string });
}

function deserializeSequential(config: Config, customObjects: CustomObjects): Sequential {
  const layers = (config.layers as KerasObject[]).map((layer) => deserializeLayer(layer, customObjects));
  const net = new Sequential(layers, { name: config.name as string });
  const shape = config.build_input_shape as Shape | undefined;
  if (shape && !net.built) net.build(shape);
  if (config.trainable === false) net.trainable = false;
  return net;
}

function deserializeFunctional(config: Config, customObjects: CustomObjects): Functional {
  const described = config.layers as FunctionalLayer[];
  const layers = new Map(described.map((layer) => [layer.config.name as string, deserializeLayer(layer, customObjects)]));
  const results = new Map<string, Tensor[]>();
  const at = ([name, call, output]: Place): Tensor | undefined => results.get(`${name}/${call}`)?.[output];
  for (const [name, layer] of layers) if (layer instanceof InputLayer) results.set(`${name}/0`, [layer.output as Tensor]);
  let waiting = described.flatMap((layer) =>
    layer.inbound_nodes.map((node, call) => ({ name: layer.config.name as string, node, call })),
  );
  while (waiting.length > 0) {
    const blocked = waiting.filter(({ name, node, call }) => {
      const inputs = inputsOf(node.args[0], at);
      // Calls of one layer are made in order, so that their numbers stay.
      if (inputs === undefined || (call > 0 && !results.has(`${name}/${call - 1}`))) return true;
      const { training } = node.kwargs;
      const outputs = (layers.get(name) as Layer).apply<Tensor | Tensor[]>(inputs, training == null ? {} : { training });
      results.set(`${name}/${call}`, [outputs].flat());
      return false;
    });
    if (blocked.length === waiting.length) {
      throw new ValueError(
        `modelFromJSON: the calls of ${blocked.map(({ name }) => name).join(', ')} need tensors that no layer makes`,
      );
    }
    waiting = blocked;
  }
  const structure = (places: Places): LayerInput => {
    if (isPlace(places)) return at(places) as Tensor;
    if (isList(places)) return places.map((place) => at(place) as Tensor);
    return Object.fromEntries(Object.entries(places).map(([key, place]) => [key, at(place as Place) as Tensor]));
  };
  const net = new Functional({
    inputs: structure(config.input_layers as Places),
    outputs: structure(config.output_layers as Places),
    name: config.name as string,
  });
  if (config.trainable === false) net.trainable = false;
  return net;
}

/** The argument of a call with its references replaced; undefined while one of them is not made yet. */
function inputsOf(argument: unknown, at: (place: Place) => Tensor | undefined): LayerInput | undefined {
  if (Array.isArray(argument)) {
    const list = argument.map((entry) => inputsOf(entry, at));
    return list.includes(undefined) ? undefined : (list as Tensor[]);
  }
  const reference = argument as { class_name?: string; config?: { keras_history: Place } };
  if (reference.class_name === '__keras_tensor__' && reference.config) return at(reference.config.keras_history);
  const entries = Object.entries(argument as object).map(([key, entry]) => [key, inputsOf(entry, at)]);
  return entries.some(([, entry]) => entry === undefined) ? undefined : Object.fromEntries(entries);
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
  if (!['Sequential', 'Functional', 'Model'].includes(object.class_name)) {
    throw new ValueError(`modelFromJSON: received class '${object.class_name}'; expected Sequential or Functional`);
  }
  return deserializeLayer(object, options.customObjects ?? {}) as Model;
}
