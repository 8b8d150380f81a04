import { expect, test } from 'vitest';
import { type GoldenTensor, goldenDigest, goldenValues, loadGolden } from './golden.js';
import { lcg } from './lcg.js';

const { cases } = loadGolden<{ cases: { tensor: GoldenTensor; values: number[] }[] }>('generator');

test.each(cases)('$tensor has the values that Python computes', ({ tensor, values }) => {
  expect(Array.from(goldenValues(tensor))).toEqual(values);
});

test('the generator stays in its range and repeats itself', () => {
  const values = lcg(7, 1000, 2, 3);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...values)).toBeLessThan(3);
  expect(lcg(7, 1000, 2, 3)).toEqual(values);
});

test('a digest holds sums and the first sixteen values', () => {
  const values = Array.from({ length: 20 }, (_, index) => index - 10);
  expect(goldenDigest(values, [4, 5])).toEqual({ shape: [4, 5], sum: -10, absoluteSum: 100, first: values.slice(0, 16) });
});
