import { describe, expect, test } from 'vitest';
import * as ops from '../../lib/ops/index.js';
import { testOps } from '../harness/ops.js';

const matrix = { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] };

describe('broadcast', () => {
  testOps([
    {
      name: 'broadcastTo',
      inputs: [{ shape: [2, 1], values: [1, 2] }],
      run: (x) => ops.broadcastTo(x, [2, 2, 3]),
      expected: [
        [
          [1, 1, 1],
          [2, 2, 2],
        ],
        [
          [1, 1, 1],
          [2, 2, 2],
        ],
      ],
      unknown: 'none',
      second: true,
    },
    {
      name: 'broadcastTo with null',
      inputs: [[2, 1]],
      run: (x) => ops.broadcastTo(x, [null, 3]),
      shape: [2, 3],
      unknown: 'none',
    },
    {
      name: 'tile',
      inputs: [matrix],
      run: (x) => ops.tile(x, [2, 1]),
      expected: [
        [1, 2, 3],
        [4, 5, 6],
        [1, 2, 3],
        [4, 5, 6],
      ],
    },
    {
      name: 'tile of two axes',
      inputs: [matrix],
      run: (x) => ops.tile(x, [1, 2]),
      expected: [
        [1, 2, 3, 1, 2, 3],
        [4, 5, 6, 4, 5, 6],
      ],
    },
    {
      name: 'repeat',
      inputs: [matrix],
      run: (x) => ops.repeat(x, 2),
      expected: [
        [1, 2, 3],
        [1, 2, 3],
        [4, 5, 6],
        [4, 5, 6],
      ],
    },
    {
      name: 'repeat along the last axis',
      inputs: [matrix],
      run: (x) => ops.repeat(x, 2, -1),
      expected: [
        [1, 1, 2, 2, 3, 3],
        [4, 4, 5, 5, 6, 6],
      ],
    },
  ]);

  test('refuses what does not fit', () => {
    const x = ops.ones([2, 3]);
    expect(() => ops.broadcastTo(x, [3, 3])).toThrow(
      'broadcastTo: [2, 3] does not broadcast to [3, 3]; expected equal sizes or 1',
    );
    expect(() => ops.broadcastTo(x, [3])).toThrow('broadcastTo: [2, 3] does not broadcast to [3]; expected equal sizes or 1');
    expect(() => ops.tile(x, [2])).toThrow('tile: repetitions [2] for shape [2, 3]; expected one for each axis');
    expect(() => ops.repeat(x, 0)).toThrow('repeat: count is 0; expected an integer of at least 1');
  });
});
