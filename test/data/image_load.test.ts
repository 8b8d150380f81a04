import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataError, loadImage, ValueError } from '../../lib/index.js';
import { fixture, golden, pattern } from './image_golden.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-images-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file of the temporary folder with what a fixture holds. */
async function copy(name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, await readFile(fixture(name)));
  return path;
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), a.length === b.length ? 0 : 256);

describe('loadImage', () => {
  for (const [name, expected] of Object.entries(golden.decoded)) {
    for (const [colorMode, channels] of [['rgb', 3] as const, ['rgba', 4] as const, ['grayscale', 1] as const]) {
      it(`reads ${name} as ${colorMode}, as Keras does`, async () => {
        const image = await loadImage(fixture(name), { colorMode });
        expect(image.data).toBeInstanceOf(Uint8Array);
        expect(image).toMatchObject({ shape: [...expected.shape, channels], dtype: 'uint8' });
        // JPEG decoders may round in different places.
        const tolerance = name.endsWith('.jpg') ? 2 : 0;
        expect(largestDifference(image.data, expected[colorMode])).toBeLessThanOrEqual(tolerance);
      });
    }
  }

  it('gives colour by default, in the size of the file', async () => {
    const { data, shape } = await loadImage(fixture('colour.png'));
    expect(shape).toEqual([9, 12, 3]);
    expect(data).toEqual(pattern(9, 12, 3));
  });

  it('does not turn the picture as its Exif data says, as Keras does not', async () => {
    expect((await loadImage(fixture('turned.jpg'))).shape).toEqual([9, 12, 3]);
  });

  it('resizes by nearest, or bilinear, to float32', async () => {
    for (const interpolation of ['nearest', 'bilinear'] as const) {
      const wanted = golden.resized.find(
        (each) => each.height === 4 && each.fit === 'distort' && each.interpolation === interpolation,
      );
      const image = await loadImage(fixture('colour.png'), { targetSize: [4, 5], interpolation });
      expect(image).toMatchObject({ shape: [4, 5, 3], dtype: 'float32' });
      expect(image.data).toBeInstanceOf(Float32Array);
      expect(largestDifference(image.data, wanted?.data ?? [])).toBeLessThan(1e-3);
    }
    const byDefault = await loadImage(fixture('colour.png'), { targetSize: [4, 5] });
    expect(byDefault).toEqual(await loadImage(fixture('colour.png'), { targetSize: [4, 5], interpolation: 'nearest' }));
    expect((await loadImage(fixture('colour.png'), { targetSize: 6 })).shape).toEqual([6, 6, 3]);
    expect((await loadImage(fixture('colour.png'), { targetSize: null })).shape).toEqual([9, 12, 3]);
  });

  it('cuts the middle with keepAspectRatio', async () => {
    const wanted = golden.resized.find((each) => each.height === 20 && each.fit === 'crop' && each.interpolation === 'nearest');
    const image = await loadImage(fixture('colour.png'), { targetSize: [20, 5], keepAspectRatio: true });
    expect(largestDifference(image.data, wanted?.data ?? [])).toBe(0);
  });

  it('names files that cannot be used', async () => {
    const cut = await copy('colour.jpg');
    await truncate(cut, 600);
    const cutPng = await copy('colour.png');
    await truncate(cutPng, 50);
    const cutBitmap = await copy('colour.bmp');
    await truncate(cutBitmap, 300);
    const text = join(folder, 'text.png');
    await writeFile(text, 'hello');
    const empty = join(folder, 'empty.png');
    await writeFile(empty, '');
    const cases: [string, string][] = [
      [cut, `loadImage: ${cut} cannot be decoded: `],
      [cutPng, 'expected a whole png file; replace or remove it'],
      [cutBitmap, `${cutBitmap} cannot be decoded: the file ends before the picture does; expected a whole bmp file`],
      [text, `${text} is no image of a known format; expected JPEG, PNG, GIF, BMP or WebP; convert or remove the file`],
      [empty, `loadImage: ${empty} is empty; expected JPEG, PNG, GIF, BMP or WebP`],
      [join(folder, 'none.png'), `${join(folder, 'none.png')} cannot be read: ENOENT`],
      [folder, `${folder} cannot be read: EISDIR`],
    ];
    for (const [path, words] of cases) {
      const failed = loadImage(path);
      await expect(failed).rejects.toBeInstanceOf(DataError);
      await expect(failed).rejects.toThrow(words);
    }
  });

  it('reads files with something behind the picture', async () => {
    const path = await copy('gray.png');
    await appendFile(path, 'something else');
    expect((await loadImage(path)).shape).toEqual([9, 12, 3]);
  });

  it('refuses unknown options', async () => {
    const refused = async (options: object, words: string): Promise<void> => {
      const failed = loadImage(fixture('colour.png'), options);
      await expect(failed).rejects.toBeInstanceOf(ValueError);
      await expect(failed).rejects.toThrow(words);
    };
    await refused({ size: 3 }, "loadImage: unknown option 'size'");
    await refused({ targetSize: [3] }, 'loadImage: targetSize is [3]; expected an integer of at least 1, or two of them');
    await refused({ colorMode: 'bgr' }, "loadImage: unknown colorMode 'bgr'; did you mean 'rgb'?");
    await refused({ interpolation: 'bicubic' }, "loadImage: unknown interpolation 'bicubic'");
  });
});

describe('bitmaps', () => {
  const changed = async (change: (bytes: Buffer) => void): Promise<string> => {
    const bytes = await readFile(fixture('colour.bmp'));
    change(bytes);
    const path = join(folder, 'changed.bmp');
    await writeFile(path, bytes);
    return path;
  };

  it('may have their first row on top', async () => {
    const path = await changed((bytes) => bytes.writeInt32LE(-9, 22));
    const image = await loadImage(path);
    const rows = Array.from({ length: 9 }, (_, y) => Array.from(pattern(9, 12, 3).subarray(y * 36, (y + 1) * 36)));
    expect(Array.from(image.data)).toEqual(rows.reverse().flat());
  });

  it('that are coded otherwise are refused', async () => {
    const cases: [(bytes: Buffer) => void, string][] = [
      [
        (bytes) => bytes.writeUInt16LE(16, 28),
        'it has 16 bits a pixel in compression 0; expected 8, 24 or 32 bits, uncompressed',
      ],
      [(bytes) => bytes.writeUInt32LE(1, 30), 'it has 24 bits a pixel in compression 1'],
      [(bytes) => bytes.writeInt32LE(0, 18), 'its header is not that of a picture'],
      [(bytes) => bytes.writeInt32LE(2 ** 30, 18), 'the file ends before the picture does'],
    ];
    for (const [change, words] of cases) await expect(loadImage(await changed(change))).rejects.toThrow(words);
    const short = join(folder, 'short.bmp');
    await writeFile(short, 'BM123');
    await expect(loadImage(short)).rejects.toThrow('the file ends inside its header');
  });
});
