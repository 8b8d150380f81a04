/** @file Command-line options, with errors that name the nearest known option. */

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ValueError } from './errors.js';
import { unknownName } from './options.js';

export type ArgumentOptions = NonNullable<ParseArgsConfig['options']>;

/**
 * The values of `args`, which hold options only.
 *
 * @param where - the command, for errors
 * @throws ValueError for an unknown option, a value that is missing or too many, and for anything that is no option.
 */
export function parseOptions<T extends ArgumentOptions>(
  where: string,
  args: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<{ options: T; strict: true }>>['values'] {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') throw new ValueError(`${where}: received '${token.value}'; expected only options`);
    if (token.kind === 'option' && options[token.name] === undefined)
      throw unknownName(
        where,
        'option',
        token.rawName,
        Object.keys(options).map((name) => `--${name}`),
      );
  }
  try {
    return parseArgs({ args: [...args], options, strict: true }).values as never;
  } catch (error) {
    throw new ValueError(`${where}: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** An integer of at least `least`, given as text. */
export function parseInteger(where: string, name: string, text: string, least: number): number {
  if (!/^\d+$/.test(text) || Number(text) < least)
    throw new ValueError(`${where}: ${name} is '${text}'; expected an integer of at least ${least}`);
  return Number(text);
}
