/** @file The table of kernels, in the manner of torch.profiler. */

import { ValueError } from '../core/errors.js';
import { checkOptions, unknownName } from '../core/options.js';
import type { KernelAverage } from './averages.js';

export type SortKey = 'total' | 'mean' | 'calls' | 'flops' | 'bytes';

export interface TableOptions {
  /** What the rows are sorted by, largest first; `total` by default. */
  readonly sortBy?: SortKey;
  /** Rows at most; 20 by default. The rest is added up in one row. */
  readonly rowLimit?: number;
}

export const sortKeys: readonly SortKey[] = ['total', 'mean', 'calls', 'flops', 'bytes'];
export const usualRowLimit = 20;

const milliseconds = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(4);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const units: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];
/** Three digits and a unit. */
function amount(value: number): string {
  if (value === 0) return '-';
  const [size, unit] = units.find(([least]) => value >= least) ?? [1, ''];
  return `${Number((value / size).toPrecision(3))} ${unit}`.trim();
}
const rate = (value: number): string => (value === 0 ? '-' : value.toFixed(1));

interface Column {
  readonly title: string;
  readonly cell: (row: KernelAverage) => string;
  /** In the row that adds up the rest. */
  readonly sum?: (rows: readonly KernelAverage[]) => string;
  readonly left?: boolean;
}

type Amount = 'calls' | 'total' | 'share' | 'flops' | 'bytes';

const sumOf = (rows: readonly KernelAverage[], key: Amount): number => rows.reduce((sum, row) => sum + row[key], 0);

/** A column whose values can be added up. */
const added = (title: string, key: Amount, text: (value: number) => string): Column => ({
  title,
  cell: (row) => text(row[key]),
  sum: (rows) => text(sumOf(rows, key)),
});

const columns: readonly Column[] = [
  { title: 'Kernel', cell: ({ name }) => name || '(all)', sum: (rows) => `${rows.length} more`, left: true },
  { title: 'Layer', cell: ({ layer }) => layer || '-', left: true },
  { title: 'Phase', cell: ({ phase }) => phase || '-', left: true },
  added('Calls', 'calls', String),
  added('Total ms', 'total', milliseconds),
  added('Share', 'share', percent),
  { title: 'Mean ms', cell: ({ mean }) => milliseconds(mean) },
  added('FLOP', 'flops', amount),
  added('Bytes', 'bytes', amount),
  { title: 'GFLOP/s', cell: ({ gflops }) => rate(gflops) },
  { title: 'GB/s', cell: ({ gbytes }) => rate(gbytes) },
  { title: 'Bound', cell: ({ bound }) => bound },
  { title: 'Of roof', cell: ({ ofRoof }) => percent(ofRoof) },
];
const widest = 44;

/**
 * Rows of text, a head, and the sum.
 *
 * @throws ValueError for an unknown `sortBy`, or a `rowLimit` that is no positive integer.
 */
export function kernelTable(rows: readonly KernelAverage[], options: TableOptions): string {
  checkOptions('table', options, ['sortBy', 'rowLimit']);
  const { sortBy = 'total', rowLimit = usualRowLimit } = options;
  if (!sortKeys.includes(sortBy)) throw unknownName('table', 'sortBy', sortBy, sortKeys);
  if (!Number.isInteger(rowLimit) || rowLimit < 1)
    throw new ValueError(`table: rowLimit is ${String(rowLimit)}; expected an integer of at least 1`);
  const sorted = [...rows].sort((a, b) => b[sortBy] - a[sortBy]);
  const lines = sorted.slice(0, rowLimit).map((row) => columns.map(({ cell }) => cell(row)));
  const rest = sorted.slice(rowLimit);
  if (rest.length > 0) lines.push(columns.map(({ sum }) => sum?.(rest) ?? ''));
  return [...drawn([columns.map(({ title }) => title), ...lines]), `All kernels: ${milliseconds(sumOf(rows, 'total'))} ms`].join(
    '\n',
  );
}

function drawn(rows: readonly (readonly string[])[]): string[] {
  const cut = rows.map((row) => row.map((cell) => (cell.length > widest ? `${cell.slice(0, widest - 1)}…` : cell)));
  const widths = columns.map((_, column) => Math.max(...cut.map((row) => (row[column] as string).length)));
  const lines = cut.map((row) =>
    row
      .map((cell, column) =>
        columns[column]?.left === true ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number),
      )
      .join('  ')
      .trimEnd(),
  );
  return [lines[0] as string, widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)];
}
