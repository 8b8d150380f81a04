/** @file Figures side by side. */

import { describeValue } from '../core/describe.js';
import { DataError, ShapeError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { Figure } from './figure.js';
import { type Drawing, placed } from './svg.js';

export interface PanelsOptions {
  /** Figures in a row, at least 1; by default all. */
  readonly columns?: number;
  /** Widths of the columns as parts of each other: `[2, 1]`; the sum of widths stays. By default figures keep their size. */
  readonly widths?: readonly number[];
}

/**
 * Several figures as one, in rows from left to right, each in the middle of its cell.
 *
 * @throws DataError for no figures, ShapeError when `widths` has not one entry a column, ValueError for values out of range.
 * @example
 * const before = plot.image([[0, 1], [1, 0]], { title: 'Input' });
 * const after = plot.image([[1, 0], [0, 1]], { title: 'Output' });
 * await plot.panels([before, after], { widths: [2, 1] }).save('both.png');
 */
export function panels(figures: readonly Figure[], options: PanelsOptions = {}): Figure {
  const where = 'plot.panels';
  checkOptions(where, options, ['columns', 'widths']);
  if (!Array.isArray(figures)) throw new DataError(`${where}: received ${describeValue(figures)}; expected a list of figures`);
  if (figures.length === 0) throw new DataError(`${where}: there are no figures; expected at least 1`);
  const wrong = figures.find((figure) => !(figure instanceof Figure));
  if (wrong !== undefined)
    throw new DataError(`${where}: received ${describeValue(wrong)}; expected figures, as plot.image returns them`);
  const { columns = figures.length, widths } = options;
  if (!Number.isInteger(columns) || columns < 1)
    throw new ValueError(`${where}: columns is ${columns}; expected an integer of at least 1`);
  checkWidths(where, widths, Math.min(columns, figures.length));
  return new Figure('panels', draw(figures, Math.min(columns, figures.length), widths));
}

function checkWidths(where: string, widths: readonly number[] | undefined, columns: number): void {
  if (widths === undefined) return;
  if (!Array.isArray(widths) || widths.some((width) => !(width > 0 && Number.isFinite(width)))) {
    throw new ValueError(`${where}: widths: received ${describeValue(widths)}; expected numbers above 0`);
  }
  if (widths.length !== columns) {
    throw new ShapeError(`${where}: widths has ${widths.length} entries; expected one for each of ${columns} columns`);
  }
}

async function draw(figures: readonly Figure[], columns: number, widths: readonly number[] | undefined): Promise<Drawing> {
  const own = await Promise.all(figures.map(({ drawing }) => drawing));
  const drawings = own.map(separateNames).map((drawing, i) => resized(drawing, i % columns, own, columns, widths));
  const columnWidths = Array.from({ length: columns }, (_, column) => largest(drawings, 'width', (i) => i % columns === column));
  const rows = Math.ceil(drawings.length / columns);
  const rowHeights = Array.from({ length: rows }, (_, row) =>
    largest(drawings, 'height', (i) => Math.floor(i / columns) === row),
  );
  const parts = drawings.map((drawing, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const x = sum(columnWidths.slice(0, column)) + ((columnWidths[column] as number) - drawing.width) / 2;
    const y = sum(rowHeights.slice(0, row)) + ((rowHeights[row] as number) - drawing.height) / 2;
    return placed(drawing, x, y);
  });
  return { width: sum(columnWidths), height: sum(rowHeights), body: parts.join('') };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const largest = (drawings: readonly Drawing[], side: 'width' | 'height', chosen: (index: number) => boolean): number =>
  Math.max(...drawings.filter((_, i) => chosen(i)).map((drawing) => drawing[side]));

/** The drawing as wide as its column is to be. */
function resized(
  drawing: Drawing,
  column: number,
  all: readonly Drawing[],
  columns: number,
  widths: readonly number[] | undefined,
): Drawing {
  if (widths === undefined) return drawing;
  const total = sum(Array.from({ length: columns }, (_, i) => largest(all, 'width', (index) => index % columns === i)));
  const factor = (total * (widths[column] as number)) / sum(widths) / drawing.width;
  const viewBox = drawing.viewBox ?? `0 0 ${drawing.width} ${drawing.height}`;
  return { ...drawing, viewBox, width: drawing.width * factor, height: drawing.height * factor };
}

/** Two charts use the same names for their gradients and clips: each panel gets its own. */
function separateNames(drawing: Drawing, index: number): Drawing {
  const body = drawing.body
    .replace(/\sid="([^"]*)"/g, ` id="p${index}-$1"`)
    .replace(/url\(#([^)]*)\)/g, `url(#p${index}-$1)`)
    .replace(/href="#([^"]*)"/g, `href="#p${index}-$1"`);
  return { ...drawing, body };
}
