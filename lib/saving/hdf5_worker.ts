/**
 * @file The worker that reads and writes HDF5. It keeps files in its memory and never opens one, so that no file, whatever it holds, can reach
 * another.
 */

import { parentPort } from 'node:worker_threads';
import { File, FS, Module, ready } from 'h5wasm';
import type { Hdf5Reply, Hdf5Request } from './hdf5_contents.js';
import { readAll } from './hdf5_read.js';
import { writeAll } from './hdf5_write.js';

const place = 'file.h5';

await ready;
// HDF5's own words become exceptions instead of lines on stderr.
Module.activate_throwing_error_handler();

function withFile<Result>(mode: 'r' | 'w', use: (file: File) => Result): Result {
  const file = new File(place, mode);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

function answer(request: Hdf5Request): Hdf5Reply {
  const disk = FS as NonNullable<typeof FS>;
  try {
    if (request.kind === 'write') {
      withFile('w', (file) => writeAll(file, request.contents));
      // A copy of its exact size: the file system keeps room to grow.
      return { bytes: disk.readFile(place).slice() };
    }
    disk.writeFile(place, request.bytes);
    return { contents: withFile('r', (file) => readAll(file, request.bytes.length)) };
  } catch (error) {
    return { problem: inWords(error) };
  } finally {
    if (disk.analyzePath(place).exists) disk.unlink(place);
  }
}

/** HDF5 prints its stack of errors, the innermost last: `  #003: file.c line 12 in H5F_open(): unable to read superblock`. */
function inWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const innermost = message.match(/^ *#\d+: .*$/gm)?.at(-1);
  if (innermost === undefined) return message;
  return `the file is damaged: ${innermost.replace(/^.*\(\): /, '')}`;
}

function buffersOf(reply: Hdf5Reply): ArrayBuffer[] {
  if ('bytes' in reply) return [reply.bytes.buffer as ArrayBuffer];
  if ('problem' in reply) return [];
  return [...new Set([...reply.contents.arrays.values()].map(({ data }) => data.buffer as ArrayBuffer))];
}

parentPort?.on('message', (request: Hdf5Request) => {
  const reply = answer(request);
  parentPort?.postMessage(reply, buffersOf(reply));
});
