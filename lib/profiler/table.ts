/** @file The table of kernels, in the manner of torch.profiler. */

import { ValueError } from '../core/errors.js';
import { checkOptions, unknownName } from '../core/options.js';
import type { KernelAverage } from './averages.js';
import type { Peaks } from './peaks.js';

export type SortKey = 'total' | 'mean' | 'calls' | 'flops' | 'bytes';

export interface TableOptions {
  /** What the rows are sorted by, largest first; `total` by default. */
  readonly sortBy?: SortKey;
  /** Rows at most; 20 by default. The rest is added up in one row. */
  readonly rowLimit?: number;
}

const sortKeys: readonly SortKey[] = ['total', 'mean', 'calls', 'flops', 'bytes'];

/** Above this arithmetic intensity, in operations a byte, a kernel is bound by computing. */
export const ridge = ({ flops, bytes }: Peaks): number => flops / bytes;

/** What a kernel could reach: the roof above its arithmetic intensity, as a share of it that was reached. */
export function roofline(row: KernelAverage, peaks: Peaks): { bound: 'compute' | 'memory'; share: number } {
  const seconds = row.total * 1e-3;
  const bound = row.flops > ridge(peaks) * row.bytes ? 'compute' : 'memory';
  return { bound, share: bound === 'compute' ? row.flops / seconds / peaks.flops : row.bytes / seconds / peaks.bytes };
}

const milliseconds = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(4);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const perSecond = (amount: number, total: number): string => (amount === 0 ? '-' : (amount / total / 1e6).toFixed(1));

const titles = ['Kernel', 'Layer', 'Phase', 'Calls', 'Total ms', 'Share', 'Mean ms', 'GFLOP/s', 'GB/s', 'Bound', 'Of roof'];
const leftAligned = 3;
const widest = 44;

/**
 * Rows of text, a head, and the sum.
 *
 * @throws ValueError for an unknown `sortBy`, or a `rowLimit` that is no positive integer.
 */
export function kernelTable(rows: readonly KernelAverage[], peaks: Peaks, options: TableOptions): string {
  checkOptions('table', options, ['sortBy', 'rowLimit']);
  const { sortBy = 'total', rowLimit = 20 } = options;
  if (!sortKeys.includes(sortBy)) throw unknownName('table', 'sortBy', sortBy, sortKeys);
  if (!Number.isInteger(rowLimit) || rowLimit < 1)
    throw new ValueError(`table: rowLimit is ${String(rowLimit)}; expected an integer of at least 1`);
  const sorted = [...rows].sort((a, b) => b[sortBy] - a[sortBy]);
  const shown = sorted.slice(0, rowLimit).map((row) => cellsOf(row, peaks));
  const rest = sorted.slice(rowLimit);
  if (rest.length > 0) shown.push(restOf(rest));
  const total = rows.reduce((sum, row) => sum + row.total, 0);
  return [...drawn([titles, ...shown]), `All kernels: ${milliseconds(total)} ms`].join('\n');
}

function cellsOf(row: KernelAverage, peaks: Peaks): string[] {
  const { bound, share } = roofline(row, peaks);
  const seconds = row.total * 1e-3;
  return [
    row.name || '(all)',
    row.layer || '-',
    row.phase || '-',
    String(row.calls),
    milliseconds(row.total),
    percent(row.share),
    milliseconds(row.mean),
    perSecond(row.flops, seconds * 1e3),
    perSecond(row.bytes, seconds * 1e3),
    bound,
    percent(share),
  ];
}

function restOf(rows: readonly KernelAverage[]): string[] {
  const sum = (key: 'calls' | 'total' | 'share'): number => rows.reduce((total, row) => total + row[key], 0);
  return [
    `${rows.length} more`,
    '',
    '',
    String(sum('calls')),
    milliseconds(sum('total')),
    percent(sum('share')),
    '',
    '',
    '',
    '',
    '',
  ];
}

function drawn(rows: readonly (readonly string[])[]): string[] {
  const cut = rows.map((row) => row.map((cell) => (cell.length > widest ? `${cell.slice(0, widest - 1)}…` : cell)));
  const widths = titles.map((_, column) => Math.max(...cut.map((row) => (row[column] as string).length)));
  const lines = cut.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] as number;
        return column < leftAligned ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return [lines[0] as string, widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)];
}
