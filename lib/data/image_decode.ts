/** @file Image files decoded to pixels. */

import { DataError, StateError } from '../core/errors.js';
import { importPeer } from '../core/peer.js';
import { decodeBitmap } from './image_bitmap.js';
import { decodeJpeg } from './image_jpeg.js';
import { readJpegFrame } from './image_jpeg_frame.js';
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

/** JPEG files of more pixels go to sharp, whose vector code is faster from about here on; it also leaves the thread free. */
const largeJpeg = 512 * 512;

/** An image file that is read and decoded. */
export interface ImageFile {
  readonly path: string;
  readonly read: (path: string) => Buffer | Promise<Buffer>;
  readonly mode: ColorMode;
  /** Whether this thread may be held as long as a large picture takes: it is not the main thread. */
  readonly mayHold: boolean;
  /** Imports sharp, when it is needed. @throws StateError when it is not there. */
  readonly importSharp: (where: string) => Promise<Sharp>;
}

export type Sharp = typeof import('sharp');

export const importSharp = (where: string): Promise<Sharp> => importPeer(where, 'sharp', () => import('sharp'));

/** A worker thread needs sharp, which the thread that started it has not imported yet. */
export class SharpWanted extends Error {
  readonly code = 'SHARP_WANTED';
}

/**
 * The pixels of an image file. Of animations the first frame; the orientation in the file's Exif data and its colour profile are not
 * applied, as in Keras; 16-bit channels keep their upper byte; transparency is dropped, unless `mode` asks for it.
 *
 * @param where - the call, for errors
 * @throws DataError naming the file when it cannot be read, is empty, damaged, cut off, or no JPEG, PNG, GIF, BMP or WebP; StateError when
 * sharp is needed and not installed.
 */
export async function decodeImage(where: string, file: ImageFile): Promise<Pixels> {
  const { path, mode } = file;
  const bytes = await readBytes(where, file);
  const format = formatOf(bytes);
  if (format === undefined) {
    const received = bytes.length === 0 ? 'is empty' : 'is no image of a known format';
    throw new DataError(`${where}: ${path} ${received}; expected JPEG, PNG, GIF, BMP or WebP; convert or remove the file`);
  }
  try {
    const pixels = await decodeBytes(where, format, bytes, file);
    return mode === 'grayscale' ? await luminance(pixels) : pixels;
  } catch (error) {
    if (error instanceof StateError || error instanceof SharpWanted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`${where}: ${path} cannot be decoded: ${reason}; expected a whole ${format} file; replace or remove it`, {
      cause: error,
    });
  }
}

async function readBytes(where: string, { path, read }: ImageFile): Promise<Buffer> {
  try {
    return await read(path);
  } catch (error) {
    throw new DataError(`${where}: ${path} cannot be read: ${(error as Error).message}; expected an image file`, {
      cause: error,
    });
  }
}

async function decodeBytes(where: string, format: string, bytes: Buffer, file: ImageFile): Promise<Pixels> {
  if (format === 'bmp') return decodeBitmap(bytes, file.mode === 'rgba');
  if (format === 'jpeg') return decodeJpegOrSharp(where, bytes, file);
  return decodeBySharp(await file.importSharp(where), bytes, file.mode);
}

/**
 * Small files of the ordinary kind are decoded without sharp. Large ones are left to it where it is there, and so is the verdict on damaged
 * ones; it must be there for other kinds, and for large ones where this thread may not be held.
 */
async function decodeJpegOrSharp(where: string, bytes: Buffer, { mode, mayHold, importSharp }: ImageFile): Promise<Pixels> {
  const frame = readJpegFrame(bytes);
  const isSmall = frame !== undefined && frame.pixels <= largeJpeg;
  const canDo = frame === undefined || (frame.isOrdinary && (isSmall || mayHold));
  if (!canDo) return decodeBySharp(await importSharp(where), bytes, mode);
  const sharpIfThere = (): Promise<Sharp | undefined> => importSharp(where).catch(passOverMissing);
  const first = isSmall ? undefined : await sharpIfThere();
  if (first !== undefined) return decodeBySharp(first, bytes, mode);
  try {
    return await decodeJpeg(bytes, mode === 'rgb' ? 3 : 4);
  } catch (error) {
    const sharp = await sharpIfThere();
    if (sharp === undefined) throw error;
    return decodeBySharp(sharp, bytes, mode);
  }
}

function passOverMissing(error: unknown): undefined {
  if (!(error instanceof StateError)) throw error;
}

async function decodeBySharp({ default: sharp }: Sharp, bytes: Buffer, mode: ColorMode): Promise<Pixels> {
  const image = sharp(bytes, { failOn: 'error', ignoreIcc: true });
  const channels = mode === 'rgba' ? image.ensureAlpha() : image.removeAlpha();
  const { data, info } = await channels.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const bytesOnly = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { data: bytesOnly, height: info.height, width: info.width, channels: info.channels };
}

/** ITU-R 601 luma in fixed point, as Pillow's `convert('L')` computes it. */
async function luminance({ data, height, width, channels }: Pixels): Promise<Pixels> {
  const gray = new Uint8Array(height * width);
  const pauses = new Pauses();
  for (let y = 0; y < height; y++) {
    for (let i = y * width; i < (y + 1) * width; i++) {
      const at = channels * i;
      const [red, green, blue] = [data[at] as number, data[at + 1] as number, data[at + 2] as number];
      gray[i] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
    }
    await pauses.maybe();
  }
  return { data: gray, height, width, channels: 1 };
}
