/** @file The files of a data set: found in its folder, or downloaded to it, and checked. */

import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { createGunzip } from 'node:zlib';
import { DataError } from '../../core/errors.js';
import { download } from './download.js';

/** Where to look, and where downloads go; `LAMINET_HOME/datasets/<name>` by default. */
export interface DatasetOptions {
  folder?: string;
}

/** A file of a data set: its name in the folder, and the checksum of what it holds (unzipped). */
export interface DatasetFile {
  readonly name: string;
  readonly md5: string;
}

/** `LAMINET_HOME`, by default `.cache/laminet` in the home folder. */
export const laminetHome = (): string => env.LAMINET_HOME ?? join(homedir(), '.cache', 'laminet');

export const datasetFolder = (name: string, options: DatasetOptions): string =>
  options.folder ?? join(laminetHome(), 'datasets', name);

/** The file in `folder`, zipped or not. */
export function findFile(folder: string, name: string): string | undefined {
  return [name, name.replace(/\.gz$/, '')].map((candidate) => join(folder, candidate)).find((path) => existsSync(path));
}

/** What a file holds, unzipped chunk by chunk (the event loop stays free), with its md5. */
async function readUnzipped(path: string): Promise<{ bytes: Uint8Array; md5: string }> {
  const file = createReadStream(path);
  const stream = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => stream.destroy(error));
  const hash = createHash('md5');
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { bytes, md5: hash.digest('hex') };
}

/**
 * What `file` of `folder` holds.
 *
 * @throws DataError when its checksum is not the published one, naming the file.
 */
export async function readChecked(where: string, path: string, file: DatasetFile): Promise<Uint8Array> {
  const { bytes, md5 } = await readUnzipped(path).catch((error: Error) => {
    throw new DataError(`${where}: ${path} cannot be read: ${error.message}; delete it, and it is downloaded again`);
  });
  if (md5 === file.md5) return bytes;
  throw new DataError(
    `${where}: ${path} is damaged: its content has md5 ${md5}; expected ${file.md5}; delete it, and it is downloaded again`,
  );
}

/**
 * What `file` holds, from `folder` or else from `url`.
 *
 * @throws DataError that names the file, its checksum and the folder to put it in, when it is missing and cannot be downloaded.
 */
export async function loadFile(where: string, folder: string, file: DatasetFile, url: string): Promise<Uint8Array> {
  const found = findFile(folder, file.name);
  if (found !== undefined) return readChecked(where, found, file);
  const path = join(folder, file.name);
  await download(url, path).catch((error: Error) => {
    throw missing(where, folder, [file], url, error);
  });
  return readChecked(where, path, file).catch(async (error: unknown) => {
    await rm(path, { force: true });
    throw error;
  });
}

/** The error for files that are not there and cannot be had. */
export function missing(where: string, folder: string, files: readonly DatasetFile[], url: string, cause: Error): DataError {
  const wanted = files.map((file) => `${file.name} (md5 of its content ${file.md5})`).join(', ');
  return new DataError(
    `${where}: ${wanted} is not in ${folder}, and ${cause.message}; get it from ${url} on a machine with a network and put it into that folder`,
  );
}
