import { describe, expect, it } from 'vitest';
import { numpyShuffledIndices } from '../../lib/core/mersenne_twister.js';

// np.random.RandomState(seed).shuffle(list(range(count))) of NumPy 2.4.6
describe("NumPy's shuffle", () => {
  it('is repeated for a seed', () => {
    expect(Array.from(numpyShuffledIndices(10, 1337))).toEqual([6, 3, 0, 4, 5, 2, 1, 9, 8, 7]);
    expect(Array.from(numpyShuffledIndices(5, 0))).toEqual([2, 0, 1, 3, 4]);
    expect(Array.from(numpyShuffledIndices(3, 2 ** 32 - 1))).toEqual([1, 0, 2]);
  });

  it('is repeated beyond the first block of random numbers', () => {
    const order = numpyShuffledIndices(1000, 123456789);
    expect(Array.from(order.subarray(0, 6))).toEqual([947, 863, 731, 526, 692, 674]);
    expect(order.reduce((sum, value, i) => sum + (i + 1) * value, 0)).toBe(248061183);
  });

  it('has nothing to do for no or one element', () => {
    expect(numpyShuffledIndices(0, 1)).toHaveLength(0);
    expect(Array.from(numpyShuffledIndices(1, 1))).toEqual([0]);
  });
});
