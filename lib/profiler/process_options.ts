/** @file What is profiled of a whole process, and how it is printed: options of `laminet profile` and of `LAMINET_PROFILE_OPTIONS`. */

import { parseInteger, parseOptions } from '../core/arguments.js';
import { checkChoice } from '../core/options.js';
import { type GroupBy, groupings } from './averages.js';
import { type SortKey, sortKeys, usualRowLimit } from './table.js';

export interface ProcessOptions {
  /** Steps of training that are left out at the start. */
  readonly warmup: number;
  /** Steps of training after these; infinity for all. */
  readonly steps: number;
  readonly sortBy: SortKey;
  readonly rowLimit: number;
  readonly groupBy: GroupBy;
}

export const processOptions = {
  warmup: { type: 'string' },
  steps: { type: 'string' },
  'sort-by': { type: 'string' },
  rows: { type: 'string' },
  'group-by': { type: 'string' },
} as const;

/** As a command line has them, each with a value. */
export type OptionTexts = { readonly [name in keyof typeof processOptions]?: string | undefined };

/** @throws ValueError for a value that is none of those possible. */
export function processOptionsOf(where: string, texts: OptionTexts): ProcessOptions {
  const {
    warmup = '0',
    steps,
    'sort-by': sortBy = 'total',
    rows = String(usualRowLimit),
    'group-by': groupBy = 'kernel',
  } = texts;
  return {
    warmup: parseInteger(where, '--warmup', warmup, 0),
    steps: steps === undefined ? Number.POSITIVE_INFINITY : parseInteger(where, '--steps', steps, 1),
    sortBy: checkChoice(where, '--sort-by', sortBy, sortKeys),
    rowLimit: parseInteger(where, '--rows', rows, 1),
    groupBy: checkChoice(where, '--group-by', groupBy, groupings),
  };
}

/** Options in one string, separated by spaces. @throws ValueError when something is wrong with them. */
export const parseProcessOptions = (where: string, text: string): ProcessOptions =>
  processOptionsOf(
    where,
    parseOptions(
      where,
      text.split(/\s+/).filter((word) => word !== ''),
      processOptions,
    ),
  );

/** The string that `parseProcessOptions` reads. */
export const printProcessOptions = (texts: OptionTexts): string =>
  Object.keys(processOptions)
    .flatMap((name) => {
      const text = texts[name as keyof OptionTexts];
      return text === undefined ? [] : [`--${name}=${text}`];
    })
    .join(' ');
