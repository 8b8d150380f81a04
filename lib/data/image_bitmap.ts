/** @file Decodes BMP files, which sharp does not: uncompressed, with a palette of 8 bits or with 24 or 32 bits a pixel. */

import type { Pixels } from './image_resize.js';

/** Bytes of the file's own header, before that of the picture. */
const fileHeader = 14;
const uncompressed = 0;
const bitFields = 3;

/** Where the pixels are and how they are coded. */
interface Layout {
  readonly width: number;
  readonly height: number;
  /** Whether the first row is the upper one; the lower one otherwise. */
  readonly topDown: boolean;
  readonly bits: number;
  readonly pixels: number;
  readonly palette: number;
}

/** The pixels with three channels, or four `withAlpha`. @throws Error when the file is cut off or coded in another way. */
export function decodeBitmap(bytes: Buffer, withAlpha: boolean): Pixels {
  const layout = readLayout(bytes);
  const { width, height, topDown, bits, pixels } = layout;
  const channels = withAlpha ? 4 : 3;
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (pixels + stride * height > bytes.length) throw new Error('the file ends before the picture does');
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const row = pixels + stride * (topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const from = colourAt(bytes, layout, row, x);
      const to = (y * width + x) * channels;
      data[to] = bytes[from + 2] as number;
      data[to + 1] = bytes[from + 1] as number;
      data[to + 2] = bytes[from] as number;
      if (withAlpha) data[to + 3] = bits === 32 ? (bytes[from + 3] as number) : 255;
    }
  }
  return { data, height, width, channels };
}

/** Where the blue, green and red of a pixel are. */
function colourAt(bytes: Buffer, { bits, palette, pixels }: Layout, row: number, x: number): number {
  if (bits > 8) return row + (x * bits) / 8;
  const entry = palette + 4 * (bytes[row + x] as number);
  if (entry + 4 > pixels) throw new Error('a pixel has a colour that the palette lacks');
  return entry;
}

function readLayout(bytes: Buffer): Layout {
  if (bytes.length < fileHeader + 40) throw new Error('the file ends inside its header');
  const headerSize = bytes.readUInt32LE(fileHeader);
  const compression = bytes.readUInt32LE(30);
  const layout = {
    width: bytes.readInt32LE(18),
    height: Math.abs(bytes.readInt32LE(22)),
    topDown: bytes.readInt32LE(22) < 0,
    bits: bytes.readUInt16LE(28),
    pixels: bytes.readUInt32LE(10),
    palette: fileHeader + headerSize,
  };
  if (headerSize < 40 || layout.width < 1 || layout.height < 1) throw new Error('its header is not that of a picture');
  const known = compression === uncompressed ? [8, 24, 32] : compression === bitFields ? [32] : [];
  if (!known.includes(layout.bits)) {
    throw new Error(`it has ${layout.bits} bits a pixel in compression ${compression}; expected 8, 24 or 32 bits, uncompressed`);
  }
  if (compression === bitFields) checkMasks(bytes);
  return layout;
}

/** Only the usual order blue, green, red, alpha is read. */
function checkMasks(bytes: Buffer): void {
  const masks = [54, 58, 62].map((at) => (at + 4 <= bytes.length ? bytes.readUInt32LE(at) : 0));
  if (masks[0] !== 0xff0000 || masks[1] !== 0xff00 || masks[2] !== 0xff) throw new Error('its colours are in an unusual order');
}
