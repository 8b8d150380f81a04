import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as ops from '../../lib/ops/index.js';
import { evaluate, testOps } from '../harness/ops.js';

const cases: [string, () => Tensor, number[], readonly number[], string][] = [
  ['fill', () => ops.fill([2], 1.5), [1.5, 1.5], [2], 'float32'],
  ['fill with infinity', () => ops.fill([1], Number.NEGATIVE_INFINITY), [Number.NEGATIVE_INFINITY], [1], 'float32'],
  ['zeros', () => ops.zeros([2], 'float64'), [0, 0], [2], 'float64'],
  ['ones', () => ops.ones([], 'bool'), [1], [], 'bool'],
  ['iota', () => ops.iota([2, 2], 1), [0, 1, 0, 1], [2, 2], 'int32'],
  ['range', () => ops.range(0, 4), [0, 1, 2, 3], [4], 'int32'],
  ['range with a step', () => ops.range(1, 8, 3), [1, 4, 7], [3], 'int32'],
  ['range downwards', () => ops.range(3, 0, -1), [3, 2, 1], [3], 'int32'],
  ['range of fractions', () => ops.range(0, 1, 0.25), [0, 0.25, 0.5, 0.75], [4], 'float32'],
  ['range of nothing', () => ops.range(3, 0), [], [0], 'int32'],
  ['eye', () => ops.eye(2, 3), [1, 0, 0, 0, 1, 0], [2, 3], 'float32'],
];

describe('create', () => {
  for (const [name, body, values, shape, dtype] of cases) {
    test(name, async () => {
      expect(await evaluate(body)).toEqual({ values, shape, dtype });
    });
  }

  testOps([
    {
      name: 'zerosLike',
      inputs: [[2, 2]],
      run: ops.zerosLike,
      expected: [
        [0, 0],
        [0, 0],
      ],
      gradient: false,
    },
    { name: 'onesLike', inputs: [{ shape: [2], dtype: 'int32' }], run: ops.onesLike, expected: [1, 1], dtype: 'int32' },
  ]);

  test('refuses what does not fit', () => {
    expect(() => ops.fill([-1], 0)).toThrow('fill: a size is -1; expected an integer of at least 0');
    expect(() => ops.range(0, 1, 0)).toThrow(
      'range: received start 0, stop 1, step 0; expected finite numbers and a step that is not 0',
    );
  });
});
