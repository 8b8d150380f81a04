import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeJpeg } from '../../lib/data/image_jpeg.js';
import { readJpegFrame } from '../../lib/data/image_jpeg_frame.js';
import { loadImage } from '../../lib/index.js';
import { fixture } from './image_golden.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-jpeg-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Pixels that differ from their neighbours, so that colour of a lower resolution has to be interpolated. */
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 11) & 255);

function encoder(width: number, height: number): Sharp {
  return sharp(noise(3 * width * height), { raw: { width, height, channels: 3 } });
}

const decodedBySharp = (bytes: Buffer): Promise<Buffer> => sharp(bytes).removeAlpha().toColourspace('srgb').raw().toBuffer();

describe('decoding JPEG', () => {
  const codings: [string, (image: Sharp) => Sharp][] = [
    ['colour of half the size', (image) => image.jpeg({ quality: 90, chromaSubsampling: '4:2:0' })],
    ['colour of the full size', (image) => image.jpeg({ quality: 50, chromaSubsampling: '4:4:4' })],
    ['progressive', (image) => image.jpeg({ progressive: true })],
    ['gray', (image) => image.toColourspace('b-w').jpeg()],
    ['gray and progressive', (image) => image.toColourspace('b-w').jpeg({ progressive: true })],
    ['with an orientation', (image) => image.withMetadata({ orientation: 6 }).jpeg()],
    ['with tables of its own', (image) => image.jpeg({ mozjpeg: true })],
  ];
  for (const [name, encode] of codings) {
    it(`gives sharp's pixels: ${name}`, async () => {
      for (const [width, height] of [
        [1, 1],
        [7, 5],
        [33, 47],
        [64, 48],
        [200, 3],
      ] as const) {
        const bytes = await encode(encoder(width, height)).toBuffer();
        expect(readJpegFrame(bytes)).toEqual({ pixels: width * height, isOrdinary: true });
        const wanted = await decodedBySharp(bytes);
        const pixels = await decodeJpeg(bytes, 3);
        expect(pixels).toMatchObject({ height, width });
        expect(Buffer.from(pixels.data)).toEqual(wanted);
        const { data } = await decodeJpeg(bytes, 4);
        expect(Array.from({ length: width * height }, (_, i) => data[4 * i + 3])).toEqual(new Array(width * height).fill(255));
        expect(Buffer.from(data.filter((_, i) => i % 4 !== 3))).toEqual(wanted);
      }
    });
  }

  it('refuses what is cut off or damaged, and goes on with the next file', async () => {
    const good = await readFile(fixture('colour.jpg'));
    const wanted = await decodedBySharp(good);
    const cut = decodeJpeg(good.subarray(0, good.length - 30), 3);
    const others = [decodeJpeg(good, 3), decodeJpeg(Buffer.from([255, 216, 255, 1, 2]), 3), decodeJpeg(good, 3)] as const;
    await expect(cut).rejects.toThrow('Premature end of JPEG file');
    await expect(others[1]).rejects.toThrow('JPEG datastream contains no image');
    for (const each of [await others[0], await others[2]]) expect(Buffer.from(each.data)).toEqual(wanted);
  });
});

describe('frames of JPEG files', () => {
  const changed = async (change: (bytes: Buffer, frame: number) => void): Promise<ReturnType<typeof readJpegFrame>> => {
    const bytes = await encoder(16, 8).jpeg({ chromaSubsampling: '4:2:0' }).toBuffer();
    change(bytes, bytes.indexOf(Buffer.from([0xff, 0xc0])));
    return readJpegFrame(bytes);
  };

  it('tell how the picture is coded', async () => {
    const codings: [boolean, (bytes: Buffer, frame: number) => void][] = [
      [true, () => {}],
      [true, (bytes, frame) => bytes.writeUInt8(0x21, frame + 11)], // colour of half the width
      [false, (bytes, frame) => bytes.writeUInt8(0x12, frame + 11)], // of half the height
      [false, (bytes, frame) => bytes.writeUInt8(0x21, frame + 14)],
      [false, (bytes, frame) => bytes.writeUInt8(0xc9, frame + 1)], // arithmetic coding
      [false, (bytes, frame) => bytes.writeUInt8(12, frame + 4)], // bits
      [false, (bytes, frame) => bytes.writeUInt8(4, frame + 9)], // components
    ];
    for (const [isOrdinary, change] of codings) expect(await changed(change)).toEqual({ pixels: 128, isOrdinary });
    expect(await changed((bytes, frame) => bytes.writeUInt16BE(0, frame + 5))).toEqual({ pixels: 0, isOrdinary: false });
  });

  it('may be missing', async () => {
    expect(await changed((bytes) => bytes.fill(0, 2))).toBeUndefined();
    expect(readJpegFrame(Buffer.from([0xff, 0xd8, 0xff]))).toBeUndefined();
  });
});

describe('loadImage of JPEG', () => {
  const written = async (bytes: Uint8Array): Promise<string> => {
    const path = join(folder, 'picture.jpg');
    await writeFile(path, bytes);
    return path;
  };

  it('reads large pictures, and those of four inks', async () => {
    const large = await encoder(600, 500).jpeg().toBuffer();
    const inks = await encoder(20, 10).toColourspace('cmyk').jpeg().toBuffer();
    expect(readJpegFrame(inks)?.isOrdinary).toBe(false);
    for (const bytes of [large, inks]) {
      const { data } = await loadImage(await written(bytes));
      expect((await decodedBySharp(bytes)).equals(data as Uint8Array)).toBe(true);
    }
  });

  it('takes what stands behind the picture, or too much inside, as sharp does', async () => {
    const bytes = await readFile(fixture('colour.jpg'));
    const wanted = await decodedBySharp(bytes);
    const path = await written(bytes);
    await appendFile(path, 'something else');
    expect(Buffer.from((await loadImage(path)).data as Uint8Array)).toEqual(wanted);
    const inside = Buffer.concat([bytes.subarray(0, -2), Buffer.from([1, 2, 3]), bytes.subarray(-2)]);
    await expect(decodeJpeg(inside, 3)).rejects.toThrow('extraneous bytes');
    expect(Buffer.from((await loadImage(await written(inside))).data as Uint8Array)).toEqual(await decodedBySharp(inside));
  });
});
