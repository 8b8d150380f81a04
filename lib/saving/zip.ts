/** @file Zip archives: written without compression, read with distrust. */

import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
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
    // As a stream, whose checksum is computed piece by piece: the event loop goes on in between.
    archive.addReadStreamLazy(name, { compress: false, size: bytes.length }, (give) => give(null, Readable.from(pieces(bytes))));
  }
  archive.end();
  await writeAtomically(path, (file) => writeFile(file, archive.outputStream as Readable));
}

const pieceBytes = 2 ** 20;

function* pieces(bytes: Uint8Array): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    const length = Math.min(pieceBytes, bytes.length - start);
    yield Buffer.from(bytes.buffer, bytes.byteOffset + start, length);
  }
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
      found.set(entry.fileName, await readEntry(archive, entry, bytes));
    }
    return found;
  } catch (error) {
    throw new FileError(`${where}: the zip archive cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function readEntry(archive: yauzl.ZipFile, entry: yauzl.Entry, bytes: Uint8Array): Promise<Uint8Array> {
  const { fileName, uncompressedSize, compressedSize, compressionMethod } = entry;
  if (uncompressedSize > freeBytes && uncompressedSize > largestExpansion * compressedSize) {
    throw new Error(
      `the entry '${fileName}' is declared to grow from ${readableBytes(compressedSize)} to ${readableBytes(uncompressedSize)}, which is refused`,
    );
  }
  if (entry.isEncrypted()) throw new Error(`the entry '${fileName}' is encrypted`);
  const stored = compressionMethod === 0;
  const contents = stored
    ? await storedBytes(archive, entry, bytes)
    : new Uint8Array(await buffer(await archive.openReadStreamPromise(entry)));
  if ((await checksum(contents)) !== entry.crc32) throw new Error(`the checksum of '${fileName}' is wrong: the file is damaged`);
  return contents;
}

/** A view of the file, without a copy and without a stream, whose pieces would all come at once. */
async function storedBytes(archive: yauzl.ZipFile, entry: yauzl.Entry, bytes: Uint8Array): Promise<Uint8Array> {
  const { fileDataStart } = await archive.readLocalFileHeaderPromise(entry, { minimal: true });
  const end = fileDataStart + entry.compressedSize;
  if (end > bytes.length) throw new Error(`the entry '${entry.fileName}' ends after the file: it is cut off`);
  return bytes.subarray(fileDataStart, end);
}

/** In pieces, so that the event loop goes on in between. */
async function checksum(bytes: Uint8Array): Promise<number> {
  let sum = 0;
  for (const piece of pieces(bytes)) {
    sum = crc32(piece, sum);
    await setImmediate();
  }
  return sum;
}
