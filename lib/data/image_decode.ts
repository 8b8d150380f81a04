/** @file Image files decoded to pixels, off the main thread. */

import { readFile } from 'node:fs/promises';
import { DataError } from '../core/errors.js';
import { importPeer } from '../core/peer.js';
import { decodeBitmap } from './image_bitmap.js';
import type { Pixels } from './image_resize.js';
import { Pauses } from './pauses.js';

/** Channels of the result: one of luminance, three of colour, or four with transparency. */
export type ColorMode = 'grayscale' | 'rgb' | 'rgba';

export const colorModes: readonly ColorMode[] = ['grayscale', 'rgb', 'rgba'];

export const channelsOf = (mode: ColorMode): number => ({ grayscale: 1, rgb: 3, rgba: 4 })[mode];

/** How the files that are understood begin, and what stands in their bytes 8 to 11. */
const signatures: readonly (readonly [format: string, begin: string, behind?: string])[] = [
  ['jpeg', '\xff\xd8\xff'],
  ['png', '\x89PNG\r\n\x1a\n'],
  ['gif', 'GIF8'],
  ['bmp', 'BM'],
  ['webp', 'RIFF', 'WEBP'],
];

function formatOf(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, 12);
  return signatures.find(([, begin, behind = '']) => head.startsWith(begin) && head.endsWith(behind))?.[0];
}

/**
 * The pixels of an image file. Of animations the first frame; the orientation in the file's Exif data and its colour profile are not
 * applied, as in Keras; 16-bit channels keep their upper byte; transparency is dropped, unless `mode` asks for it.
 *
 * @param where - the call, for errors
 * @throws DataError naming the file when it cannot be read, is empty, damaged, cut off, or no JPEG, PNG, GIF, BMP or WebP; StateError when
 * sharp is not installed.
 */
export async function decodeImage(where: string, path: string, mode: ColorMode): Promise<Pixels> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw new DataError(`${where}: ${path} cannot be read: ${error.message}; expected an image file`, { cause: error });
  });
  const format = formatOf(bytes);
  if (format === undefined) {
    const received = bytes.length === 0 ? 'is empty' : 'is no image of a known format';
    throw new DataError(`${where}: ${path} ${received}; expected JPEG, PNG, GIF, BMP or WebP; convert or remove the file`);
  }
  const sharp = format === 'bmp' ? undefined : await importPeer(where, 'sharp', () => import('sharp'));
  try {
    const pixels = sharp === undefined ? decodeBitmap(bytes, mode === 'rgba') : await decodeBySharp(sharp, bytes, mode);
    return mode === 'grayscale' ? await luminance(pixels) : pixels;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`${where}: ${path} cannot be decoded: ${reason}; expected a whole ${format} file; replace or remove it`, {
      cause: error,
    });
  }
}

async function decodeBySharp({ default: sharp }: typeof import('sharp'), bytes: Buffer, mode: ColorMode): Promise<Pixels> {
  const image = sharp(bytes, { failOn: 'error', ignoreIcc: true });
  const channels = mode === 'rgba' ? image.ensureAlpha() : image.removeAlpha();
  const { data, info } = await channels.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const bytesOnly = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { data: bytesOnly, height: info.height, width: info.width, channels: info.channels };
}

/** ITU-R 601 luma in fixed point, as Pillow's `convert('L')` computes it. */
async function luminance({ data, height, width }: Pixels): Promise<Pixels> {
  const gray = new Uint8Array(height * width);
  const pauses = new Pauses();
  for (let y = 0; y < height; y++) {
    for (let i = y * width; i < (y + 1) * width; i++) {
      const [red, green, blue] = [data[3 * i] as number, data[3 * i + 1] as number, data[3 * i + 2] as number];
      gray[i] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
    }
    await pauses.maybe();
  }
  return { data: gray, height, width, channels: 1 };
}
