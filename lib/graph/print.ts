/** @file The listing: a graph as the text that native code parses (native/OPS.md gives the grammar). */

import { nativeDType } from '../core/dtype.js';
import { InternalError } from '../core/errors.js';
import { isStatic } from '../core/shape.js';
import {
  type AttributeValue,
  constantOp,
  type Graph,
  type GraphNode,
  inputOp,
  type Value,
  type ValueType,
  variableOp,
} from './graph.js';

export interface Update {
  readonly index: number;
  readonly value: Value;
}

/** A printed graph: the listing, and which captured tensors and constants it still refers to, in the listing's order. */
export interface Listing {
  readonly text: string;
  readonly captured: readonly number[];
  readonly constants: readonly number[];
}

function number(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Attributes that only tell a shape rule the result: the listing writes every result's type anyway. */
const unprinted = new Set(['shape', 'dtype']);

function attribute(value: AttributeValue): string {
  if (typeof value === 'number') return number(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`;
  return `[${value.map((size) => number(size as number)).join(',')}]`;
}

function typeText(type: ValueType): string {
  if (!isStatic(type.shape)) throw new InternalError(`an abstract graph cannot be printed: ${type.shape}`);
  return `${nativeDType(type.dtype)}[${type.shape.join(',')}]`;
}

/** Marks what `roots` need, last node first. */
function reachable(graph: Graph, roots: readonly Value[]): Set<GraphNode> {
  const marked = new Set<GraphNode>(graph.inputs.map((input) => input.node));
  for (const root of roots) marked.add(root.node);
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    const node = graph.nodes[id] as GraphNode;
    if (marked.has(node)) for (const operand of node.operands) marked.add(operand.node);
  }
  return marked;
}

/**
 * Prints the part of `graph` that `outputs` and `updates` need; every input stays, in order. Variables and constants are numbered anew,
 * and values that only pass another one on (`identity`) disappear.
 */
export function printGraph(graph: Graph, outputs: readonly Value[], updates: readonly Update[]): Listing {
  const live = reachable(graph, [...outputs, ...updates.map((update) => update.value)]);
  const updated = new Map(updates.map((update) => [update.index, update.value]));
  const captured: number[] = [];
  const constants: number[] = [];
  const names = new Map<Value, string>();
  const lines = ['program 1'];
  let count = 0;

  const renumbered = (node: GraphNode): GraphNode['attributes'] => {
    if (node.op === variableOp) {
      return { ...node.attributes, index: captured.push(node.attributes.index as number) - 1 };
    }
    if (node.op === constantOp) return { ...node.attributes, index: constants.push(node.attributes.index as number) - 1 };
    return node.attributes;
  };

  for (const node of graph.nodes) {
    const isUpdated = node.op === variableOp && updated.has(node.attributes.index as number);
    if (!live.has(node) && !isUpdated) continue;
    if (node.op.name === 'identity') {
      names.set(node.outputs[0] as Value, names.get(node.operands[0] as Value) as string);
      continue;
    }
    const results = node.outputs.map((output) => {
      const name = `%${count++}`;
      names.set(output, name);
      return `${name}: ${typeText(output)}`;
    });
    const operands = node.operands.map((operand) => names.get(operand) as string).join(', ');
    const words = Object.entries(renumbered(node))
      .filter(([name]) => !unprinted.has(name))
      .map(([name, value]) => `${name}=${attribute(value)}`);
    const call =
      node.op === inputOp || node.op === variableOp || node.op === constantOp || node.operands.length === 0
        ? ''
        : ` (${operands})`;
    const attributes = words.length === 0 ? '' : ` {${words.join(', ')}}`;
    const layer = node.layer === '' ? '' : ` @${node.layer}`;
    lines.push(`${results.join(', ')} = ${node.op.name}${call}${attributes}${layer}`);
  }
  for (const [index, value] of updated) lines.push(`update ${captured.indexOf(index)} = ${names.get(value)}`);
  lines.push(`return (${outputs.map((output) => names.get(output)).join(', ')})`);
  return { text: `${lines.join('\n')}\n`, captured, constants };
}
