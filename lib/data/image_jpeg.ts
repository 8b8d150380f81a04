/** @file Decodes JPEG files by mozjpeg, compiled to WebAssembly (the package @jsquash/jpeg). */

import { readFile } from 'node:fs/promises';
import type { Pixels } from './image_resize.js';

type Decode = (
  bytes: Uint8Array,
) => Promise<{ readonly data: Uint8ClampedArray; readonly width: number; readonly height: number }>;

interface Decoder {
  readonly decode: Decode;
  /** Warnings and errors of the last file. */
  readonly complaints: string[];
}

let decoder: Promise<Decoder> | undefined;

async function makeDecoder(): Promise<Decoder> {
  const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
  const wasmBinary = await readFile(new URL(import.meta.resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm')));
  const complaints: string[] = [];
  const printErr = (text: string): void => void complaints.push(text);
  await init({ wasmBinary, printErr } as Parameters<typeof init>[0]);
  return { decode: decode as unknown as Decode, complaints };
}

/** The end of the file before: files have their turn, so that each has its own complaints. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * The pixels with four channels (the last 255), or three; the decoder holds its thread meanwhile.
 *
 * @throws Error with the first complaint of the decoder, even where it could go on: it fills with gray what a cut-off file lacks.
 */
export function decodeJpeg(bytes: Uint8Array, channels: 3 | 4): Promise<Pixels> {
  const pixels = turn.then(() => decodeNext(bytes, channels));
  turn = pixels.catch(() => {});
  return pixels;
}

async function decodeNext(bytes: Uint8Array, channels: 3 | 4): Promise<Pixels> {
  decoder ??= makeDecoder();
  const { decode, complaints } = await decoder;
  complaints.length = 0;
  try {
    const { data, width, height } = await decode(bytes);
    if (complaints[0] !== undefined) throw new Error(complaints[0]);
    return { data: channels === 4 ? new Uint8Array(data.buffer) : withoutAlpha(data), height, width, channels };
  } catch (error) {
    decoder = undefined; // libjpeg's errors end its program: the next file gets a new one
    throw error instanceof Error ? error : new Error(complaints.at(-1) ?? 'the decoder failed');
  }
}

function withoutAlpha(data: Uint8ClampedArray): Uint8Array {
  const pixels = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    pixels[to++] = data[from] as number;
    pixels[to++] = data[from + 1] as number;
    pixels[to++] = data[from + 2] as number;
  }
  return pixels;
}
