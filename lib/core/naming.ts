/** @file Automatic names: `conv2d`, `conv2d_1`, ... as Keras gives them (keras/src/utils/naming.py). */

import { resetShuffle } from './random.js';

const counters = new Map<string, number>();

/** `MaxPooling2D` as `max_pooling2d`, `PReLU` as `p_re_lu`. */
export function toSnakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** The next free name for an object of class `className`. Names that users choose do not count. */
export function autoName(className: string): string {
  const base = toSnakeCase(className);
  const count = counters.get(base) ?? 0;
  counters.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}

/**
 * Starts the automatic names and the orders of shuffled epochs anew: the next convolution is called `conv2d`. Models that exist keep working.
 *
 * @example
 * clearSession();
 */
export function clearSession(): void {
  counters.clear();
  resetShuffle();
}
