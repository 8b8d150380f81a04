/** @file What runs in the worker threads of a `workerSequence`: the user's class, asked for batches. */

import { parentPort, workerData } from 'node:worker_threads';
import type { TypedArray } from '../core/dtype.js';
import { DataError } from '../core/errors.js';
import { Tensor } from '../graph/tensor.js';
import { Sequence } from './sequence.js';
import { type Answer, failureOf, type Request, type WorkerStart } from './worker_messages.js';

/** Answers, and hands the memory of `arrays` over. */
type Reply = (answer: Answer, arrays?: ArrayBuffer[]) => void;

/** Makes the instance of the class that `start` names. */
async function construct({ module, exportName, args }: WorkerStart): Promise<Sequence> {
  const exported = ((await import(module)) as Record<string, unknown>)[exportName];
  if (typeof exported !== 'function') throw new DataError(`${module} exports no class '${exportName}'`);
  const sequence: unknown = new (exported as new (...values: readonly unknown[]) => unknown)(...args);
  if (sequence instanceof Sequence) return sequence;
  throw new DataError(`'${exportName}' of ${module} is no Sequence; expected a class that extends it`);
}

/** Batches are made for as long as the thread lives: the main thread drops those that it no longer needs. */
const { signal } = new AbortController();

async function answer(sequence: Sequence, { id, index }: Request, reply: Reply): Promise<void> {
  try {
    if (index === 'onEpochEnd') {
      await sequence.onEpochEnd();
      reply({ id, length: sequence.length });
      return;
    }
    const arrays = new Set<ArrayBuffer>();
    const batch = await portable(await sequence.getItem(index, signal), arrays);
    reply({ id, length: sequence.length, batch }, [...arrays]);
  } catch (error) {
    reply({ id, failure: failureOf(error) });
  }
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

/** Serves the main thread; the end of its port ends the thread. */
async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const reply: Reply = (message, arrays = []) => port.postMessage(message, arrays);
  try {
    const sequence = await construct(workerData as WorkerStart);
    reply({ id: 0, length: sequence.length, hasEpochEnd: sequence.onEpochEnd !== Sequence.prototype.onEpochEnd });
    port.on('message', (request: Request) => void answer(sequence, request, reply));
  } catch (error) {
    reply({ id: 0, failure: failureOf(error) });
  }
}

if (parentPort !== null) void serve(parentPort);
