/** @file Zip archives: written without compression, read with distrust. */

import { writeFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import yazl from 'yazl';
import { readableBytes } from '../core/bytes.js';
import { FileError } from '../core/errors.js';
import { writeAtomically } from './atomic_file.js';

/** Writes the entries as Keras does, stored as they are, so that the weights can be read in place. */
export async function writeZip(path: string, entries: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const archive = new yazl.ZipFile();
  for (const [name, bytes] of Object.entries(entries)) {
    archive.addBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name, { compress: false });
  }
  archive.end();
  await writeAtomically(path, (file) => writeFile(file, archive.outputStream as Readable));
}

/** An entry may grow by this much, or by this factor: Keras stores, and other writers compress numbers little. */
const freeBytes = 256 * 2 ** 20;
const largestExpansion = 100;
const mostEntries = 10_000;

/**
 * The entries called `names`; those that the archive lacks are left out.
 *
 * @param where - the file, for errors
 * @throws FileError for a damaged archive, a wrong checksum, names that lead elsewhere, an entry that appears twice or grows absurdly.
 */
export async function readZip(where: string, bytes: Uint8Array, names: readonly string[]): Promise<Map<string, Uint8Array>> {
  try {
    const archive = await yauzl.fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      lazyEntries: true,
    });
    if (archive.entryCount > mostEntries) throw new Error(`it has ${archive.entryCount} entries, which is refused`);
    const found = new Map<string, Uint8Array>();
    for await (const entry of archive.eachEntry()) {
      if (!names.includes(entry.fileName)) continue;
      if (found.has(entry.fileName)) throw new Error(`the entry '${entry.fileName}' appears twice`);
      found.set(entry.fileName, await readEntry(archive, entry));
    }
    return found;
  } catch (error) {
    throw new FileError(`${where}: the zip archive cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function readEntry(archive: yauzl.ZipFile, entry: yauzl.Entry): Promise<Uint8Array> {
  const { fileName, uncompressedSize, compressedSize } = entry;
  if (uncompressedSize > freeBytes && uncompressedSize > largestExpansion * compressedSize) {
    throw new Error(
      `the entry '${fileName}' is declared to grow from ${readableBytes(compressedSize)} to ${readableBytes(uncompressedSize)}, which is refused`,
    );
  }
  if (entry.isEncrypted()) throw new Error(`the entry '${fileName}' is encrypted`);
  const stream = (await archive.openReadStreamPromise(entry)) as Readable;
  const chunks: Buffer[] = [];
  let checksum = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    checksum = crc32(chunk, checksum);
    chunks.push(chunk);
  }
  if (checksum !== entry.crc32) throw new Error(`the checksum of '${fileName}' is wrong: the file is damaged`);
  return new Uint8Array(Buffer.concat(chunks));
}
