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

/** Captions of three digits fit from here on. */
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

/** The tile of one image, stretched: `map 3`, and below `-0.12 to 0.34`. */
async function stretchedTile(title: string, image: ImageSource, colormap: Colormap, digits: number): Promise<GridTile> {
  const range = finiteRange(await image.data);
  const [min, max] = range ?? [0, 0];
  const caption = range === undefined ? 'not finite' : `${formatNumber(min, digits)} to ${formatNumber(max, digits)}`;
  const colors = image.channels === 1 ? { colormap, min, max } : { min, max };
  return { image, colors, title: [title], caption: [caption], captionColor: undefined };
}

/** A grid of images under these titles; each with its range below. */
export async function drawStretched(
  where: string,
  entries: readonly { readonly title: string; readonly image: ImageSource }[],
  style: GridStyle,
  colormap: Colormap,
): Promise<Drawing> {
  const digits = style.cellSize < wideCell ? 2 : 3;
  const tiles = await Promise.all(entries.map(({ title, image }) => stretchedTile(title, image, colormap, digits)));
  return drawGrid(where, tiles, style);
}
