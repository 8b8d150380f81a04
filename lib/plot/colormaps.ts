/** @file Colour maps: a number of an image to a colour, as matplotlib does it. */

import { findByName } from '../core/options.js';
import { inferno, magma, plasma, viridis } from './colormap_tables.js';

const size = 256;

/** Colours from a list of two or more that are evenly spaced, with straight lines between. */
function ramp(...stops: readonly (readonly [number, number, number])[]): Uint8Array {
  return Uint8Array.from({ length: size * 3 }, (_, i) => {
    const place = (Math.floor(i / 3) / (size - 1)) * (stops.length - 1);
    const below = Math.min(Math.floor(place), stops.length - 2);
    const [low, high] = [stops[below]?.[i % 3] as number, stops[below + 1]?.[i % 3] as number];
    return Math.round(low + (high - low) * (place - below));
  });
}

const table = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'));

const maps = {
  gray: () => ramp([0, 0, 0], [255, 255, 255]),
  binary: () => ramp([255, 255, 255], [0, 0, 0]),
  viridis: () => table(viridis),
  magma: () => table(magma),
  inferno: () => table(inferno),
  plasma: () => table(plasma),
  bwr: () => ramp([0, 0, 255], [255, 255, 255], [255, 0, 0]),
};

/** `gray` is black to white, `binary` white to black, `bwr` blue over white to red; the others are matplotlib's, `viridis` is its default. */
export type Colormap = keyof typeof maps;

/** 256 colours, three bytes each. @throws ValueError for an unknown name. */
export const colorTable = (where: string, name: string): Uint8Array => findByName(where, 'colormap', name, maps)();

/**
 * The place of a value in the table (matplotlib's Normalize and Colormap): `min` is the first colour, `max` the last, values outside
 * are clipped; everything is the first colour when the two are equal.
 */
export function colorIndex(value: number, min: number, max: number): number {
  if (max === min) return 0;
  return Math.max(0, Math.min(size - 1, Math.floor(((value - min) / (max - min)) * size)));
}
