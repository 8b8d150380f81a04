import { ops, ValueError } from 'laminet';
import { describe, expect, test } from 'vitest';
import { testOps } from '../harness/ops.js';

describe('normalize', () => {
  testOps([
    { name: 'by the Euclidean norm', inputs: [{ shape: [2, 2], values: [3, 4, 0, 0] }], run: (x) => ops.normalize(x), expected: [[0.6, 0.8], [0, 0]], gradient: false }, // biome-ignore format: a row
    { name: 'over an axis', inputs: [[3, 4]], run: (x) => ops.normalize(x, { axis: 0 }), shape: [3, 4] },
    { name: 'by the sum of sizes', inputs: [{ shape: [1, 2], values: [-1, 3] }], run: (x) => ops.normalize(x, { order: 1 }), expected: [[-0.25, 0.75]] }, // biome-ignore format: a row
    { name: 'by the largest', inputs: [{ shape: [2], values: [-4, 2] }], run: (x) => ops.normalize(x, { order: Infinity }), expected: [-1, 0.5] }, // biome-ignore format: a row
    {
      name: 'by another power',
      inputs: [{ shape: [3], values: [3, 4, 1] }],
      run: (x) => ops.normalize(x, { order: 3 }),
      shape: [3],
    },
    { name: 'over all axes', inputs: [[2, 3]], run: (x) => ops.normalize(x, { axis: null, epsilon: 1e-3 }), shape: [2, 3] },
  ]);

  test('takes bytes as floats', async () => {
    const found = await ops.normalize({ data: Uint8Array.from([200, 150]), shape: [2] }).data();
    expect(Array.from(found, (value) => Math.round(value * 1e6) / 1e6)).toEqual([0.8, 0.6]);
  });

  test('agrees with keras.ops.normalize', async () => {
    const found = Array.from(await ops.normalize([3, 4, 0], { order: 3 }).data());
    [0.6669718, 0.8892957, 0].forEach((value, i) => {
      expect(found[i]).toBeCloseTo(value, 6);
    });
  });

  test('refuses what is no order', () => {
    expect(() => ops.normalize([1], { order: 0 })).toThrow(new ValueError('normalize: order is 0; expected a number above 0'));
    expect(() => ops.normalize([1], { ord: 1 } as object)).toThrow("normalize: unknown option 'ord'; did you mean 'order'?");
  });
});
