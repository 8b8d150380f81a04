/** @file The graph of one program while it is traced: nodes in order, each an op applied to values. */

import type { DType } from '../core/dtype.js';
import { InternalError, StateError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import { Tensor } from './tensor.js';

export interface ValueType {
  readonly dtype: DType;
  readonly shape: Shape;
}

export type AttributeValue = number | boolean | string | Shape;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** What a gradient rule receives: the node's own values, and the gradient of the loss with respect to each output (null: none flows). */
export interface GradientContext {
  readonly operands: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  readonly gradients: readonly (Tensor | null)[];
}

/** One name: its shape rule and its gradient. `lib/ops/<name>.ts` holds both beside the public function. */
export interface Op {
  readonly name: string;
  /** Types of the results. Throws ShapeError, DTypeError or ValueError, in the user's stack. Sizes may be null (unknown). */
  infer(operands: readonly ValueType[], attributes: Attributes): ValueType[];
  /** Attributes with what was unknown (on symbolic tensors) filled in from the operands' sizes; the listing gets these. */
  resolve?(operands: readonly ValueType[], attributes: Attributes): Attributes;
  /** One gradient an operand, null where none flows. Absent: the op is not differentiable and stops the gradient (comparisons, argMax). */
  gradient?(context: GradientContext): (Tensor | null)[];
}

/** The result of a node: a tensor that exists only inside its graph. */
export class Value extends Tensor {
  readonly node: GraphNode;
  readonly dtype: DType;
  readonly shape: Shape;

  constructor(node: GraphNode, type: ValueType) {
    super();
    this.node = node;
    this.dtype = type.dtype;
    this.shape = type.shape;
  }

  /** @throws StateError when this value belongs to another trace. */
  inGraph(graph: Graph): Value {
    if (this.node.graph === graph) return this;
    throw new StateError(
      `a tensor ${formatShape(this.shape)} of another trace is used here; pass it as an argument of the traced function`,
    );
  }
}

export interface GraphNode {
  readonly graph: Graph;
  readonly id: number;
  readonly op: Op;
  readonly operands: readonly Value[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
  readonly layer: string;
}

/** A tensor that lives outside the graph and is read by it: a variable, or a constant tensor on the device. */
export type Captured = Tensor;

const leaf = (name: string): Op => ({
  name,
  infer() {
    throw new InternalError(`'${name}' has no shape rule`);
  },
});

export const inputOp = leaf('input');
export const variableOp = leaf('variable');
export const constantOp = leaf('constant');

/** Graphs being traced, innermost last. A trace is synchronous, so a stack is enough. */
const active: Graph[] = [];

/** The graph that ops append to now, or undefined when they run at once. */
export const currentGraph = (): Graph | undefined => active.at(-1);

/** Runs `body` with ops running at once although a graph is being traced: weights are made while a trace builds its layers. */
export function outsideTrace<T>(body: () => T): T {
  const suspended = active.splice(0);
  try {
    return body();
  } finally {
    active.push(...suspended);
  }
}

/** Bytes of a constant too large or too irregular for the listing, passed beside it. */
export interface Constant {
  readonly type: ValueType;
  readonly data: ArrayBufferView;
}

export class Graph {
  readonly nodes: GraphNode[] = [];
  readonly inputs: Value[] = [];
  readonly captured: Captured[] = [];
  readonly constants: Constant[] = [];
  /** Called on the host before each run of the program: an optimizer writes its learning rate and counts the step here. */
  readonly beforeRun = new Set<() => void>();
  /** True for a trace that only asks for shapes: sizes may be null, and it is never printed. */
  readonly abstract: boolean;
  #layers: string[] = [];
  #known = new Map<string, GraphNode>();
  #variables = new Map<Captured, Value>();
  #current = new Map<Captured, Value>();
  #streams = new Map<Captured, number>();

  constructor(options: { abstract?: boolean } = {}) {
    this.abstract = options.abstract ?? false;
  }

  /** Runs `trace` with ops appending to this graph. */
  run<T>(trace: () => T): T {
    active.push(this);
    try {
      return trace();
    } finally {
      active.pop();
    }
  }

  /** Runs `body` with the nodes it appends marked as made by layer `name`. */
  inLayer<T>(name: string, body: () => T): T {
    this.#layers.push(name);
    try {
      return body();
    } finally {
      this.#layers.pop();
    }
  }

  input(name: string, type: ValueType): Value {
    const value = this.#node(inputOp, [], { name }, [type]).outputs[0] as Value;
    this.inputs.push(value);
    return value;
  }

  constant(constant: Constant): Value {
    const index = this.constants.push(constant) - 1;
    return this.#node(constantOp, [], { index }, [constant.type]).outputs[0] as Value;
  }

  /** The value of a variable or of an outside tensor, as of now: what was assigned last in this trace, or what it held before. */
  read(source: Captured, name: string, type: ValueType = source): Value {
    return this.#current.get(source) ?? this.#slot(source, name, type);
  }

  /** `source` takes this value when the program has run; later reads in this trace see it at once. */
  assign(source: Captured, name: string, value: Value, type: ValueType = source): void {
    this.#slot(source, name, type);
    this.#current.set(source, value);
  }

  /** What was assigned: index of the variable and its new value. */
  get updates(): { index: number; value: Value }[] {
    return [...this.#current].map(([source, value]) => ({ index: this.captured.indexOf(source), value }));
  }

  /** A number that is new for each random op that draws from `state` in this trace. */
  nextStream(state: Captured): number {
    const stream = this.#streams.get(state) ?? 0;
    this.#streams.set(state, stream + 1);
    return stream;
  }

  /** Applies `op`: an equal application that exists already is returned instead (all ops are pure). */
  append(op: Op, operands: readonly Value[], given: Attributes): readonly Value[] {
    const attributes = op.resolve?.(operands, given) ?? given;
    const types = op.infer(operands, attributes);
    const key = this.#key(op, operands, attributes, types);
    const known = this.#known.get(key);
    if (known !== undefined) return known.outputs;
    const node = this.#node(op, operands, attributes, types);
    this.#known.set(key, node);
    return node.outputs;
  }

  #slot(source: Captured, name: string, type: ValueType): Value {
    let value = this.#variables.get(source);
    if (value === undefined) {
      const index = this.captured.push(source) - 1;
      value = this.#node(variableOp, [], { index, name }, [type]).outputs[0] as Value;
      this.#variables.set(source, value);
    }
    return value;
  }

  #key(op: Op, operands: readonly Value[], attributes: Attributes, types: readonly ValueType[]): string {
    const ids = operands.map((operand) => `${operand.node.id}.${operand.node.outputs.indexOf(operand)}`);
    const results = types.map((type) => type.dtype + formatShape(type.shape));
    const words = Object.entries(attributes).map(([name, value]) => `${name}=${Object.is(value, -0) ? '-0' : String(value)}`);
    return `${op.name}(${ids})${words}:${results}`;
  }

  #node(op: Op, operands: readonly Value[], attributes: Attributes, types: readonly ValueType[]): GraphNode {
    const outputs: Value[] = [];
    const layer = this.#layers.at(-1) ?? '';
    const node: GraphNode = { graph: this, id: this.nodes.length, op, operands, attributes, outputs, layer };
    for (const type of types) outputs.push(new Value(node, type));
    this.nodes.push(node);
    return node;
  }
}
