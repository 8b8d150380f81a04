/** @file Automatic names: `conv2d`, `conv2d_1`, ... as Keras gives them (keras/src/utils/naming.py), in the scheme of one of its versions. */

import { checkChoice } from './options.js';
import { resetShuffle } from './random.js';

/** See {@link setNamingScheme}. */
export type NamingScheme = 'keras3' | 'tfKeras2' | 'keras2';

let scheme: NamingScheme = 'keras3';

const counters = new Map<string, number>();

/** What Keras 2 called objects of classes whose names are others today. */
const oldNames: Readonly<Record<string, string>> = { InputLayer: 'input', Functional: 'model' };

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
  const base = (scheme === 'keras3' ? undefined : oldNames[className]) ?? toSnakeCase(className);
  const count = counters.get(base) ?? 0;
  counters.set(base, count + 1);
  const startsAtOne = scheme === 'keras2' || (scheme === 'tfKeras2' && base === 'input');
  const number = startsAtOne ? count + 1 : count;
  return number === 0 ? base : `${base}_${number}`;
}

/** The name of the input that a sequential model makes for its first layer; undefined where it is numbered like any other. */
export const implicitInputName = (firstLayer: string): string | undefined =>
  scheme === 'keras3' ? undefined : `${firstLayer}_input`;

/** The scheme of the names given now. */
export const namingScheme = (): NamingScheme => scheme;

/**
 * Names layers and models made from now on as a version of Keras does; names that exist stay. `clearSession()` starts the numbers anew.
 *
 * | scheme | layers | inputs | models |
 * |---|---|---|---|
 * | `keras3` (default) | `conv2d`, `conv2d_1` | `input_layer`, `input_layer_1` | `functional`, `sequential` |
 * | `tfKeras2`: tf.keras 2 | `conv2d`, `conv2d_1` | `input_1`, `input_2` | `model`, `sequential` |
 * | `keras2`: Keras 2 alone | `conv2d_1`, `conv2d_2` | `input_1`, `input_2` | `model_1`, `sequential_1` |
 *
 * @throws ValueError for another name.
 * @example
 * setNamingScheme('keras2');
 */
export function setNamingScheme(name: NamingScheme): void {
  scheme = checkChoice('setNamingScheme', 'scheme', name, ['keras3', 'tfKeras2', 'keras2']);
}

/**
 * Starts the automatic names and the orders of shuffled epochs anew: the next convolution is called `conv2d`. Models that exist keep
 * working; settings (`setFloatx`, `setNamingScheme`) stay.
 *
 * @example
 * clearSession();
 */
export function clearSession(): void {
  counters.clear();
  resetShuffle();
}
