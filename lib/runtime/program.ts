/** @file Programs: a printed graph on a device, with the tensors it reads and writes. */

import { env, stderr } from 'node:process';
import { type DType, deviceArray, type TypedArray, typedArray } from '../core/dtype.js';
import { fromNative, InternalError, StateError } from '../core/errors.js';
import { formatShape, staticShape } from '../core/shape.js';
import type { Graph, Value } from '../graph/graph.js';
import { printGraph } from '../graph/print.js';
import type { Tensor } from '../graph/tensor.js';
import type { NativeBuffer, NativeInput, NativeProgram, NativeSignal } from './addon.js';
import type { Device } from './device.js';
import { DeviceTensor } from './device_tensor.js';
import { spanBegin, spanEnd } from './host_spans.js';
import { ProgramCache } from './program_cache.js';
import { requireRoom } from './room.js';

/** A tensor with a buffer: a DeviceTensor or a Variable. */
export interface Stored extends Tensor {
  readonly device: Device;
  readonly buffer: NativeBuffer;
}

/** What a program takes at run time: a tensor on the device, or numbers on the host (copied when the call is made). */
export type ProgramInput = Stored | TypedArray;

interface OutputType {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** A compiled graph. The native side compiles at the first run, on the device's thread. */
export class Program {
  readonly listing: string;
  readonly device: Device;
  readonly native: NativeProgram;
  /** Element types of the inputs. */
  readonly #inputs: readonly DType[];
  /** Types of the results. */
  readonly outputs: readonly OutputType[];
  /** Tensors and variables of the device that it reads and writes, in the order of the trace. */
  readonly captured: readonly Stored[];
  readonly #beforeRun: ReadonlySet<() => void>;

  constructor(
    device: Device,
    native: NativeProgram,
    listing: string,
    inputs: readonly DType[],
    captured: readonly Stored[],
    outputs: readonly OutputType[],
    beforeRun: ReadonlySet<() => void>,
  ) {
    this.device = device;
    this.native = native;
    this.listing = listing;
    this.#inputs = inputs;
    this.captured = captured;
    this.outputs = outputs;
    this.#beforeRun = beforeRun;
  }

  /** Queues a run and returns its results at once; their numbers come when the device gets there. */
  run(inputs: readonly ProgramInput[], signal?: NativeSignal): DeviceTensor[] {
    try {
      const begin = spanBegin();
      const buffers = this.device.native.run(this.native, ...this.#prepare(inputs), signal);
      spanEnd('submit', begin, { program: this.native.number, device: this.device });
      return this.outputs.map((type, i) => new DeviceTensor(this.device, type.dtype, type.shape, buffers[i] as NativeBuffer));
    } catch (error) {
      throw fromNative(error);
    }
  }

  /** Queues a run; resolves with the elements of every result when it is done. */
  async runAndRead(inputs: readonly ProgramInput[], signal?: NativeSignal): Promise<TypedArray[]> {
    try {
      const begin = spanBegin();
      const queued = this.device.native.runAndRead(this.native, ...this.#prepare(inputs), signal);
      spanEnd('submit', begin, { program: this.native.number, device: this.device });
      const arrays = await queued;
      return this.outputs.map((type, i) => typedArray(type.dtype, arrays[i] as ArrayBuffer));
    } catch (error) {
      throw fromNative(error);
    }
  }

  /** Inputs and captured tensors for the native call. Runs the hooks of the trace, unless one of these was disposed. */
  #prepare(inputs: readonly ProgramInput[]): [NativeInput[], NativeBuffer[]] {
    const given = inputs.map((input, i) =>
      ArrayBuffer.isView(input) ? deviceArray(this.#inputs[i] as DType, input) : this.#bufferOf(input),
    );
    const captured = this.captured.map((stored) => stored.buffer);
    for (const hook of this.#beforeRun) hook();
    return [given, captured];
  }

  #bufferOf(stored: Stored): NativeBuffer {
    requireDevice(stored, this.device);
    return stored.buffer;
  }
}

/** @throws StateError when a tensor is on another device. */
function requireDevice(stored: Stored, device: Device): void {
  if (stored.device === device) return;
  const name = 'path' in stored ? `variable '${stored.path}'` : `a tensor ${formatShape(stored.shape)}`;
  throw new StateError(
    `${name} of device '${stored.device.name}' is used on device '${device.name}'; ` +
      `call setDevice('${stored.device.name}') first, or make it anew on '${device.name}'`,
  );
}

const caches = new Map<Device, ProgramCache>();

function nativeProgram(device: Device, text: string, constants: readonly ArrayBufferView[]): NativeProgram {
  const cache = caches.get(device) ?? new ProgramCache();
  caches.set(device, cache);
  // Constants are part of a program's identity but not of its text.
  const cached = constants.length === 0 ? cache.get(text) : undefined;
  if (cached !== undefined) return cached;
  if (env.LAMINET_DUMP === 'program') stderr.write(`${text}\n`);
  let program: NativeProgram;
  try {
    program = device.native.program(text, constants);
  } catch (error) {
    if ((error as { code?: string }).code === 'OUT_OF_MEMORY') throw fromNative(error); // sizes beyond any memory
    throw new InternalError(`the device refused a program: ${(error as Error).message}\n${text}`, { cause: error });
  }
  if (constants.length === 0) cache.set(text, program);
  return program;
}

/** Compiles what `outputs` and the assignments of `graph` need. Inputs are the graph's inputs, in order. */
export function compileGraph(device: Device, graph: Graph, outputs: readonly Value[]): Program {
  const listing = printGraph(graph, outputs, graph.updates);
  const constants = listing.constants.map((index) => (graph.constants[index] as { data: ArrayBufferView }).data);
  const captured = listing.captured.map((index) => graph.captured[index] as Stored);
  const types = outputs.map((output) => ({ dtype: output.dtype, shape: staticShape('program', output.shape) }));
  for (const { dtype, shape } of types) requireRoom(device, dtype, shape);
  for (const stored of captured) requireDevice(stored, device);
  const inputs = graph.inputs.map(({ dtype }) => dtype);
  const native = nativeProgram(device, listing.text, constants);
  return new Program(device, native, listing.text, inputs, captured, types, graph.beforeRun);
}
