/** Comparison of lists of numbers. */
import { expect } from 'vitest';
import type { GoldenNumber } from './golden.js';

/** Every number within `relative` of the expected one, or within `absolute`; NaN and infinities must agree. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<GoldenNumber>,
  { relative = 1e-5, absolute = 1e-6, where = '' } = {},
): void {
  expect(actual.length, where).toBe(expected.length);
  const wrong = Array.from(actual).flatMap((value, i) => {
    const wanted = Number(expected[i]);
    const same = Object.is(value, wanted) || Math.abs(value - wanted) <= absolute + relative * Math.abs(wanted);
    return same ? [] : [`[${i}] ${value} instead of ${wanted}`];
  });
  expect(wrong, where).toEqual([]);
}
