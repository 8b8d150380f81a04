/**
 * Reproducible numbers for tests and golden files: a linear congruential generator,
 * bit for bit the same as `lcg` in test/golden/recorder/generator.py.
 */
export function lcg(seed: number, count: number, low = -1, high = 1): Float64Array {
  const values = new Float64Array(count);
  let state = seed >>> 0;
  for (let index = 0; index < count; index++) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    values[index] = low + (high - low) * (state / 4294967296);
  }
  return values;
}
