/** @file The frame header of a JPEG file: how large the picture is, and how it is coded (ITU-T T.81, B.2). */

export interface JpegFrame {
  readonly pixels: number;
  /** Coded as nearly all files are: baseline or progressive, gray or colour, colour in full size, halved in width, or halved both ways. */
  readonly isOrdinary: boolean;
}

/** Markers that begin a frame: 0xc0 to 0xcf without the tables 0xc4 and 0xcc, and the reserved 0xc8. */
const beginsFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Sampling factors, horizontal and vertical in four bits each, of brightness where those of colour are 1 and 1. */
const ordinarySampling = [0x11, 0x21, 0x22];

/** The first frame of a file; undefined where none is found. */
export function readJpegFrame(bytes: Buffer): JpegFrame | undefined {
  for (let at = 2; at + 10 <= bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1] as number;
    if (beginsFrame(marker)) return frameAt(bytes, at, marker);
  }
  return undefined;
}

/** Its marker, length (2 bytes), bits, height (2), width (2), number of components; then 3 bytes a component, the second its sampling. */
function frameAt(bytes: Buffer, at: number, marker: number): JpegFrame {
  const [height, width] = [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)];
  const count = bytes[at + 9] as number;
  const [first, ...others] = Array.from({ length: count }, (_, i) => bytes[at + 11 + 3 * i]);
  const isSampled =
    count === 1 || (count === 3 && ordinarySampling.includes(first ?? 0) && others.every((each) => each === 0x11));
  const isOrdinary = marker <= 0xc2 && bytes[at + 4] === 8 && height > 0 && isSampled;
  return { pixels: height * width, isOrdinary };
}
