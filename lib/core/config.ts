/** @file Settings of the whole process. */

import { ValueError } from './errors.js';

export type FloatX = 'float32' | 'float64';

let floatX: FloatX = 'float32';

/** The dtype of layers that are made without one: `float32` unless `setFloatx` chose otherwise. */
export const floatx = (): FloatX => floatX;

/**
 * The dtype of the layers made from now on; layers that exist keep theirs.
 *
 * @throws ValueError when `dtype` is not a floating type.
 * @example
 * setFloatx('float64');
 */
export function setFloatx(dtype: FloatX): void {
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new ValueError(`setFloatx: received '${String(dtype)}'; expected 'float32' or 'float64'`);
  }
  floatX = dtype;
}
