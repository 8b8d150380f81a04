import { describe, expect, test } from 'vitest';
import * as ops from '../../lib/ops/index.js';
import { testOps } from '../harness/ops.js';

const matrix = { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] };

describe('gather', () => {
  const order = { shape: [2], values: [2, 0], dtype: 'int32' as const };
  testOps([
    {
      name: 'gather',
      inputs: [{ shape: [3, 2], values: [1, 2, 3, 4, 5, 6] }, order],
      run: (x, i) => ops.gather(x, i),
      expected: [
        [5, 6],
        [1, 2],
      ],
      second: true,
    },
    {
      name: 'gather along the last axis',
      inputs: [matrix, order],
      run: (x, i) => ops.gather(x, i, -1),
      expected: [
        [3, 1],
        [6, 4],
      ],
    },
    {
      name: 'gather twice the same',
      inputs: [[3], { shape: [2, 2], values: [1, 1, 0, 1], dtype: 'int32' }],
      run: (x, i) => ops.gather(x, i),
      shape: [2, 2],
    },
    {
      name: 'gather keeps indices in range',
      inputs: [
        { shape: [3], values: [1, 2, 3] },
        { shape: [2], values: [-4, 9], dtype: 'int32' },
      ],
      run: (x, i) => ops.gather(x, i),
      expected: [1, 3],
    },
    {
      name: 'gather of numbers',
      inputs: [{ shape: [3], values: [1, 2, 3] }],
      run: (x) => ops.gather(x, [1, 0]),
      expected: [2, 1],
      unknown: 'none',
    },
    {
      name: 'scatterAdd',
      inputs: [
        { shape: [3], values: [0, 2, 0], dtype: 'int32' },
        { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] },
      ],
      run: (i, x) => ops.scatterAdd(i, x, [3, 2]),
      expected: [6, 8, 0, 0, 3, 4],
      unknown: 'none',
      second: true,
    },
    {
      name: 'scatterAdd along the last axis',
      inputs: [{ shape: [2, 2], values: [0, 1, 1, 1], dtype: 'int32' }, [3, 2, 2]],
      run: (i, x) => ops.scatterAdd(i, x, [3, 2], -1),
      shape: [3, 2],
      unknown: 'none',
    },
    {
      name: 'takeAlongAxis',
      inputs: [matrix, { shape: [2, 2], values: [2, 0, 1, 1], dtype: 'int32' }],
      run: (x, i) => ops.takeAlongAxis(x, i),
      expected: [
        [3, 1],
        [5, 5],
      ],
      unknown: 'none',
    },
    {
      name: 'takeAlongAxis 0',
      inputs: [matrix, { shape: [1, 3], values: [1, 0, 1], dtype: 'int32' }],
      run: (x, i) => ops.takeAlongAxis(x, i, 0),
      expected: [[4, 2, 6]],
      unknown: 'none',
    },
    {
      name: 'oneHot',
      inputs: [{ shape: [3], values: [2, 0, 5], dtype: 'int32' }],
      run: (x) => ops.oneHot(x, 3),
      expected: [
        [0, 0, 1],
        [1, 0, 0],
        [0, 0, 0],
      ],
      dtype: 'float32',
    },
    {
      name: 'oneHot along the first axis',
      inputs: [{ shape: [2], values: [1, 0], dtype: 'uint8' }],
      run: (x) => ops.oneHot(x, 3, { axis: 0, dtype: 'int32' }),
      expected: [
        [0, 1],
        [1, 0],
        [0, 0],
      ],
      dtype: 'int32',
    },
  ]);

  test('refuses what does not fit', () => {
    const x = ops.ones([2, 3]);
    expect(() => ops.gather(x, ops.ones([2]))).toThrow('gather: the indices are float32; expected int32; use cast');
    expect(() => ops.scatterAdd([0, 1], x, [2, 2])).toThrow('scatterAdd: updates of [2, 3]; expected [2, 2]');
    expect(() => ops.takeAlongAxis(x, ops.zeros([3, 1], 'int32'))).toThrow(
      'takeAlongAxis: x [2, 3] and indices [3, 1]; expected equal sizes except on axis 1',
    );
    expect(() => ops.oneHot([1], 0)).toThrow('oneHot: depth is 0; expected an integer of at least 1');
    expect(() => ops.oneHot([1], 2, { axes: 1 } as never)).toThrow("oneHot: unknown option 'axes'; did you mean 'axis'?");
  });
});
