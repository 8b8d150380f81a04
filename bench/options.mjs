// What the benchmarks read from their command lines.
import { parseArgs } from 'node:util';

/** The batch of each model where none is named, and what is measured by default. */
const batches = { A: 128, B: 32, C: 32, D: 32 };
export const usualCases = 'A128,B32,B256,C32,D32';

/**
 * `A128,B` as models with their batch sizes.
 * @param {string} text
 * @returns {{ model: string, batch: number }[]}
 */
export function parseCases(text) {
  return text.split(',').map((word) => {
    const [, model, batch] = /^([ABCD])(\d*)$/.exec(word) ?? [];
    if (model === undefined)
      throw new Error(`--models: received '${word}'; expected models A to D with their batch size, as in ${usualCases}`);
    return { model, batch: batch === '' ? batches[model] : Number(batch) };
  });
}

/**
 * `1,2,4` as numbers.
 * @param {string} name of the option
 * @param {string} text
 * @returns {number[]}
 */
export function parseNumbers(name, text) {
  return text.split(',').map((word) => {
    const number = Number(word);
    if (word === '' || !(number > 0)) throw new Error(`--${name}: received '${text}'; expected positive numbers, as in 1,2`);
    return number;
  });
}

/** Options of the command line with the given defaults; a boolean default makes a flag. */
export function commandLine(defaults, { allowPositionals = false } = {}) {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [
      name,
      { type: typeof value === 'boolean' ? 'boolean' : 'string', ...(value !== undefined && { default: value }) },
    ]),
  );
  return parseArgs({ options, allowPositionals });
}
