/** @file JSON of older versions of Keras in the form of Keras 3. */

import type { Config } from '../layers/config.js';
import { isKerasObject, type KerasObject } from './keras_config.js';

/** `[layer name, call, output, arguments of the call]`, the last often missing. */
type OldReference = readonly [string, number, number, Config?];

/** An object without `module`, as versions before 3 and `.h5` files have them; others as they are. */
export function modernize(object: KerasObject): KerasObject {
  const { class_name, config } = object;
  // Sequential models were lists of layers before Keras 2.2.
  if (class_name === 'Sequential' && Array.isArray(config)) return { ...object, config: { layers: config } };
  if ((class_name === 'Functional' || class_name === 'Model') && Array.isArray(config?.layers)) {
    return { ...object, config: modernFunctional(config) };
  }
  if (object.module !== undefined && object.module !== null) return object;
  return { ...object, config: modernOptions(class_name, config) };
}

function modernFunctional(config: Config): Config {
  const layers = (config.layers as (KerasObject & { name?: string; inbound_nodes: unknown[] })[]).map((layer) => ({
    ...layer,
    inbound_nodes: layer.inbound_nodes.map((node) => (Array.isArray(node) ? modernNode(node) : node)),
  }));
  const isOld = (config.layers as { inbound_nodes: unknown[] }[]).some(({ inbound_nodes }) => inbound_nodes.some(Array.isArray));
  if (!isOld) return config;
  return { ...config, layers, input_layers: unpack(config.input_layers), output_layers: unpack(config.output_layers) };
}

/** Keras 2 gave a list of one for a model with one input. */
const unpack = (places: unknown): unknown => (Array.isArray(places) && places.length === 1 ? places[0] : places);

function modernNode(node: readonly unknown[]): unknown {
  const references = (typeof node[0] === 'string' ? [node] : node) as readonly OldReference[];
  const tensors = references.map(([name, call, output]) => ({
    class_name: '__keras_tensor__',
    config: { keras_history: [name, call, output] },
  }));
  return { args: [tensors.length === 1 ? tensors[0] : tensors], kwargs: references[0]?.[3] ?? {} };
}

function modernOptions(className: string, config: Config): Config {
  const { batch_input_shape, ...options } = config;
  if (className !== 'InputLayer' && Array.isArray(batch_input_shape)) options.input_shape = batch_input_shape.slice(1);
  else if (batch_input_shape !== undefined) options.batch_shape = batch_input_shape;
  if (className === 'LeakyReLU' && options.alpha !== undefined) {
    options.negative_slope = options.alpha;
    delete options.alpha;
  }
  if (className === 'BatchNormalization' && Array.isArray(options.axis) && options.axis.length === 1)
    [options.axis] = options.axis;
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, modernActivation(name, value)]));
}

const modernActivation = (option: string, value: unknown): unknown =>
  option.endsWith('activation') && isKerasObject(value) && value.class_name === 'function' ? value.config : value;
