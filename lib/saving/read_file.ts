/** @file Files read whole, and told apart by their first bytes. */

import { readFile } from 'node:fs/promises';
import { FileError } from '../core/errors.js';

export type FileKind = 'hdf5' | 'zip';

const signatures: Readonly<Record<FileKind, readonly number[]>> = {
  hdf5: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a],
  zip: [0x50, 0x4b, 0x03, 0x04],
};

/** The bytes of a file and what it is. @throws FileError when it cannot be read, or is neither. */
export async function readKnown(where: string, path: string): Promise<{ kind: FileKind; bytes: Uint8Array }> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw new FileError(`${where}: cannot be read: ${error.message}`, { cause: error });
  });
  if (bytes.length === 0) throw new FileError(`${where}: the file is empty; expected a .keras or an HDF5 file`);
  for (const kind of Object.keys(signatures) as FileKind[]) {
    if (signatures[kind].every((byte, i) => bytes[i] === byte)) return { kind, bytes: ownBuffer(bytes) };
  }
  throw new FileError(
    `${where}: begins with neither the bytes of HDF5 nor those of a zip file; expected a .keras or an HDF5 file`,
  );
}

/** In a buffer of its own, which can be handed to another thread: small files share one. */
export function ownBuffer(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
}
