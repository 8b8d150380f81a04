/** @file Variables: named tensors whose contents change (weights, optimizer slots, moving averages, metric sums). */

import { type DType, deviceArray, isFloat, type TypedArray, typedArray } from '../core/dtype.js';
import { DisposedError, fromNative, ShapeError } from '../core/errors.js';
import { formatShape, sameShape, sizeOf } from '../core/shape.js';
import { castValue } from '../graph/cast.js';
import { currentGraph, Graph, type Value, type ValueType } from '../graph/graph.js';
import { type NestedArray, Tensor } from '../graph/tensor.js';
import type { NativeBuffer } from './addon.js';
import { currentAutocast } from './autocast.js';
import type { Device } from './device.js';
import { type DeviceTensor, hostArray, readBuffer, tensor } from './device_tensor.js';
import { nest } from './nested.js';
import { compileGraph } from './program.js';

export interface VariableOptions {
  /** `kernel`, `moving_mean`: the last part of the path. */
  readonly name?: string;
  /** Whether training changes it. */
  readonly trainable?: boolean;
  /** Whether layers of mixed precision read it in the type that they compute in; default true. */
  readonly autocast?: boolean;
}

/**
 * A tensor that keeps its place while its contents change. Every op takes it like a tensor; inside a trace, a read sees the last
 * assignment of that trace.
 *
 * @example
 * const step = new Variable(tensor(0), { name: 'step', trainable: false });
 * step.assign(tensor(1));
 */
export class Variable extends Tensor {
  readonly shape: readonly number[];
  readonly device: Device;
  readonly name: string;
  /** Where it belongs: `conv2d/kernel`. Set by the layer that owns it. */
  path: string;
  trainable: boolean;
  /** Applied by the optimizer after each update. */
  constraint: ((value: Tensor) => Tensor) | null = null;
  /** A penalty that training adds to the loss, while the variable is trainable. */
  regularizer: ((value: Tensor) => Tensor) | null = null;
  readonly #stored: ValueType;
  readonly #autocast: boolean;
  readonly #buffer: NativeBuffer;

  /** Takes over the buffer of `initial`: that tensor is the variable from now on, and must not be disposed. */
  constructor(initial: DeviceTensor, options: VariableOptions = {}) {
    super();
    this.#stored = { dtype: initial.dtype, shape: initial.shape };
    this.#autocast = (options.autocast ?? true) && isFloat(initial.dtype);
    this.shape = initial.shape;
    this.device = initial.device;
    this.name = options.name ?? 'variable';
    this.path = this.name;
    this.trainable = options.trainable ?? true;
    this.#buffer = initial.release();
  }

  /** The type that it is read in: its own, except inside a layer of mixed precision. */
  get dtype(): DType {
    return (this.#autocast && currentAutocast()) || this.#stored.dtype;
  }

  get disposed(): boolean {
    return this.#buffer.disposed;
  }

  get buffer(): NativeBuffer {
    if (this.#buffer.disposed) throw new DisposedError(`variable '${this.path}': it was disposed`);
    return this.#buffer;
  }

  /**
   * New contents: inside a trace a tensor of the trace (assigned when the program has run), outside numbers or a tensor.
   *
   * @throws ShapeError when the shapes differ.
   */
  assign(value: Tensor | TypedArray | NestedArray): void {
    const graph = currentGraph();
    if (graph !== undefined) {
      const traced = value instanceof Tensor ? value : tensor(value, undefined, this.#stored.dtype);
      this.#checkShape(traced.shape as readonly number[]);
      this.#assignIn(graph, traced);
      return;
    }
    if (value instanceof Tensor) {
      this.#checkShape(value.shape as readonly number[]);
      const copy = new Graph();
      this.#assignIn(copy, value);
      compileGraph(this.device, copy, []).run([]);
      return;
    }
    const { dtype } = this.#stored;
    const { data } = hostArray(`variable '${this.path}'`, value as TypedArray | NestedArray, dtype);
    if (data.length !== sizeOf(this.shape)) {
      throw new ShapeError(`variable '${this.path}': ${data.length} values do not fill the shape ${formatShape(this.shape)}`);
    }
    try {
      this.device.native.write(this.buffer, deviceArray(dtype, data));
    } catch (error) {
      throw fromNative(error);
    }
  }

  inGraph(graph: Graph): Value {
    return castValue(graph.read(this, this.path, this.#stored), this.dtype);
  }

  override async data(): Promise<TypedArray> {
    return typedArray(this.#stored.dtype, await readBuffer(this.device, this.buffer));
  }

  override async array(): Promise<NestedArray> {
    return nest(await this.data(), this.shape);
  }

  override dispose(): void {
    this.#buffer.dispose();
  }

  #assignIn(graph: Graph, value: Tensor): void {
    graph.assign(this, this.path, castValue(value.inGraph(graph), this.#stored.dtype), this.#stored);
  }

  #checkShape(shape: readonly number[]): void {
    if (!sameShape(shape, this.shape)) {
      throw new ShapeError(`variable '${this.path}': cannot assign ${formatShape(shape)} to shape ${formatShape(this.shape)}`);
    }
  }
}
