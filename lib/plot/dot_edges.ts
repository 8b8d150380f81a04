/** @file Which boxes of a model diagram are connected (keras/src/utils/model_visualization.py). */

import type { SymbolicTensor } from '../graph/symbolic.js';
import type { Layer } from '../layers/layer.js';
import { nodeOf } from '../layers/node.js';
import { Functional } from '../models/functional.js';
import { Sequential } from '../models/sequential.js';

/** Models whose layers can be drawn; one with a `call` of its own is a single box. */
export type OpenModel = Functional | Sequential;

export const isOpen = (layer: Layer): layer is OpenModel => layer instanceof Functional || layer instanceof Sequential;

/** From a layer to a layer. */
export type Edge = readonly [source: Layer, destination: Layer];

/** The edges between the layers of a model; with `expandNested` they lead to the boxes inside nested models. */
export function modelEdges(model: OpenModel, expandNested: boolean): Edge[] {
  const edges = model instanceof Sequential ? rowEdges(model, expandNested) : graphEdges(model, expandNested);
  return edges.filter(([a, b], i) => edges.findIndex(([c, d]) => a === c && b === d) === i);
}

function rowEdges({ layers }: Sequential, expand: boolean): Edge[] {
  return layers.slice(1).flatMap((layer, i) => {
    const source = layers[i] as Layer;
    return expand ? expanded(source, 0, layer, 0) : [[source, layer] as const];
  });
}

function graphEdges(model: Functional, expand: boolean): Edge[] {
  const { layers, nodes } = model.topology;
  return layers.flatMap((layer) =>
    layer.inboundNodes
      .filter((node) => nodes.includes(node))
      .flatMap((node) => node.symbolicInputs.map((tensor, i) => ({ tensor, i, source: nodeOf(tensor).layer })))
      // A model may begin at the result of a layer that is not its own.
      .filter(({ source }) => layers.includes(source))
      .flatMap(({ tensor, i, source }) =>
        expand ? expanded(source, tensor.history.index, layer, i) : [[source, layer] as const],
      ),
  );
}

const expanded = (source: Layer, output: number, destination: Layer, input: number): Edge[] =>
  entries(destination, input).map((layer) => [exit(source, output), layer] as const);

/** The layer inside that makes an output of the model. */
function exit(layer: Layer, output: number): Layer {
  const tensor = isOpen(layer) ? outputsOf(layer)[output] : undefined;
  return tensor === undefined ? layer : exit(nodeOf(tensor).layer, tensor.history.index);
}

const outputsOf = (model: OpenModel): readonly SymbolicTensor[] =>
  (model instanceof Functional ? model : model.functional)?.outputs ?? [];

/** The layers inside that an input of the model goes to: its input layer, or those that take it where it has none. */
function entries(layer: Layer, input: number): Layer[] {
  if (layer instanceof Sequential) return layer.layers[0] === undefined ? [layer] : entries(layer.layers[0], 0);
  if (!(layer instanceof Functional)) return [layer];
  const tensor = layer.inputs[input] as SymbolicTensor;
  const origin = nodeOf(tensor).layer;
  if (layer.layers.includes(origin)) return entries(origin, 0);
  return layer.topology.nodes
    .filter((node) => node.symbolicInputs.includes(tensor))
    .flatMap((node) => entries(node.layer, node.symbolicInputs.indexOf(tensor)));
}
