/** @file Several images in a grid with captions. */

import { describeValue } from '../core/describe.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import type { ArrayLike } from '../data/arrays.js';
import { Figure } from './figure.js';
import { drawGrid, type GridStyle } from './grid.js';
import { imageSources } from './image_source.js';
import { type ColorOptions, checkColors, colorOptionNames } from './pixels.js';

/** Where tiles stand. */
export interface GridOptions {
  /** Images in a row, at least 1; by default about as many as there are rows. */
  readonly columns?: number;
  /** The longest side of a tile in pixels, at least 8; default 128. Small images are enlarged by a whole number. */
  readonly cellSize?: number;
  readonly title?: string;
  /** Whether to draw a frame around each image; default true. */
  readonly border?: boolean;
}

export interface ImagesOptions extends ColorOptions, GridOptions {
  /** A text below each image; `\n` begins a new line. */
  readonly captions?: readonly string[];
  /** A text above each image. */
  readonly titles?: readonly string[];
  /** The colour of each caption, as CSS writes it: `green` where a prediction is right, `red` where it is wrong. */
  readonly captionColors?: readonly string[];
}

export const gridOptionNames = ['columns', 'cellSize', 'title', 'border'] as const;

/** The layout options with their defaults. @throws ValueError for values out of range. */
export function gridStyle(where: string, count: number, options: GridOptions): GridStyle {
  const { columns = Math.ceil(Math.sqrt(count)), cellSize = 128, border = true, title } = options;
  if (!Number.isInteger(columns) || columns < 1)
    throw new ValueError(`${where}: columns is ${columns}; expected an integer of at least 1`);
  if (!(cellSize >= 8 && Number.isFinite(cellSize)))
    throw new ValueError(`${where}: cellSize is ${cellSize}; expected at least 8`);
  return { columns, cellSize, border, title, note: undefined };
}

/** One text for each image. @throws ShapeError when there are more or fewer. */
function checkTexts(where: string, name: string, texts: readonly string[] | undefined, count: number): void {
  if (texts === undefined) return;
  if (!Array.isArray(texts))
    throw new ValueError(`${where}: ${name}: received ${describeValue(texts)}; expected a list of texts`);
  if (texts.length !== count)
    throw new ShapeError(`${where}: ${name} has ${texts.length} entries; expected one for each of ${count} images`);
  const wrong = texts.find((entry) => typeof entry !== 'string');
  if (wrong !== undefined) throw new ValueError(`${where}: ${name}: received ${describeValue(wrong)}; expected texts`);
}

const linesOf = (entry: string | undefined): string[] => (entry === undefined ? [] : entry.split('\n'));

/**
 * Images in a grid, with text above and below. Colours are those of `plot.image`, each image by its own smallest and largest value unless
 * `min` and `max` are given. Text that is too wide is made smaller, down to 9 pixels, then cut.
 *
 * @param arrays - a list of images (their sizes may differ), or one array `[images, height, width]` or `[images, height, width, channels]`
 * @throws DataError for no images, ShapeError for other shapes or numbers of texts, ValueError for unknown options.
 * @example
 * const captions = predicted.map((label, i) => `${names[label]} (${names[labels[i]]})`);
 * const captionColors = predicted.map((label, i) => (label === labels[i] ? 'green' : 'red'));
 * await plot.images(photos, { columns: 5, captions, captionColors }).save('predictions.png');
 */
export function images(arrays: ArrayLike | readonly ArrayLike[], options: ImagesOptions = {}): Figure {
  const where = 'plot.images';
  checkOptions(where, options, [...colorOptionNames, ...gridOptionNames, 'captions', 'titles', 'captionColors']);
  const sources = imageSources(where, arrays);
  checkColors(where, options, sources);
  const { captions, titles, captionColors } = options;
  for (const [name, texts] of Object.entries({ captions, titles, captionColors })) checkTexts(where, name, texts, sources.length);
  if (captionColors !== undefined && captions === undefined) {
    throw new ValueError(`${where}: captionColors without captions; expected captions to colour`);
  }
  const tiles = sources.map((image, i) => ({
    image,
    colors: options,
    title: linesOf(titles?.[i]),
    caption: linesOf(captions?.[i]),
    captionColor: captionColors?.[i],
  }));
  return new Figure('images', drawGrid(where, tiles, gridStyle(where, tiles.length, options)));
}
