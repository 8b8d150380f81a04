/** @file Reading and writing HDF5 off the event loop: the main thread's side of the worker. */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { FileError } from '../core/errors.js';
import type { Hdf5Contents, Hdf5Reply, Hdf5Request } from './hdf5_contents.js';

/** The compiled worker, as seen from lib/ (tests) and from dist/ alike. */
const script = new URL('../../dist/saving/hdf5_worker.js', import.meta.url);

/** A worker that had more than this is let go: WebAssembly's memory never shrinks. */
const keptBytes = 64 * 2 ** 20;

/** A worker takes half a second to start: one is kept for the next file. It does not keep the process alive. */
let idle: Worker | undefined;

/**
 * Everything in an HDF5 file. `bytes` are handed over: they are empty afterwards.
 *
 * @param where - the file, for errors
 * @throws FileError for what is not HDF5, damaged or refused.
 */
export async function readHdf5(where: string, bytes: Uint8Array): Promise<Hdf5Contents> {
  const reply = await ask(where, { kind: 'read', bytes }, bytes.length, [bytes.buffer as ArrayBuffer]);
  return (reply as { contents: Hdf5Contents }).contents;
}

/** The bytes of an HDF5 file with these contents, whose numbers are handed over. @throws FileError when there is no room for them. */
export async function writeHdf5(where: string, contents: Hdf5Contents): Promise<Uint8Array> {
  const buffers = new Set([...contents.arrays.values()].map(({ data }) => data.buffer as ArrayBuffer));
  const size = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const reply = await ask(where, { kind: 'write', contents }, size, [...buffers]);
  return (reply as { bytes: Uint8Array }).bytes;
}

async function ask(where: string, request: Hdf5Request, size: number, handedOver: ArrayBuffer[]): Promise<Hdf5Reply> {
  const worker = idle ?? new Worker(script, { stdout: true, stderr: true });
  idle = undefined;
  worker.ref();
  const reply = await exchange(worker, request, handedOver).catch((error: Error): Hdf5Reply => ({ problem: error.message }));
  // After a problem its memory may be in disorder.
  if ('problem' in reply || idle !== undefined || size > keptBytes) {
    await worker.terminate();
  } else {
    worker.unref();
    idle = worker;
  }
  if ('problem' in reply) throw new FileError(`${where}: ${reply.problem}`);
  return reply;
}

async function exchange(worker: Worker, request: Hdf5Request, handedOver: ArrayBuffer[]): Promise<Hdf5Reply> {
  const stop = new AbortController();
  const replied = once(worker, 'message', stop).then(([reply]) => reply as Hdf5Reply);
  const ended = once(worker, 'exit', stop).then(([code]): Hdf5Reply => ({ problem: `the HDF5 worker ended with code ${code}` }));
  try {
    worker.postMessage(request, handedOver);
    return await Promise.race([replied, ended]);
  } finally {
    stop.abort();
  }
}
