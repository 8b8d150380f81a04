/** @file Files that are there whole or not at all: written beside their place, flushed to disk, then renamed over it. */

import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FileError } from '../core/errors.js';

/** What a file will hold, or a function that writes it through the open file. */
export type FileContents = Uint8Array | string | ((file: FileHandle) => Promise<void>);

/**
 * Writes a file so that a crash, a full disk or an error in `contents` leaves what was there before, whole. The folder must exist. When two
 * calls write one path, the last to finish wins.
 *
 * @throws FileError when the file cannot be written; what `contents` throws comes as it is.
 */
export async function writeAtomically(path: string, contents: FileContents): Promise<void> {
  const target = resolve(path);
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.part`);
  try {
    await writeDurably(temporary, contents);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileError(path, error);
  }
  await flushFolder(dirname(target));
}

async function writeDurably(path: string, contents: FileContents): Promise<void> {
  const file = await open(path, 'wx');
  try {
    if (typeof contents === 'function') await contents(file);
    else await file.writeFile(contents);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Waits until the names in a folder are on disk: a new name is there only when its folder is. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Errors of the system with the path in front; others as they are. */
function fileError(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  return new FileError(`${path}: cannot be written: ${error.message}; the file that was there is unchanged`, { cause: error });
}
