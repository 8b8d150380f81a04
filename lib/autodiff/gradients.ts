/** @file Reverse-mode differentiation: a walk backwards over the nodes of a graph. */

import { InternalError, ShapeError, StateError } from '../core/errors.js';
import { formatShape, sameShape, sizeOf } from '../core/shape.js';
import { currentGraph, type Graph, type GraphNode, type Value } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { add } from '../ops/binary.js';
import { ones, zeros } from '../ops/create.js';

/** Nodes whose result depends on one of `sources`. */
function dependents(graph: Graph, sources: readonly Value[], last: number): Set<GraphNode> {
  const found = new Set<GraphNode>(sources.map((source) => source.node));
  for (const node of graph.nodes.slice(0, last + 1)) {
    if (node.operands.some((operand) => found.has(operand.node))) found.add(node);
  }
  return found;
}

/**
 * Gradients of the scalar `loss` with respect to each of `sources`, as tensors of the current trace. A source that the loss does not depend
 * on has the gradient null.
 *
 * @param loss - one element
 * @throws ShapeError when `loss` is not a scalar, StateError outside a trace.
 */
export function gradients(loss: Tensor, sources: readonly Tensor[]): (Tensor | null)[] {
  const graph = currentGraph();
  if (graph === undefined) throw new StateError('gradients: called outside a trace; wrap the computation in grad() or compile()');
  if (sizeOf(loss.shape) !== 1)
    throw new ShapeError(`gradients: the loss has shape ${formatShape(loss.shape)}; expected a scalar; take its mean`);
  const output = loss.inGraph(graph);
  const inputs = sources.map((source) => source.inGraph(graph));
  const last = output.node.id;
  const relevant = dependents(graph, inputs, last);
  const flowing = new Map<Value, Tensor>();
  if (relevant.has(output.node)) flowing.set(output, ones(loss.shape as readonly number[], loss.dtype));
  for (let id = last; id >= 0; id--) {
    const node = graph.nodes[id] as GraphNode;
    if (relevant.has(node) && node.operands.length > 0) propagate(graph, node, relevant, flowing);
  }
  return inputs.map((input) => flowing.get(input) ?? null);
}

/** Sends the gradients of a node's outputs on to its operands. */
function propagate(graph: Graph, node: GraphNode, relevant: Set<GraphNode>, flowing: Map<Value, Tensor>): void {
  const { op, operands, outputs, attributes } = node;
  const incoming = outputs.map((output) => flowing.get(output) ?? null);
  if (op.gradient === undefined || incoming.every((gradient) => gradient === null)) return;
  graph.inLayer(backwardOf(node.layer), () => {
    const outgoing = op.gradient?.({ operands, outputs, attributes, gradients: incoming }) ?? [];
    operands.forEach((operand, i) => {
      const gradient = outgoing[i];
      if (!gradient || !relevant.has(operand.node)) return;
      if (!sameShape(gradient.shape, operand.shape)) {
        throw new InternalError(
          `${op.name}: gradient ${i} has shape ${formatShape(gradient.shape)}, its operand ${formatShape(operand.shape)}`,
        );
      }
      const before = flowing.get(operand);
      flowing.set(operand, before === undefined ? gradient : add(before, gradient));
    });
  });
}

/** Profiles tell gradients by this. */
const backwardOf = (layer: string): string => (layer === '' || layer.endsWith('/backward') ? layer : `${layer}/backward`);

/** Like `gradients`, with zeros where nothing flows. */
export function denseGradients(loss: Tensor, sources: readonly Tensor[]): Tensor[] {
  return gradients(loss, sources).map(
    (gradient, i) => gradient ?? zeros((sources[i] as Tensor).shape as readonly number[], (sources[i] as Tensor).dtype),
  );
}
