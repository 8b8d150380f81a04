/** Worker threads load JavaScript, so these tests use the build of the library (npm run build). */

import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  AbortedError,
  DataError,
  layers,
  Sequence,
  type ShapedArray,
  StateError,
  sequential,
  ValueError,
  type WorkerSequence,
  type WorkerSequenceOptions,
  workerSequence,
} from '../../dist/index.js';

const module = new URL('./worker_sequences.mjs', import.meta.url);
const made: WorkerSequence[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((sequence) => sequence.terminate()));
});

async function make(exportName?: string, options: WorkerSequenceOptions = {}): Promise<WorkerSequence> {
  const sequence = await workerSequence(module, exportName === undefined ? options : { exportName, ...options });
  made.push(sequence);
  return sequence;
}

// Each thread loads the library.
vi.setConfig({ testTimeout: 60_000 });

const { signal } = new AbortController();
const identity = () => sequential([layers.activation({ activation: 'linear', inputShape: [1] })]);

const predicted = async (sequence: WorkerSequence): Promise<number[]> =>
  Array.from(await (await identity().predict(sequence)).data());

describe('workerSequence', () => {
  it('gives all batches in order, made by all threads', async () => {
    const sequence = await make(undefined, { workers: 2, args: [20] });
    expect(sequence).toBeInstanceOf(Sequence);
    expect(sequence).toMatchObject({ length: 20, workers: 2, maxQueueSize: 10 });
    expect(await predicted(sequence)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    const batches = await Promise.all([0, 1, 2, 3].map((index) => sequence.getItem(index, signal)));
    const threads = batches.map((batch) => (batch as [ShapedArray, ShapedArray])[1].data[0]);
    expect(new Set(threads).size).toBe(2);
    expect(threads).not.toContain(0);
  });

  it('leaves the event loop free while a batch is computed', async () => {
    const flag = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
    const sequence = await make('Blocking', { args: [flag.buffer, 4] });
    let isDone = false;
    const result = predicted(sequence).finally(() => {
      isDone = true;
    });
    // Each batch waits, with its thread blocked, for something that the main thread does.
    for (let turn = 0; !isDone; turn++) {
      await setImmediate();
      if (turn % 10 === 0) Atomics.add(flag, 0, 1);
    }
    expect(await result).toEqual([0, 1, 2, 3]);
  });

  it('takes arrays, parts of arrays, nested arrays, tensors and buffers', async () => {
    const sequence = await make('Forms', { args: [8] });
    expect(await predicted(sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(await predicted(sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('ends epochs in all threads', async () => {
    const sequence = await make('Growing', { workers: 2, args: [3] });
    const net = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    net.compile({ loss: 'mse' });
    await net.fit(sequence, null, { epochs: 2, verbose: 0 });
    expect(sequence.length).toBe(5);
    const batches = await Promise.all([0, 1].map((index) => sequence.getItem(index, signal)));
    expect(batches.map((batch) => (batch as [ShapedArray, ShapedArray])[1].data[0])).toEqual([2, 2]);
    expect((await make()).onEpochEnd).toBe(Sequence.prototype.onEpochEnd);
  });

  it("keeps the thread's error, with its stack, and goes on after it", async () => {
    const sequence = await make('Failing');
    const failed = identity().predict(sequence);
    await expect(failed).rejects.toBeInstanceOf(DataError);
    await expect(failed).rejects.toThrow('predict: getItem(3) of the Sequence: in a worker thread: number 3 is missing');
    const { cause } = await failed.then(
      () => new Error(),
      (error: Error) => error,
    );
    expect((cause as Error).stack).toMatch(/number 3 is missing\n +at Failing.getItem .*worker_sequences\.mjs/);
    expect(await sequence.getItem(1, signal)).toBeDefined();
  });

  it.each([
    ['Exiting', StateError, 'getItem(2) of the Sequence: the worker thread has ended with code 9; make a new sequence'],
    ['Crashing', DataError, 'getItem(2) of the Sequence: in a worker thread: thrown in a timer'],
  ] as const)('says that a thread has ended: %s', async (name, type, words) => {
    const sequence = await make(name);
    const failed = identity().predict(sequence);
    await expect(failed).rejects.toBeInstanceOf(type);
    await expect(failed).rejects.toThrow(words);
    await expect(sequence.getItem(0, signal)).rejects.toBeInstanceOf(type);
  });

  it('does not wait for a batch without end when the call is aborted', async () => {
    const abort = new AbortController();
    const sequence = await make('Endless');
    const running = identity().predict(sequence, { signal: abort.signal });
    setTimeout(() => abort.abort(), 50);
    await expect(running).rejects.toBeInstanceOf(AbortedError);
    await sequence.terminate();
  });

  it('tells the thread that a batch is not needed any more', async () => {
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const sequence = await make('Waiting', { args: [flag.buffer] });
    const abort = new AbortController();
    const waiting = sequence.getItem(0, abort.signal);
    abort.abort();
    await expect(waiting).rejects.toBeInstanceOf(AbortedError);
    while (Atomics.load(flag, 0) === 0) await setImmediate();
  });

  it('fails what is in the making, and what is asked for later, when it is terminated', async () => {
    const sequence = await make('Endless');
    const inTheMaking = sequence.getItem(1, signal);
    await Promise.all([sequence.terminate(), expect(inTheMaking).rejects.toBeInstanceOf(StateError)]);
    await expect(sequence.getItem(0, signal)).rejects.toThrow('the sequence was terminated; make a new one');
    await sequence.terminate();
  });

  it('says what is wrong with the module', async () => {
    const fails = async (place: URL, options: WorkerSequenceOptions, words: string): Promise<void> => {
      const failed = workerSequence(place, options);
      await expect(failed).rejects.toBeInstanceOf(DataError);
      await expect(failed).rejects.toThrow(`workerSequence: in a worker thread: ${words}`);
    };
    const other = new URL('data:text/javascript,export const number = 7; export class Plain {}');
    await fails(other, {}, `${other} exports no class 'default'`);
    await fails(other, { exportName: 'number' }, `${other} exports no class 'number'`);
    await fails(other, { exportName: 'Plain' }, `'Plain' of ${other} is no Sequence; expected a class that extends it`);
    await fails(new URL('./none.mjs', module), { workers: 2 }, 'Cannot find module');
    await fails(module, { exportName: 'Broken' }, 'no settings');
  });

  it('refuses other options', async () => {
    const refuses = async (options: object, words: string): Promise<void> => {
      const refused = workerSequence(module, options);
      await expect(refused).rejects.toBeInstanceOf(ValueError);
      await expect(refused).rejects.toThrow(`workerSequence: ${words}`);
    };
    await refuses({ threads: 2 }, "unknown option 'threads'");
    await refuses({ workers: 0 }, 'workers is 0; expected an integer of at least 1');
    await refuses({ maxQueueSize: 0.5 }, 'maxQueueSize is 0.5; expected an integer of at least 1');
    await refuses({ args: 5 }, 'args is 5; expected an array');
    await refuses({ args: [() => 1] }, 'args cannot be sent to a thread: ');
    await expect(workerSequence('./generator.js')).rejects.toThrow(
      "workerSequence: module is './generator.js'; expected its URL: new URL('./generator.js', import.meta.url)",
    );
  });
});
