/** @file A function over tensors as programs: traced once for each combination of input types. */

import type { DType, TypedArray } from '../core/dtype.js';
import { formatShape } from '../core/shape.js';
import { Graph, type Value, type ValueType } from '../graph/graph.js';
import { Tensor } from '../graph/tensor.js';
import type { NativeSignal } from './addon.js';
import { currentDevice, type Device } from './device.js';
import type { DeviceTensor } from './device_tensor.js';
import { compileGraph, type Program, type ProgramInput, type Stored } from './program.js';

/** Numbers on the host with their shape, copied to the device when a program takes them. */
export interface HostArray {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

export type FunctionInput = HostArray | Tensor;

/** Traces `body` for the types it meets, keeps the programs, and runs them. */
export class TracedFunction {
  readonly #body: (inputs: Tensor[]) => readonly Tensor[];
  readonly #names: readonly string[];
  readonly #programs = new Map<string, Program>();

  /** `names` are the inputs' names in the listing. */
  constructor(body: (inputs: Tensor[]) => readonly Tensor[], names: readonly string[] = []) {
    this.#body = body;
    this.#names = names;
  }

  /** The program for inputs of these types, traced if it is new. Errors of the body reach the caller. */
  program(inputs: readonly (ValueType | FunctionInput)[], device: Device = currentDevice()): Program {
    const key = `${device.name}:${inputs.map((input) => input.dtype + formatShape(input.shape)).join()}`;
    let program = this.#programs.get(key);
    if (program === undefined) {
      const graph = new Graph();
      const values = inputs.map((input, i) => graph.input(this.#names[i] ?? String(i), input));
      const outputs = graph.run(() => this.#body(values).map((output): Value => output.inGraph(graph)));
      program = compileGraph(device, graph, outputs);
      this.#programs.set(key, program);
    }
    return program;
  }

  run(inputs: readonly FunctionInput[], signal?: NativeSignal): DeviceTensor[] {
    return this.program(inputs).run(inputs.map(programInput), signal);
  }

  runAndRead(inputs: readonly FunctionInput[], signal?: NativeSignal): Promise<TypedArray[]> {
    return this.program(inputs).runAndRead(inputs.map(programInput), signal);
  }

  /** The programs traced so far. */
  get programs(): readonly Program[] {
    return [...this.#programs.values()];
  }
}

const programInput = (input: FunctionInput): ProgramInput => (input instanceof Tensor ? (input as Stored) : input.data);
