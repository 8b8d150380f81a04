import { describe, expect, it } from 'vitest';
import { geometricMean, median, pairedRatio, quantile, shuffled } from '../../bench/statistics.mjs';

describe('the statistics of the benchmarks', () => {
  it('take medians and quantiles, interpolated between neighbours', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([10, 20, 30], 0.25)).toBe(15);
    expect(quantile([7], 0.99)).toBe(7);
    expect(() => median([])).toThrow('there are no numbers');
  });

  it('compare rates within their rounds', () => {
    // The machine was ten times slower in the second round: the ratio does not see it.
    expect(pairedRatio([20, 2, 22], [10, 1, 10])).toBe(2);
    expect(() => pairedRatio([1, 2], [1])).toThrow('received 2 and 1 rates');
  });

  it('average ratios geometrically', () => {
    expect(geometricMean([1, 4])).toBeCloseTo(2);
    expect(() => geometricMean([])).toThrow('there are no numbers');
  });

  it('shuffle without loss', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const order = shuffled(items);
    expect([...order].sort((a, b) => a - b)).toEqual(items);
    expect(order).not.toEqual(items);
  });
});
