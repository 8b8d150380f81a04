/** @file Images in rows and columns with text above and below each. */

import type { ImageSource } from './image_source.js';
import { type ColorOptions, toPixels } from './pixels.js';
import { imageElement } from './raster.js';
import { type Drawing, frameAround, textAt } from './svg.js';
import { fitSize, fitText, textWidth } from './text.js';

export interface GridTile {
  readonly image: ImageSource;
  readonly colors: ColorOptions;
  /** Lines above the image. */
  readonly title: readonly string[];
  /** Lines below it. */
  readonly caption: readonly string[];
  readonly captionColor: string | undefined;
}

export interface GridStyle {
  readonly columns: number;
  /** Longest side of a tile. */
  readonly cellSize: number;
  readonly border: boolean;
  readonly title: string | undefined;
  /** A line below all. */
  readonly note: string | undefined;
}

const margin = 12;
const gap = 12;
const text = { title: 16, label: 13, least: 9, note: 12 } as const;
const lineHeight = 1.25;

/** The size that an image is drawn in: whole multiples of its pixels while they fit, else as large as fits. */
function tileSize({ width, height }: ImageSource, cellSize: number): { width: number; height: number } {
  const ratio = cellSize / Math.max(width, height);
  const scale = ratio >= 1 ? Math.floor(ratio) : ratio;
  return { width: width * scale, height: height * scale };
}

const most = (numbers: readonly number[]): number => Math.max(0, ...numbers);

/** The grid as a drawing. All columns are as wide as the widest tile, all rows as high as the highest. */
export async function drawGrid(where: string, tiles: readonly GridTile[], style: GridStyle): Promise<Drawing> {
  const sizes = tiles.map(({ image }) => tileSize(image, style.cellSize));
  const cell = { width: most(sizes.map(({ width }) => width)), height: most(sizes.map(({ height }) => height)) };
  const room = cell.width + gap - 4;
  const lines = tiles.flatMap(({ title, caption }) => [...title, ...caption]);
  const size = fitSize(lines, text.label, text.least, room);
  const line = size * lineHeight;
  const titleLines = most(tiles.map(({ title }) => title.length));
  const above = titleLines * line + (titleLines > 0 ? 3 : 0);
  const below = most(tiles.map(({ caption }) => caption.length)) * line;
  const columns = Math.min(style.columns, tiles.length);
  const rowHeight = above + cell.height + below + gap + (above + below > 0 ? 4 : 0);
  const top = margin + (style.title === undefined ? 0 : text.title + 10);
  const width = Math.max(2 * margin + columns * (cell.width + gap) - gap, noteWidth(style.note));
  const left = (width - columns * (cell.width + gap) + gap) / 2;
  const drawn = tiles.map(async (tile, i) => {
    const { width: w, height: h } = sizes[i] as { width: number; height: number };
    const x = left + (i % columns) * (cell.width + gap);
    const y = top + Math.floor(i / columns) * rowHeight;
    const place = { x: x + (cell.width - w) / 2, y: y + above + (cell.height - h) / 2, width: w, height: h };
    const parts = [await imageElement(where, await toPixels(tile.image, tile.colors), place)];
    if (style.border) parts.push(frameAround(place.x, place.y, w, h));
    const write = (content: readonly string[], from: number, color?: string): void => {
      for (const [n, entry] of content.entries()) {
        const shown = fitText(entry, size, room);
        parts.push(textAt(x + cell.width / 2, from + (n + 0.8) * line, shown, color === undefined ? { size } : { size, color }));
      }
    };
    write(tile.title, y);
    write(tile.caption, y + above + cell.height + 4, tile.captionColor);
    return parts.join('');
  });
  const parts = await Promise.all(drawn);
  let height = top + Math.ceil(tiles.length / columns) * rowHeight - gap + margin;
  if (style.title !== undefined) {
    parts.unshift(textAt(width / 2, margin + text.title - 3, fitText(style.title, text.title, width - 8), { size: text.title }));
  }
  if (style.note !== undefined) {
    parts.push(textAt(width / 2, height + 4, style.note, { size: text.note, color: '#555' }));
    height += text.note + 4;
  }
  return { width, height, body: parts.join('') };
}

const noteWidth = (note: string | undefined): number => (note === undefined ? 0 : textWidth(note, text.note) + 2 * margin);
