import { describe, expect, test } from 'vitest';
import * as ops from '../../lib/ops/index.js';
import { testOps } from '../harness/ops.js';

const matrix = { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] };

describe('concat', () => {
  testOps([
    {
      name: 'concat',
      inputs: [matrix, { shape: [1, 3], values: [7, 8, 9] }],
      run: (a, b) => ops.concat([a, b]),
      expected: [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
      second: true,
    },
    {
      name: 'concat along the last axis',
      inputs: [
        [2, 1],
        [2, 3],
        [2, 2],
      ],
      run: (...all) => ops.concat(all, -1),
      shape: [2, 6],
    },
    {
      name: 'concat of integers',
      inputs: [{ ...matrix, dtype: 'int32' }],
      run: (x) => ops.concat([x, x], 1),
      shape: [2, 6],
      dtype: 'int32',
    },
    { name: 'stack', inputs: [[3], [3]], run: (a, b) => ops.stack([a, b]), shape: [2, 3] },
    {
      name: 'stack along the last axis',
      inputs: [
        { shape: [2], values: [1, 2] },
        { shape: [2], values: [3, 4] },
      ],
      run: (a, b) => ops.stack([a, b], -1),
      expected: [
        [1, 3],
        [2, 4],
      ],
    },
  ]);

  test('refuses what does not fit', () => {
    const [a, b, c] = [ops.ones([2, 3]), ops.ones([2, 2]), ops.ones([2, 3], 'int32')];
    expect(() => ops.concat([a, b])).toThrow(
      'concat: the shapes [2, 3], [2, 2] differ beside axis 0; expected equal sizes there',
    );
    expect(() => ops.concat([a, c])).toThrow('concat: received operands of float32 and int32; expected one dtype; use cast');
    expect(() => ops.concat([])).toThrow('concat: received no tensors; expected at least one');
    expect(() => ops.stack([a, b])).toThrow('stack: the shapes [2, 3] and [2, 2] differ; expected one shape');
  });
});

describe('slice', () => {
  testOps([
    {
      name: 'slice',
      inputs: [matrix],
      run: (x) => ops.slice(x, [0, 1], [2, 2]),
      expected: [
        [2, 3],
        [5, 6],
      ],
      second: true,
    },
    { name: 'slice to the end', inputs: [matrix], run: (x) => ops.slice(x, [1], -1), expected: [[4, 5, 6]] },
    { name: 'slice from the end', inputs: [matrix], run: (x) => ops.slice(x, [0, -2], [-1, 1]), expected: [[2], [5]] },
    {
      name: 'slice with strides',
      inputs: [[5, 4]],
      run: (x) => ops.slice(x, [1, 0], [2, -1], { strides: [2, 3] }),
      shape: [2, 2],
      second: true,
    },
    { name: 'slice of nothing', inputs: [[3]], run: (x) => ops.slice(x, 1, 0), shape: [0] },
    {
      name: 'slice of bytes',
      inputs: [{ ...matrix, dtype: 'uint8' }],
      run: (x) => ops.slice(x, [0, 2]),
      expected: [[3], [6]],
      dtype: 'uint8',
    },
    { name: 'split', inputs: [[2, 6]], run: (x) => ops.split(x, 3, 1), shape: [2, 2], unknown: 'none' },
    { name: 'split by sizes', inputs: [matrix], run: (x) => ops.split(x, [1, 2], 1), expected: [[1], [4]], unknown: 'none' },
    { name: 'unstack', inputs: [matrix], run: (x) => ops.unstack(x, -1), expected: [1, 4], shape: [2], unknown: 'none' },
  ]);

  test('refuses what is outside', () => {
    const x = ops.ones([2, 3]);
    expect(() => ops.slice(x, [0, 2], [2, 2])).toThrow(
      'slice: begin 2, size 2, stride 1 on axis 1 reach outside its 3 elements; expected a part of them',
    );
    expect(() => ops.slice(x, [0, -4])).toThrow(
      'slice: begin -4, size -1, stride 1 on axis 1 reach outside its 3 elements; expected a part of them',
    );
    expect(() => ops.slice(x, [0, 0, 0])).toThrow(
      'slice: [0, 0, 0], [], [] for shape [2, 3]; expected at most one entry an axis',
    );
    expect(() => ops.split(x, 2, 1)).toThrow(
      'split: axis 1 of [2, 3] into 2; expected 3 elements in equal parts, or sizes that add up',
    );
  });
});
