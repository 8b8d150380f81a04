/** @file What runs in the worker threads of a `workerSequence`: the user's class, asked for batches. */

import { workerData } from 'node:worker_threads';
import type { TypedArray } from '../core/dtype.js';
import { DataError } from '../core/errors.js';
import { Tensor } from '../graph/tensor.js';
import { Sequence } from './sequence.js';
import { type Done, serve } from './worker_port.js';

/** What a thread starts with. */
export interface SequenceStart {
  /** URL of the module that exports the class. */
  readonly module: string;
  readonly exportName: string;
  /** Arguments of its constructor. */
  readonly args: readonly unknown[];
}

/** A batch to make, by its number, or the end of an epoch. */
export type SequenceTask = number | 'onEpochEnd';

/** The number of batches now, with the batch that was asked for, or at the start whether the class has an `onEpochEnd`. */
export interface SequenceResult {
  readonly length: number;
  readonly batch?: unknown;
  readonly hasEpochEnd?: boolean;
}

/** Makes the instance of the class that `start` names. */
async function construct({ module, exportName, args }: SequenceStart): Promise<Sequence> {
  const exported = ((await import(module)) as Record<string, unknown>)[exportName];
  if (typeof exported !== 'function') throw new DataError(`${module} exports no class '${exportName}'`);
  const sequence: unknown = new (exported as new (...values: readonly unknown[]) => unknown)(...args);
  if (sequence instanceof Sequence) return sequence;
  throw new DataError(`'${exportName}' of ${module} is no Sequence; expected a class that extends it`);
}

async function work(sequence: Sequence, task: SequenceTask, signal: AbortSignal): Promise<Done<SequenceResult>> {
  if (task === 'onEpochEnd') {
    await sequence.onEpochEnd();
    return { result: { length: sequence.length } };
  }
  const arrays = new Set<ArrayBuffer>();
  const batch = await portable(await sequence.getItem(task, signal), arrays);
  return { result: { length: sequence.length, batch }, memory: [...arrays] };
}

/** The batch with its tensors read; collects the memory that can be handed over: that of arrays that fill it. */
async function portable(value: unknown, arrays: Set<ArrayBuffer>): Promise<unknown> {
  if (value instanceof Tensor) {
    return portable({ data: await value.data(), shape: value.shape, dtype: value.dtype }, arrays);
  }
  if (ArrayBuffer.isView(value)) return portableArray(value as TypedArray, arrays);
  if (Array.isArray(value))
    return typeof value[0] === 'number' ? value : Promise.all(value.map((each) => portable(each, arrays)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([key, each]) => [key, await portable(each, arrays)]);
  return Object.fromEntries(await Promise.all(entries));
}

/** A part of other memory is copied, since that memory stays here. */
function portableArray(array: TypedArray, arrays: Set<ArrayBuffer>): TypedArray {
  const { buffer } = array;
  if (array.byteLength < buffer.byteLength) return array instanceof Uint8Array ? new Uint8Array(array) : array.slice();
  if (buffer instanceof ArrayBuffer) arrays.add(buffer);
  return array;
}

void serve<SequenceTask, SequenceResult>(async () => {
  const sequence = await construct(workerData as SequenceStart);
  const hasEpochEnd = sequence.onEpochEnd !== Sequence.prototype.onEpochEnd;
  return { ready: { length: sequence.length, hasEpochEnd }, work: (task, signal) => work(sequence, task, signal) };
});
