/** @file Downloads with progress and resume, through the proxy of the environment. */

import { createWriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stderr } from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { DataError } from '../../core/errors.js';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

async function sizeOfFile(path: string): Promise<number> {
  return stat(path).then(
    (info) => info.size,
    () => 0,
  );
}

/** Draws on a terminal's stderr how far a download is. */
class Meter {
  readonly #name: string;
  readonly #total: number;
  #received: number;
  #drawn = 0;

  constructor(name: string, received: number, total: number) {
    this.#name = name;
    this.#received = received;
    this.#total = total;
  }

  add(bytes: number): void {
    this.#received += bytes;
    const now = performance.now();
    if (!stderr.isTTY || (now - this.#drawn < 100 && this.#received < this.#total)) return;
    this.#drawn = now;
    const share = this.#total > 0 ? ` of ${megabytes(this.#total)}` : '';
    stderr.write(`\rDownloading ${this.#name}: ${megabytes(this.#received)}${share}${this.#received >= this.#total ? '\n' : ''}`);
  }
}

/**
 * Downloads `url` to `path`. An interrupted download stays as `path.part` and goes on from there at the next call; the file appears under
 * its own name only when it is whole.
 *
 * @throws DataError with the URL and the cause, when the server cannot be reached or answers with an error.
 */
export async function download(url: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  const have = await sizeOfFile(part);
  try {
    const response = await fetch(url, {
      headers: have > 0 ? { range: `bytes=${have}-` } : {},
      dispatcher: new EnvHttpProxyAgent(),
    });
    // 416: the part is whole already.
    if (response.status !== 416) {
      if (!response.ok || response.body === null)
        throw new DataError(`the server answered ${response.status} ${response.statusText}`);
      const resumed = response.status === 206;
      const from = resumed ? have : 0;
      const meter = new Meter(url.split('/').at(-1) ?? url, from, from + Number(response.headers.get('content-length') ?? 0));
      const body = Readable.fromWeb(response.body);
      body.on('data', (chunk: Uint8Array) => meter.add(chunk.length));
      await pipeline(body, createWriteStream(part, { flags: resumed ? 'a' : 'w' }));
    }
    await rename(part, path);
  } catch (error) {
    const cause = (error as Error).cause instanceof Error ? ((error as Error).cause as Error) : (error as Error);
    throw new DataError(`download of ${url} failed: ${cause.message}`);
  }
}
