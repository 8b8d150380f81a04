/** @file The folder of a training's backups: each backup is a folder of its own, there whole or not at all. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError } from '../core/errors.js';
import { flushFolder, writeAtomically } from '../saving/atomic_file.js';
import { type Packed, pack, unpack } from './packing.js';

/** Keras's names (keras/src/callbacks/backup_and_restore.py), and a file for numbers that Keras does not keep. */
const names = { weights: 'latest.weights.h5', metadata: 'training_metadata.json', arrays: 'training_arrays.bin' };

const folderPattern = /^backup-(\d+)$/;
const writing = '.writing';
const deleting = '.deleting';

/** A backup that was read and whose files are as they were written. */
export interface Backup {
  /** Its folder. */
  readonly path: string;
  readonly weightsPath: string;
  readonly state: unknown;
}

interface Metadata {
  readonly state: Packed['json'];
  /** SHA-256 of the other files. */
  readonly checksums: Readonly<Record<string, string>>;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const sha256OfText = (text: string): string => createHash('sha256').update(text).digest('hex');

export class BackupFolder {
  readonly #path: string;
  /** Backups to keep. */
  readonly #count: number;

  constructor(path: string, count: number) {
    this.#path = path;
    this.#count = count;
  }

  /**
   * Writes a backup beside the others; then the oldest go. Whenever the process is stopped, the backups that were whole stay so.
   *
   * @param saveWeights - writes the weights to the path it is given
   */
  async write(where: string, state: unknown, saveWeights: (path: string) => Promise<void>): Promise<void> {
    const { json, bytes } = pack(where, state);
    const temporary = join(this.#path, writing);
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    await saveWeights(join(temporary, names.weights));
    await writeAtomically(join(temporary, names.arrays), bytes);
    const checksums: Record<string, string> = {};
    for (const name of [names.weights, names.arrays]) checksums[name] = await sha256(join(temporary, name));
    const text = JSON.stringify({ state: json, checksums } satisfies Metadata);
    await writeAtomically(join(temporary, names.metadata), `${text.slice(0, -1)},"checksum":"${sha256OfText(text)}"}\n`);
    const numbers = await this.#numbers();
    await rename(temporary, join(this.#path, folderName((numbers.at(-1) ?? 0) + 1)));
    await flushFolder(this.#path);
    for (const number of numbers.slice(0, numbers.length + 1 - this.#count)) await this.#delete(number);
  }

  /**
   * The newest backup that is whole; undefined without any. One that is damaged is passed over, with a warning.
   *
   * @throws FileError when all of them are damaged.
   */
  async read(where: string): Promise<Backup | undefined> {
    const problems: string[] = [];
    for (const number of (await this.#numbers()).reverse()) {
      const path = join(this.#path, folderName(number));
      try {
        const backup = await readBackup(path);
        if (problems.length > 0) process.emitWarning(`${where}: ${problems.join('; ')}; the one before, ${path}, is used`);
        return backup;
      } catch (error) {
        problems.push((error as Error).message);
      }
    }
    if (problems.length === 0) return undefined;
    throw new FileError(`${where}: no backup can be used: ${problems.join('; ')}; delete ${this.#path} to begin anew`);
  }

  /** Deletes all backups, and the folder itself unless something else is in it. */
  async clear(): Promise<void> {
    for (const number of await this.#numbers()) await this.#delete(number);
    for (const name of [writing, deleting]) await rm(join(this.#path, name), { recursive: true, force: true });
    await rmdir(this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTEMPTY') throw error;
    });
  }

  /** Numbers of the backups, the oldest first. */
  async #numbers(): Promise<number[]> {
    const entries = await readdir(this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw new FileError(`${this.#path}: cannot be read: ${error.message}`, { cause: error });
      return [];
    });
    const numbers = entries.map((name) => folderPattern.exec(name)?.[1]).filter((digits) => digits !== undefined);
    return numbers.map(Number).sort((a, b) => a - b);
  }

  /** Under another name first: what is half deleted is no backup. */
  async #delete(number: number): Promise<void> {
    const doomed = join(this.#path, deleting);
    await rm(doomed, { recursive: true, force: true });
    await rename(join(this.#path, folderName(number)), doomed);
    await rm(doomed, { recursive: true });
  }
}

const folderName = (number: number): string => `backup-${String(number).padStart(6, '0')}`;

/** @throws FileError when anything is missing or not as it was written. */
async function readBackup(path: string): Promise<Backup> {
  const { state: json, checksums } = parseMetadata(join(path, names.metadata), await readWhole(join(path, names.metadata)));
  for (const name of [names.weights, names.arrays]) {
    const file = join(path, name);
    const sum = await sha256(file).catch((error: Error) => {
      throw new FileError(`${file}: cannot be read: ${error.message}`, { cause: error });
    });
    if (sum !== checksums[name]) throw new FileError(`${file}: is not as it was written: its checksum differs`);
  }
  const state = unpack(path, { json, bytes: await readWhole(join(path, names.arrays)) });
  return { path, weightsPath: join(path, names.weights), state };
}

const readWhole = (path: string): Promise<Buffer> =>
  readFile(path).catch((error: Error) => {
    throw new FileError(`${path}: cannot be read: ${error.message}`, { cause: error });
  });

function parseMetadata(path: string, bytes: Buffer): Metadata {
  const [, text, checksum] = /^(\{.*),"checksum":"([0-9a-f]{64})"\}\n$/s.exec(bytes.toString()) ?? [];
  if (text === undefined || sha256OfText(`${text}}`) !== checksum) {
    throw new FileError(`${path}: is not as it was written: its checksum differs`);
  }
  return JSON.parse(`${text}}`) as Metadata;
}
