/** The worker threads of image data sets load JavaScript, so these tests use the build of the library (npm run build). */

import { copyFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type ColorMode,
  DataError,
  type ImageDatasetOptions,
  imageDatasetFromDirectory,
  loadImage,
  type ShapedArray,
} from '../../dist/index.js';
import { fixture } from './image_golden.js';

vi.setConfig({ testTimeout: 60_000 });

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-threads-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Files of the folder, copies of fixtures in turn. */
async function fill(count: number, ...names: string[]): Promise<void> {
  for (let i = 0; i < count; i++) {
    const name = names[i % names.length] as string;
    await copyFile(fixture(name), join(folder, `${String(i).padStart(3, '0')}-${name}`));
  }
}

const open = (options: ImageDatasetOptions = {}) =>
  imageDatasetFromDirectory(folder, {
    labels: null,
    shuffle: false,
    verbose: false,
    imageSize: [6, 5],
    batchSize: 4,
    ...options,
  }) as Promise<AsyncIterable<ShapedArray> & { readonly filePaths: readonly string[] }>;

/** All images of a pass, one row each. */
async function rowsOf(images: AsyncIterable<ShapedArray>): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const { data, shape } of images) {
    const size = data.length / (shape[0] as number);
    for (let i = 0; i < (shape[0] as number); i++) rows.push(Array.from(data.subarray(i * size, (i + 1) * size)));
  }
  return rows;
}

const each = ['colour.jpg', 'gray.jpg', 'turned.jpg', 'colour.png', 'moving.gif', 'colour.bmp', 'transparent.png'];

describe('batches of image files', () => {
  for (const colorMode of ['rgb', 'rgba', 'grayscale'] satisfies ColorMode[]) {
    it(`are what loadImage gives for each file, in order: ${colorMode}`, async () => {
      await fill(30, ...each);
      const images = await open({ colorMode });
      const wanted = await Promise.all(
        images.filePaths.map((path) => loadImage(path, { colorMode, targetSize: [6, 5], interpolation: 'bilinear' })),
      );
      expect(await rowsOf(images)).toEqual(wanted.map(({ data }) => Array.from(data)));
    });
  }

  it('are the same for all sizes of batches, in one or many', async () => {
    await fill(13, ...each);
    const wanted = await rowsOf(await open());
    for (const batchSize of [1, 5, 13, 64]) expect(await rowsOf(await open({ batchSize }))).toEqual(wanted);
  });

  it('come in order for several data sets that share the threads', async () => {
    await fill(40, ...each);
    const sets = [await open(), await open({ batchSize: 3 }), await open({ batchSize: 40 })];
    const [first, ...others] = await Promise.all(sets.map(rowsOf));
    for (const rows of others) expect(rows).toEqual(first);
  });

  it('can be asked for again after a pass that ended early', async () => {
    await fill(60, ...each);
    const images = await open();
    const wanted = await rowsOf(images);
    for await (const { shape } of images) {
      expect(shape).toEqual([4, 6, 5, 3]);
      break;
    }
    expect(await rowsOf(images)).toEqual(wanted);
  });

  it('fill their memory: it was handed over', async () => {
    await fill(4, 'colour.jpg');
    for await (const { data } of await open()) expect(data.byteLength).toBe(data.buffer.byteLength);
  });
});

describe('files that cannot be used', () => {
  it('are named in the words of loadImage, with the cause', async () => {
    const spoil: [string, (path: string) => Promise<void>][] = [
      ['colour.jpg', (path) => truncate(path, 600)],
      ['colour.jpg', (path) => truncate(path, 100)],
      ['colour.jpg', (path) => truncate(path, 0)],
      ['colour.png', (path) => truncate(path, 50)],
      ['colour.bmp', (path) => truncate(path, 300)],
      ['colour.png', (path) => writeFile(path, 'hello')],
      ['colour.jpg', (path) => rm(path)],
    ];
    for (const [name, change] of spoil) {
      await fill(3, name);
      const images = await open({ batchSize: 1 });
      const path = images.filePaths[1] as string;
      await change(path);
      const expected = await loadImage(path).then(
        () => new Error(),
        (error: Error) => error,
      );
      let batches = 0;
      const failed = (async () => {
        for await (const _ of images) batches++;
      })();
      await expect(failed).rejects.toBeInstanceOf(DataError);
      const error = await failed.catch((reason: Error) => reason);
      expect((error as Error).message).toBe(expected.message.replace('loadImage', 'imageDatasetFromDirectory'));
      const [cause, wanted] = [error as Error, expected].map((one) => one.cause as NodeJS.ErrnoException | undefined);
      expect([cause?.message, cause?.code]).toEqual([wanted?.message, wanted?.code]);
      expect(batches).toBe(1);
      await Promise.all(images.filePaths.map((each) => rm(each, { force: true })));
    }
  });

  it('do not disturb other data sets', async () => {
    await fill(8, 'colour.jpg', 'colour.png');
    const good = await open();
    await mkdir(join(folder, 'bad'));
    const bad = join(folder, 'bad', 'cut.jpg');
    await copyFile(fixture('colour.jpg'), bad);
    const all = await open();
    await truncate(bad, 500);
    const [failed, rows] = await Promise.allSettled([rowsOf(all), rowsOf(good)]);
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'DATA' } });
    expect(rows).toMatchObject({ status: 'fulfilled' });
  });
});

it('pictures of every size are those of sharp', async () => {
  for (const [i, [width, height]] of [
    [31, 17],
    [512, 512],
    [513, 512],
    [900, 700],
  ].entries()) {
    const image = sharp({
      create: {
        width: width as number,
        height: height as number,
        channels: 3,
        background: '#345',
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
      },
    });
    await image.jpeg({ progressive: i % 2 === 0 }).toFile(join(folder, `${i}.jpg`));
  }
  const images = await open({ imageSize: [512, 512], interpolation: 'nearest', batchSize: 2 });
  const wanted = await Promise.all(
    images.filePaths.map(async (path) => {
      const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
      return { data, ...info };
    }),
  );
  const rows = await rowsOf(images);
  // Nearest pixels of half-pixel centres.
  const near = (before: number, i: number): number => Math.min(Math.floor(((i + 0.5) * before) / 512), before - 1);
  for (const [i, { data, width, height }] of wanted.entries()) {
    const expected = Array.from({ length: 512 * 512 * 3 }, (_, at) => {
      const [pixel, channel] = [Math.floor(at / 3), at % 3];
      return data[(near(height, Math.floor(pixel / 512)) * width + near(width, pixel % 512)) * 3 + channel] as number;
    });
    expect(rows[i]?.every((value, at) => value === expected[at])).toBe(true);
  }
});
