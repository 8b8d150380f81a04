/** @file Pictures read back: their pixels and their text. */

import sharp from 'sharp';
import type { Figure } from '../../lib/plot/index.js';

export type Color = readonly [red: number, green: number, blue: number];

export interface Picture {
  readonly width: number;
  readonly height: number;
  at(x: number, y: number): Color;
  /** Pixels of a rectangle that are darker than middle gray. */
  dark(x: number, y: number, width: number, height: number): number;
}

export async function decode(bytes: Uint8Array): Promise<Picture> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): Color => {
    const start = (Math.round(y) * info.width + Math.round(x)) * 3;
    return [...data.subarray(start, start + 3)] as unknown as Color;
  };
  const isDark = (color: Color): boolean => color[0] + color[1] + color[2] < 384;
  const dark = (x: number, y: number, width: number, height: number): number => {
    let count = 0;
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) if (isDark(at(column, row))) count++;
    }
    return count;
  };
  return { width: info.width, height: info.height, at, dark };
}

/** The figure as a PNG with one pixel for each unit. */
export const drawn = async (figure: Figure): Promise<Picture> => decode(await figure.toPNG({ scale: 1 }));

/** All text of a figure, in order. */
export async function texts(figure: Figure): Promise<string[]> {
  return [...(await figure.toSVG()).matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1] as string);
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a figure's images lie. */
export async function imageBoxes(figure: Figure): Promise<Box[]> {
  return [...(await figure.toSVG()).matchAll(/<image x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"/g)].map((match) => {
    const [x, y, width, height] = match.slice(1).map(Number) as [number, number, number, number];
    return { x, y, width, height };
  });
}
