/** @file The order of a functional model's layers, from its inputs to its outputs (keras/src/ops/function.py, map_graph). */

import { ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { SymbolicTensor } from '../graph/symbolic.js';
import type { Layer } from '../layers/layer.js';
import { type LayerNode, nodeOf } from '../layers/node.js';

export interface Topology {
  /** Calls in an order in which each finds its inputs made. */
  readonly nodes: readonly LayerNode[];
  /** Calls by their distance from the outputs, farthest first. */
  readonly depths: readonly (readonly LayerNode[])[];
  /** Layers in Keras's order: by depth, farthest first, then as a walk back from the outputs meets them. */
  readonly layers: readonly Layer[];
}

/** @throws ValueError when an output does not depend on the inputs alone, or two layers have one name. */
export function sortGraph(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): Topology {
  const { nodes, order } = walk(inputs, outputs);
  const nodeDepths = new Map<LayerNode, number>();
  const layerDepths = new Map<Layer, number>();
  const inGraph = new Set(nodes);
  for (const node of nodes.toReversed()) {
    const depth = Math.max(nodeDepths.get(node) ?? 0, layerDepths.get(node.layer) ?? 0);
    layerDepths.set(node.layer, depth);
    nodeDepths.set(node, depth);
    for (const parent of isFed(node, inputs) ? [] : node.parents) {
      if (inGraph.has(parent)) nodeDepths.set(parent, Math.max(nodeDepths.get(parent) ?? 0, depth + 1));
    }
  }
  for (const node of inputs.map(nodeOf)) {
    if (!node.isInput || layerDepths.has(node.layer)) continue;
    layerDepths.set(node.layer, 0);
    nodeDepths.set(node, 0);
    order.set(node.layer, -1);
  }
  const layers = [...layerDepths.keys()].sort(
    (a, b) =>
      (layerDepths.get(b) as number) - (layerDepths.get(a) as number) || (order.get(a) as number) - (order.get(b) as number),
  );
  checkNames(layers);
  return { nodes, depths: byDepth(nodeDepths), layers };
}

/** Whether a node's result is given to the model, so that what is behind it does not matter. */
const isFed = (node: LayerNode, inputs: readonly SymbolicTensor[]): boolean =>
  node.outputs.some((output) => inputs.includes(output));

/** Depth first, back from each output; `order` is when a layer was met first. */
function walk(
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): { nodes: LayerNode[]; order: Map<Layer, number> } {
  const nodes: LayerNode[] = [];
  const order = new Map<Layer, number>();
  const done = new Set<LayerNode>();
  const visit = (tensor: SymbolicTensor): void => {
    const node = nodeOf(tensor);
    if (done.has(node) || (inputs.includes(tensor) && !node.isInput)) return;
    if (node.isInput && !inputs.includes(tensor)) throw disconnected(tensor, nodes);
    done.add(node);
    if (!order.has(node.layer)) order.set(node.layer, order.size);
    for (const parent of node.symbolicInputs) visit(parent);
    nodes.push(node);
  };
  for (const output of outputs) visit(output);
  return { nodes, order };
}

function disconnected(tensor: SymbolicTensor, reached: readonly LayerNode[]): ValueError {
  const seen = reached.length === 0 ? '' : `; layers reached before: ${reached.map(({ layer }) => layer.name).join(', ')}`;
  return new ValueError(
    `the outputs depend on the input '${tensor.name}' ${formatShape(tensor.shape)}, which is not among the model's inputs; add it to inputs${seen}`,
  );
}

function byDepth(depths: ReadonlyMap<LayerNode, number>): LayerNode[][] {
  const groups: LayerNode[][] = [];
  for (const [node, depth] of depths) {
    groups[depth] ??= [];
    groups[depth].push(node);
  }
  return groups.filter((group) => group !== undefined).toReversed();
}

function checkNames(layers: readonly Layer[]): void {
  const seen = new Set<string>();
  for (const { name } of layers) {
    if (seen.has(name))
      throw new ValueError(`the name '${name}' is used by two layers; expected unique names; pass another \`name\` to one`);
    seen.add(name);
  }
}
