/** @file Functional models from Keras's JSON: the calls of their layers, made one by one. */

import { ValueError } from '../core/errors.js';
import { SymbolicTensor } from '../graph/symbolic.js';
import type { Tensor } from '../graph/tensor.js';
import type { Config } from '../layers/config.js';
import { InputLayer } from '../layers/input.js';
import type { Layer } from '../layers/layer.js';
import { nodeOf } from '../layers/node.js';
import { OperationLayer } from '../layers/operation.js';
import type { LayerInput } from '../layers/structure.js';
import { constantFromKeras } from './constants.js';
import { Functional } from './functional.js';
import type { KerasObject } from './keras_config.js';
import { applyOperation, isOperation } from './operations_from_keras.js';

/** Layer name, call, output. */
type Place = readonly [string, number, number];
/** Places in the structure that the model was made with. */
type Places = Place | readonly Place[] | Readonly<Record<string, Place>>;

const isPlace = (places: Places): places is Place => Array.isArray(places) && typeof places[0] === 'string';
const isList = (places: Places): places is readonly Place[] => Array.isArray(places);

interface KerasNode {
  readonly args: readonly unknown[];
  readonly kwargs: Config;
}

interface FunctionalLayer extends KerasObject {
  readonly inbound_nodes: readonly KerasNode[];
}

/** The functional model of a configuration; `makeLayer` makes its layers. */
export function deserializeFunctional(where: string, config: Config, makeLayer: (layer: KerasObject) => Layer): Functional {
  const described = config.layers as FunctionalLayer[];
  const layers = new Map(
    described.filter((layer) => !isOperation(layer)).map((layer) => [layer.config.name as string, makeLayer(layer)]),
  );
  const results = new Map<string, Tensor[]>();
  const at = ([name, call, output]: Place): Tensor | undefined => results.get(`${name}/${call}`)?.[output];
  for (const [name, layer] of layers) if (layer instanceof InputLayer) results.set(`${name}/0`, [layer.output as Tensor]);
  let waiting = described.flatMap((described) =>
    described.inbound_nodes.map((node, call) => ({ described, name: described.config.name as string, node, call })),
  );
  while (waiting.length > 0) {
    const blocked = waiting.filter(({ described, name, node, call }) => {
      const args = resolve(node.args, at) as unknown[] | undefined;
      const kwargs = resolve(node.kwargs, at) as Config | undefined;
      // Calls of one layer are made in order, so that their numbers stay.
      if (args === undefined || kwargs === undefined || (call > 0 && !results.has(`${name}/${call - 1}`))) return true;
      const layer = layers.get(name);
      results.set(
        `${name}/${call}`,
        layer
          ? applyLayer(layer, args, kwargs)
          : [applyNamed(described, call === 0 ? name : `${name}_call_${call}`, args, kwargs)],
      );
      return false;
    });
    if (blocked.length === waiting.length) {
      throw new ValueError(
        `${where}: the calls of ${blocked.map(({ name }) => name).join(', ')} need tensors that no layer makes`,
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

function applyLayer(layer: Layer, [inputs]: readonly unknown[], { training }: Config): Tensor[] {
  const outputs = layer.apply<Tensor | Tensor[]>(inputs as LayerInput, training == null ? {} : { training: training === true });
  return [outputs].flat();
}

/** An op under the name that it had; where it is several ops here, the others are named after it. */
function applyNamed(described: KerasObject, name: string, args: readonly unknown[], kwargs: Config): Tensor {
  const result = applyOperation(described.class_name, args, described.config, kwargs);
  const given = new Set([args, Object.values(kwargs)].flat(Number.POSITIVE_INFINITY));
  const made = operationsBehind(result, given);
  for (const [i, layer] of made.entries()) layer.rename(i === 0 ? name : `${name}_part_${i}`);
  return result;
}

/** The op that made a tensor and those before it, up to the tensors that were given. */
function operationsBehind(tensor: Tensor, given: ReadonlySet<unknown>): OperationLayer[] {
  if (!(tensor instanceof SymbolicTensor) || given.has(tensor)) return [];
  const { layer, symbolicInputs } = nodeOf(tensor);
  if (!(layer instanceof OperationLayer)) return [];
  return [...new Set([layer, ...symbolicInputs.flatMap((input) => operationsBehind(input, given))])];
}

/** An argument of a call with its references replaced by tensors; undefined while one of them is not made yet. */
function resolve(argument: unknown, at: (place: Place) => Tensor | undefined): unknown {
  if (typeof argument !== 'object' || argument === null) return argument;
  if (Array.isArray(argument)) {
    const list = argument.map((entry) => resolve(entry, at));
    return list.includes(undefined) ? undefined : list;
  }
  const reference = argument as { class_name?: string; config?: { keras_history: Place } };
  if (reference.class_name === '__keras_tensor__' && reference.config) return at(reference.config.keras_history);
  if (reference.class_name === '__tensor__' || reference.class_name === '__numpy__')
    return constantFromKeras(argument as KerasObject);
  const entries = Object.entries(argument).map(([key, entry]) => [key, resolve(entry, at)]);
  return entries.some(([, entry]) => entry === undefined) ? undefined : Object.fromEntries(entries);
}
