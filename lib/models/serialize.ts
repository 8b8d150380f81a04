/** @file Models as Keras's JSON: what `toJSON` gives, and what a `.keras` file holds as config.json. */

import { SymbolicTensor } from '../graph/symbolic.js';
import { Tensor } from '../graph/tensor.js';
import type { Config } from '../layers/config.js';
import type { LambdaFunction } from '../layers/functions.js';
import * as builtIn from '../layers/index.js';
import { InputLayer } from '../layers/input.js';
import type { Layer } from '../layers/layer.js';
import { type LayerNode, nodeOf } from '../layers/node.js';
import { OperationLayer } from '../layers/operation.js';
import type { LayerInput } from '../layers/structure.js';
import { functionToKeras } from './compile_config.js';
import { constantToKeras } from './constants.js';
import type { Functional } from './functional.js';
import { configToKeras, type KerasObject } from './keras_config.js';
import type { Model } from './model.js';
import { operationToKeras } from './operations_to_keras.js';
import type { Sequential } from './sequential.js';

/** Whether the class is the library's own, which Keras has too. */
export const isBuiltIn = (layer: Layer): boolean =>
  (builtIn as Readonly<Record<string, unknown>>)[layer.className] === layer.constructor;

const dtypePolicy = (layer: Layer): unknown => configToKeras('', { dtype: layer.dtypePolicy.name }).dtype;

const isModel = (layer: Layer): layer is Model => 'toJSON' in layer;

/** A layer or a model as Keras serialises it. @throws ValueError or StateError for what cannot be saved. */
export function serializeLayer(layer: Layer): KerasObject {
  if (isModel(layer)) return layer.toJSON();
  if (layer instanceof InputLayer) return serializeInput(layer);
  if (layer instanceof OperationLayer) return serializeOperation(layer);
  if (layer instanceof builtIn.Lambda) return serializeLambda(layer);
  const { inputShape: _, ...config } = layer.getConfig();
  // The only classes of Keras that do not take it.
  if (layer instanceof builtIn.SpatialDropout1D || layer instanceof builtIn.SpatialDropout2D) delete config.trainable;
  const known = isBuiltIn(layer);
  return {
    module: known ? 'keras.layers' : null,
    class_name: layer.className,
    config: configToKeras(layer.label, config, known ? 'keras' : 'own'),
    registered_name: known ? null : layer.className,
    ...(layer.builtShapes === undefined ? {} : { build_config: { input_shape: layer.builtShapes } }),
  };
}

function serializeOperation(layer: OperationLayer): KerasObject {
  const { module, className, config } = operationToKeras(layer.label, layer.op.name, layer.attributes);
  return { module, class_name: className, config: { name: layer.name, ...config }, registered_name: className };
}

/** The function by its name: whoever reads the file must have it. */
function serializeLambda(layer: builtIn.Lambda): KerasObject {
  const { inputShape: _, function: body, ...config } = layer.getConfig();
  return {
    module: 'keras.layers',
    class_name: 'Lambda',
    config: {
      ...configToKeras(layer.label, config),
      function: functionToKeras(layer.label, body as LambdaFunction),
      arguments: {},
    },
    registered_name: null,
  };
}

/** A model of a class of the user's: its options, and the shapes that its weights were made for. */
export function serializeOwnModel(net: Model): KerasObject {
  const shapes = net.inputShapes();
  return {
    module: null,
    class_name: net.className,
    config: configToKeras(net.label, net.getConfig(), 'own'),
    registered_name: net.className,
    ...(net.built && !shapes.includes(null) ? { build_config: { input_shape: shapes.length === 1 ? shapes[0] : shapes } } : {}),
  };
}

function serializeInput(layer: InputLayer): KerasObject {
  const config = {
    batch_shape: layer.batchShape,
    dtype: layer.dtype,
    sparse: false,
    ragged: false,
    name: layer.name,
    optional: false,
  };
  return { module: 'keras.layers', class_name: 'InputLayer', config, registered_name: null };
}

export function serializeSequential(net: Sequential): KerasObject {
  const config: Config = {
    name: net.name,
    trainable: net.trainable,
    dtype: dtypePolicy(net),
    layers: net.stack.map(serializeLayer),
  };
  const [shape] = net.inputShapes();
  if (shape) config.build_input_shape = shape;
  return {
    module: 'keras',
    class_name: 'Sequential',
    config,
    registered_name: null,
    ...(shape ? { build_config: { input_shape: shape } } : {}),
  };
}

export function serializeFunctional(net: Functional): KerasObject {
  const { nodes, layers } = net.topology;
  // Calls are counted within the model, from 0, whatever else the layer was applied to.
  const callsOf = (layer: Layer): LayerNode[] => layer.inboundNodes.filter((node) => nodes.includes(node));
  const place = (tensor: SymbolicTensor): [string, number, number] => {
    const node = nodeOf(tensor);
    return [node.layer.name, Math.max(callsOf(node.layer).indexOf(node), 0), tensor.history.index];
  };
  const reference = (tensor: Tensor): unknown => {
    if (!(tensor instanceof SymbolicTensor)) return constantToKeras(net.label, tensor);
    return { class_name: '__keras_tensor__', config: { shape: tensor.shape, dtype: tensor.dtype, keras_history: place(tensor) } };
  };
  const call = (node: LayerNode): unknown => {
    const inputs = mapReferences(node.inputs, reference);
    if (!(node.layer instanceof OperationLayer)) {
      return { args: [inputs], kwargs: node.training === undefined ? {} : { training: node.training } };
    }
    const { argsOf, kwargs } = operationToKeras(node.layer.label, node.layer.op.name, node.layer.attributes);
    return { args: argsOf(inputs as unknown[]), kwargs };
  };
  const described = layers.map((layer) => ({
    ...serializeLayer(layer),
    name: layer.name,
    inbound_nodes: layer instanceof InputLayer ? [] : callsOf(layer).map(call),
  }));
  const config: Config = {
    name: net.name,
    trainable: net.trainable,
    layers: described,
    input_layers: mapReferences(net.inputStructure, (tensor) => place(tensor as SymbolicTensor)),
    output_layers: mapReferences(net.outputStructure, (tensor) => place(tensor as SymbolicTensor)),
  };
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config,
    registered_name: 'Functional',
    build_config: { input_shape: null },
  };
}

function mapReferences(inputs: LayerInput, change: (tensor: Tensor) => unknown): unknown {
  if (inputs instanceof Tensor) return change(inputs);
  if (Array.isArray(inputs)) return inputs.map(change);
  return Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, change(tensor as Tensor)]));
}
