/** @file A confusion matrix as a coloured table. */

import { describeValue } from '../core/describe.js';
import type { TypedArray } from '../core/dtype.js';
import { DataError, ShapeError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import type { ArrayLike } from '../data/arrays.js';
import { Figure } from './figure.js';
import { sourceOf } from './image_source.js';
import { type Drawing, frameAround, px, textAt } from './svg.js';
import { fitText, textWidth } from './text.js';

export interface ConfusionMatrixOptions {
  /** A name for each class; by default its number. */
  readonly classNames?: readonly string[];
  /** Whether to divide each row by its sum, so that it says how the samples of a true class were predicted; default false: counts. */
  readonly normalize?: boolean;
  readonly title?: string;
}

const size = { label: 13, axis: 14, title: 16, cell: 12 } as const;
const margin = 12;
const longestName = 140;

/**
 * A confusion matrix: a row for each true class, a column for each predicted one. Darker cells hold a larger share of their row.
 *
 * @param counts - `[classes, classes]`: entry `[i, j]` is how many samples of class `i` were predicted as `j`; not negative
 * @throws ShapeError when it is not square or there are more or fewer names, DataError for negative or infinite counts.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.ConfusionMatrixDisplay.html
 * @example
 * await plot.confusionMatrix([[48, 2], [5, 45]], { classNames: ['cat', 'dog'] }).save('confusion.png');
 */
export function confusionMatrix(counts: ArrayLike, options: ConfusionMatrixOptions = {}): Figure {
  const where = 'plot.confusionMatrix';
  checkOptions(where, options, ['classNames', 'normalize', 'title']);
  const { shape, data } = sourceOf(where, counts);
  const [classes = 0] = shape;
  if (shape.length !== 2 || classes === 0 || shape[1] !== classes) {
    throw new ShapeError(`${where}: received the shape ${formatShape(shape)}; expected [classes, classes]`);
  }
  const names = options.classNames ?? Array.from({ length: classes }, (_, i) => String(i));
  if (!Array.isArray(names) || names.some((name) => typeof name !== 'string')) {
    throw new ValueError(`${where}: classNames: received ${describeValue(names)}; expected a list of texts`);
  }
  if (names.length !== classes) {
    throw new ShapeError(`${where}: classNames has ${names.length} entries; expected one for each of ${classes} classes`);
  }
  if (!(data instanceof Promise)) checkCounts(where, data);
  return new Figure('confusion-matrix', draw(where, data, names, options));
}

function checkCounts(where: string, counts: Iterable<number>): void {
  for (const count of counts) {
    if (!(count >= 0 && Number.isFinite(count)))
      throw new DataError(`${where}: received a count of ${count}; expected numbers of at least 0`);
  }
}

async function draw(
  where: string,
  data: TypedArray | Promise<TypedArray>,
  names: readonly string[],
  { normalize = false, title }: ConfusionMatrixOptions,
): Promise<Drawing> {
  const values = Array.from(await data);
  checkCounts(where, values);
  const classes = names.length;
  const rows = names.map((_, i) => values.slice(i * classes, (i + 1) * classes));
  const cells = rows
    .map(toCells)
    .map((row) => row.map(({ count, share }) => ({ share, text: cellText(count, share, normalize) })));
  const labels = names.map((name) => fitText(name, size.label, longestName));
  const layout = layOut(
    labels,
    cells.flatMap((row) => row.map(({ text }) => text)),
    title,
  );
  const parts = cells.flatMap((row, i) => row.map(({ share, text }, j) => cellAt(layout, i, j, share, text)));
  parts.push(
    frameAround(layout.left, layout.top, layout.side, layout.side),
    ...rowLabels(labels, layout),
    ...columnLabels(labels, layout),
  );
  if (title !== undefined) {
    const shown = fitText(title, size.title, layout.width - 2 * margin);
    parts.push(textAt(layout.width / 2, margin + size.title - 3, shown, { size: size.title }));
  }
  return { width: layout.width, height: layout.height, body: parts.join('') };
}

/** Counts with their share of the row; of an empty row every share is 0. */
function toCells(row: readonly number[]): { count: number; share: number }[] {
  const sum = row.reduce((a, b) => a + b, 0);
  return row.map((count) => ({ count, share: sum === 0 ? 0 : count / sum }));
}

const cellText = (count: number, share: number, normalize: boolean): string =>
  normalize ? share.toFixed(2) : count.toLocaleString('en-US', { maximumFractionDigits: 2 });

interface Layout {
  readonly left: number;
  readonly top: number;
  /** Sides of a cell and of the whole table. */
  readonly cell: number;
  readonly side: number;
  readonly width: number;
  readonly height: number;
  /** Whether the names below the columns are too wide to lie. */
  readonly slanted: boolean;
}

/** Names that do not fit below their column hang at 45 degrees. */
function layOut(labels: readonly string[], texts: readonly string[], title: string | undefined): Layout {
  const widest = Math.max(...labels.map((label) => textWidth(label, size.label)));
  const cell = Math.max(34, 200 / labels.length, ...texts.map((text) => textWidth(text, size.cell) + 12));
  const slanted = widest > cell - 4;
  const side = cell * labels.length;
  const left = margin + size.axis + 10 + widest + 8;
  const top = margin + (title === undefined ? 0 : size.title + 10);
  const below = slanted ? widest * Math.SQRT1_2 + 16 : size.label + 8;
  return { left, top, cell, side, slanted, width: left + side + margin, height: top + side + below + size.axis + 8 + margin };
}

const dark = [8, 48, 107] as const;
const light = [247, 251, 255] as const;

function cellAt({ left, top, cell }: Layout, row: number, column: number, share: number, text: string): string {
  const [x, y] = [left + column * cell, top + row * cell];
  const color = light.map((low, i) => Math.round(low + ((dark[i] as number) - low) * share));
  const middle = { x: x + cell / 2, y: y + cell / 2 + size.cell * 0.36 };
  return (
    `<rect x="${px(x)}" y="${px(y)}" width="${px(cell)}" height="${px(cell)}" fill="rgb(${color})"/>` +
    textAt(middle.x, middle.y, text, { size: size.cell, color: share > 0.5 ? '#fff' : '#222' })
  );
}

function rowLabels(labels: readonly string[], { left, top, cell, side }: Layout): string[] {
  const texts = labels.map((label, i) =>
    textAt(left - 8, top + (i + 0.5) * cell + size.label * 0.36, label, { size: size.label, anchor: 'end' }),
  );
  const [x, y] = [margin + size.axis - 3, top + side / 2];
  return [...texts, `<g transform="rotate(-90 ${px(x)} ${px(y)})">${textAt(x, y, 'true class', { size: size.axis })}</g>`];
}

function columnLabels(labels: readonly string[], { left, top, cell, side, slanted, height }: Layout): string[] {
  const bottom = top + side;
  const texts = labels.map((label, i) => {
    const [x, y] = [left + (i + 0.5) * cell, bottom + (slanted ? 14 : size.label + 4)];
    const text = textAt(x, y, label, { size: size.label, anchor: slanted ? 'end' : 'middle' });
    return slanted ? `<g transform="rotate(-45 ${px(x)} ${px(y)})">${text}</g>` : text;
  });
  return [...texts, textAt(left + side / 2, height - margin - 3, 'predicted class', { size: size.axis })];
}
