/** @file A table of text with wrapped cells, drawn as the Python library rich draws the one of Keras's summary. */

export type Alignment = 'left' | 'right' | 'center';

export interface Column {
  readonly title: string;
  readonly alignment: Alignment;
  /** Cells, without the space on both sides. */
  readonly width: number;
}

/** The width that a space and a border beside each cell leave: what is over is taken from all columns alike (rich/_ratio.py). */
export function fitColumns(widths: readonly number[]): number[] {
  let excess = 3 * widths.length + 1;
  return widths.map((width, i) => {
    const share = roundHalfToEven(excess / (widths.length - i));
    excess -= share;
    return width - share;
  });
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** Lines of at most `width` characters, broken between words; a word that is too long ends in an ellipsis. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(/\s*\S+\s*/g) ?? []) {
    if (line !== '' && line.length + word.trimEnd().length > width) {
      lines.push(line);
      line = word;
    } else line += word;
  }
  lines.push(line);
  return lines.map((entry) => {
    const plain = entry.trimEnd();
    return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain;
  });
}

function align(text: string, { width, alignment }: Column): string {
  if (alignment === 'right') return text.padStart(width);
  if (alignment === 'left') return text.padEnd(width);
  return text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width);
}

/** A border line: `left` and `right` corners, `cross` between columns. */
const rule = (columns: readonly Column[], line: string, left: string, cross: string, right: string): string =>
  left + columns.map(({ width }) => line.repeat(width + 2)).join(cross) + right;

function row(columns: readonly Column[], cells: readonly string[], border: string): string[] {
  const wrapped = columns.map((column, i) => wrap(cells[i] ?? '', column.width));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const texts = columns.map((column, i) => ` ${align(wrapped[i]?.[line] ?? '', column)} `);
    return border + texts.join(border) + border;
  });
}

/** The lines of a table with a heavy head. */
export function drawTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const titles = columns.map(({ title }) => title);
  const lines = [rule(columns, '━', '┏', '┳', '┓'), ...row(columns, titles, '┃'), rule(columns, '━', '┡', '╇', '┩')];
  rows.forEach((cells, i) => {
    if (i > 0) lines.push(rule(columns, '─', '├', '┼', '┤'));
    lines.push(...row(columns, cells, '│'));
  });
  return [...lines, rule(columns, '─', '└', '┴', '┘')];
}
