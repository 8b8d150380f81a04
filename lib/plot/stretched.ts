/** @file Grids of filters and feature maps: every tile by its own range, which its caption states. */

import type { TypedArray } from '../core/dtype.js';
import type { Colormap } from './colormaps.js';
import { drawGrid, type GridStyle, type GridTile } from './grid.js';
import type { ImageSource, Source } from './image_source.js';
import type { GridOptions } from './images.js';
import { finiteRange } from './pixels.js';
import type { Drawing } from './svg.js';
import { formatNumber } from './ticks.js';

export interface StretchedOptions extends GridOptions {
  /** Default `gray`. */
  readonly colormap?: Colormap;
}

/** From here on captions fit: of two digits, of three. */
const captionCell = 64;
const wideCell = 96;

/** Stands below every such grid. */
export const stretchNote = 'each tile from its own minimum to its own maximum';

/** The last axis of `[height, width, channels]` as images. */
export function channelImages({ shape, dtype, data }: Source): ImageSource[] {
  const [height, width, channels] = shape as [number, number, number];
  const pick = (all: TypedArray, channel: number): TypedArray =>
    Float64Array.from({ length: height * width }, (_, i) => all[i * channels + channel] as number);
  return Array.from({ length: channels }, (_, channel) => ({
    height,
    width,
    channels: 1,
    dtype,
    data: Promise.resolve(data).then((all) => pick(all, channel)),
  }));
}

const rangeText = ([min, max]: readonly [number, number], digits: number): string =>
  `${formatNumber(min, digits)} to ${formatNumber(max, digits)}`;

/**
 * A grid of images titled `name 0`, `name 1`, each with its range below. Where tiles are too small for that, they have their numbers only,
 * and the line below gives the range of all.
 */
export async function drawStretched(
  where: string,
  name: string,
  images: readonly ImageSource[],
  style: GridStyle,
  colormap: Colormap,
): Promise<Drawing> {
  const ranges = await Promise.all(images.map(async (image) => finiteRange(await image.data)));
  const digits = style.cellSize < wideCell ? 2 : 3;
  const small = style.cellSize < captionCell;
  const tiles = images.map((image, i): GridTile => {
    const range = ranges[i];
    const [min, max] = range ?? [0, 0];
    const colors = image.channels === 1 ? { colormap, min, max } : { min, max };
    const caption = range === undefined ? 'not finite' : rangeText(range, digits);
    return {
      image,
      colors,
      title: [small ? String(i) : `${name} ${i}`],
      caption: small ? [] : [caption],
      captionColor: undefined,
    };
  });
  const all = finiteRange(ranges.flatMap((range) => range ?? []));
  const note = small && all !== undefined ? `${style.note}, all within ${rangeText(all, 3)}` : style.note;
  return drawGrid(where, tiles, { ...style, note });
}
