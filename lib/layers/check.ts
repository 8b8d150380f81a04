/** @file Checks of options that several layers share. */

import { ValueError } from '../core/errors.js';
import { checkChoice } from '../core/options.js';
import type { DataFormat } from '../ops/window.js';

/** One number for all axes, or one an axis. */
export type Size = number | readonly number[];

/** @throws ValueError unless `value` is an integer of at least 1. */
export function positiveInteger(where: string, name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new ValueError(`${where}: ${name} is ${String(value)}; expected an integer of at least 1`);
}

/** `value` for each of `rank` axes. @throws ValueError unless all are integers of at least `least`. */
export function sizes(where: string, name: string, value: Size, rank: number, least = 1): readonly number[] {
  const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : value;
  const valid = Array.isArray(list) && list.length === rank && list.every((size) => Number.isInteger(size) && size >= least);
  if (valid) return list;
  const several = rank === 1 ? '' : ` or ${rank} of them`;
  throw new ValueError(`${where}: ${name} is ${JSON.stringify(value)}; expected an integer of at least ${least}${several}`);
}

/** @throws ValueError unless `value` is a number in [low, high]. */
export function numberIn(where: string, name: string, value: number, low: number, high: number): number {
  if (typeof value === 'number' && value >= low && value <= high) return value;
  const expected = high === Number.POSITIVE_INFINITY ? `a number of at least ${low}` : `a number in [${low}, ${high}]`;
  throw new ValueError(`${where}: ${name} is ${String(value)}; expected ${expected}`);
}

/** The words of the dimensions of an image with `rank` spatial axes, for messages. */
export function imageDimensions(rank: number, dataFormat: DataFormat): readonly string[] {
  const spatial = [['steps'], ['height', 'width'], ['depth', 'height', 'width']][rank - 1] as string[];
  return dataFormat === 'channelsFirst' ? ['batch', 'channels', ...spatial] : ['batch', ...spatial, 'channels'];
}

/** Where the channels are in `[batch, ...]`. */
export const channelAxis = (dataFormat: DataFormat): number => (dataFormat === 'channelsFirst' ? 1 : -1);

/** `same` or `valid`, upper or lower case. */
export type SlidingPadding = 'same' | 'valid' | 'SAME' | 'VALID';

export const checkSlidingPadding = (where: string, padding: SlidingPadding): 'same' | 'valid' =>
  checkChoice(where, 'padding', padding, ['same', 'valid']);
