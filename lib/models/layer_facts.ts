/** @file What the tables of `summary` say about layers: shapes, numbers of weights, connections. */

import { type Shape, sizeOf } from '../core/shape.js';
import type { Layer } from '../layers/layer.js';
import { type LayerNode, nodeOf } from '../layers/node.js';
import { shapeList } from '../layers/structure.js';
import type { Variable } from '../runtime/variable.js';
import type { Model } from './model.js';

/** Elements of the weights, each weight counted once. */
export const countElements = (weights: Iterable<Variable>): number =>
  [...new Set(weights)].reduce((sum, { shape }) => sum + (sizeOf(shape) as number), 0);

/** `1234567` as `1,234,567`. */
export const grouped = (value: number): string => value.toLocaleString('en-US');

/** Shapes of the outputs of the layer's last symbolic call, else those that follow from what it was built for. */
export function outputShapes(layer: Layer): readonly Shape[] | undefined {
  const made = layer.inboundNodes.at(-1)?.outputs.map(({ shape }) => shape);
  return made ?? (layer.builtShapes && shapeList(layer.computeOutputShape(layer.builtShapes)));
}

/** Whether a model is one row of layers, each used once. */
export function isRow(model: Model): boolean {
  if (model.topology === undefined) return true;
  const { depths, layers } = model.topology;
  const nodes = depths.flat();
  return (
    depths.every((group) => group.length === 1 && (group[0] as LayerNode).symbolicInputs.length <= 1) &&
    layers.every((layer) => layer.inboundNodes.filter((node) => nodes.includes(node)).length <= 1)
  );
}

/** `conv2d[0][0]` for each tensor that the layer is applied to in calls of `nodes`. */
export function connections(layer: Layer, nodes: readonly LayerNode[]): string[] {
  const sources = layer.inboundNodes.filter((node) => nodes.includes(node)).flatMap((node) => node.symbolicInputs);
  return sources.map((tensor) => `${nodeOf(tensor).layer.name}[${nodeOf(tensor).index}][${tensor.history.index}]`);
}
