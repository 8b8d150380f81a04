import { describe, expect, test } from 'vitest';
import * as ops from '../../lib/ops/index.js';
import { testOps } from '../harness/ops.js';

const matrix = { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] };

describe('pad', () => {
  testOps([
    {
      name: 'pad',
      inputs: [matrix],
      run: (x) =>
        ops.pad(x, [
          [1, 0],
          [0, 2],
        ]),
      expected: [
        [0, 0, 0, 0, 0],
        [1, 2, 3, 0, 0],
        [4, 5, 6, 0, 0],
      ],
      second: true,
    },
    {
      name: 'pad with a value',
      inputs: [matrix],
      run: (x) =>
        ops.pad(
          x,
          [
            [0, 0],
            [1, 0],
          ],
          { value: 9 },
        ),
      expected: [
        [9, 1, 2, 3],
        [9, 4, 5, 6],
      ],
    },
    {
      name: 'pad that cuts off',
      inputs: [[4, 5]],
      run: (x) =>
        ops.pad(x, [
          [-1, 2],
          [1, -2],
        ]),
      shape: [5, 4],
      second: true,
    },
    {
      name: 'pad between',
      inputs: [matrix],
      run: (x) =>
        ops.pad(
          x,
          [
            [0, 0],
            [0, 1],
          ],
          { interior: [1, 2] },
        ),
      expected: [
        [1, 0, 0, 2, 0, 0, 3, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
        [4, 0, 0, 5, 0, 0, 6, 0],
      ],
      second: true,
    },
    {
      name: 'pad between that cuts off',
      inputs: [[3]],
      run: (x) => ops.pad(x, [[-1, -2]], { interior: [2] }),
      shape: [4],
      second: true,
    },
    {
      name: 'mirrorPad',
      inputs: [{ shape: [3], values: [1, 2, 3] }],
      run: (x) => ops.mirrorPad(x, [[2, 1]]),
      expected: [3, 2, 1, 2, 3, 2],
      second: true,
    },
    {
      name: 'mirrorPad of two axes',
      inputs: [[3, 4]],
      run: (x) =>
        ops.mirrorPad(x, [
          [1, 2],
          [3, 0],
        ]),
      shape: [6, 7],
      second: true,
    },
    {
      name: 'reverse',
      inputs: [matrix],
      run: (x) => ops.reverse(x),
      expected: [
        [6, 5, 4],
        [3, 2, 1],
      ],
      second: true,
    },
    {
      name: 'reverse one axis',
      inputs: [matrix],
      run: (x) => ops.reverse(x, -1),
      expected: [
        [3, 2, 1],
        [6, 5, 4],
      ],
    },
  ]);

  test('refuses what does not fit', () => {
    const x = ops.ones([2, 3]);
    expect(() => ops.pad(x, [[0, 0]])).toThrow('pad: paddings [[0,0]] for shape [2, 3]; expected [before, after] for each axis');
    expect(() =>
      ops.pad(x, [
        [-2, -1],
        [0, 0],
      ]),
    ).toThrow('pad: [-2, -1] on axis 0 of [2, 3] cuts off more than its 2 elements');
    expect(() =>
      ops.mirrorPad(x, [
        [2, 0],
        [0, 0],
      ]),
    ).toThrow('mirrorPad: [2, 0] on axis 0 of [2, 3]; expected less than its 2 elements');
    expect(() =>
      ops.mirrorPad(x, [
        [-1, 0],
        [0, 0],
      ]),
    ).toThrow('mirrorPad: paddings [[-1,0],[0,0]] for shape [2, 3]; expected [before, after] for each axis, not negative');
  });
});
