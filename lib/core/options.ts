/** @file Option objects and names given as strings: an unknown one is an error that names the nearest known one. */

import { describeValue } from './describe.js';
import { ValueError } from './errors.js';

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    previous = current;
  }
  return previous[b.length] as number;
}

const plain = (name: string): string => name.toLowerCase().replace(/[_\s-]/g, '');

/** The known name that `name` was probably meant to be, or undefined when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(plain(name), plain(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

const hint = (name: string, known: readonly string[]): string => {
  const nearest = nearestName(name, known);
  return nearest === undefined ? `expected one of ${known.join(', ')}` : `did you mean '${nearest}'?`;
};

/**
 * Every key of `options` must be one of `known`.
 *
 * @throws ValueError `fit: unknown option 'batchsize'; did you mean 'batchSize'?`
 */
export function checkOptions(where: string, options: object | undefined, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options) || ArrayBuffer.isView(options)) {
    throw new ValueError(`${where}: received ${describeValue(options)}; expected an object of options { ${known.join(', ')} }`);
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new ValueError(`${where}: unknown option '${key}'; ${hint(key, known)}`);
  }
}

/** The error for a name that is not known: `compile: unknown loss 'mze'; did you mean 'mse'?` */
export function unknownName(where: string, kind: string, name: string, known: readonly string[]): ValueError {
  return new ValueError(`${where}: unknown ${kind} '${name}'; ${hint(name, known)}`);
}

/** One of a few strings, upper or lower case. @throws ValueError naming the nearest. */
export function checkChoice<T extends string>(where: string, kind: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice.toLowerCase() === String(value).toLowerCase());
  if (found === undefined) throw unknownName(where, kind, String(value), choices);
  return found;
}

/** The entry of `table` called `name`, written in camelCase or snake_case and in any case. @throws ValueError naming the nearest. */
export function findByName<T>(where: string, kind: string, name: string, table: Readonly<Record<string, T>>): T {
  const key = Object.keys(table).find((known) => plain(known) === plain(name));
  if (key === undefined) throw unknownName(where, kind, name, Object.keys(table));
  return table[key] as T;
}
