import { describe, expect, test } from 'vitest';
import { Graph } from '../../lib/graph/graph.js';
import * as ops from '../../lib/ops/index.js';
import { testOps } from '../harness/ops.js';

const matrix = { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] };

describe('reshape', () => {
  testOps([
    {
      name: 'reshape',
      inputs: [matrix],
      run: (x) => ops.reshape(x, [3, 2]),
      expected: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      second: true,
    },
    { name: 'reshape with -1', inputs: [[2, 3, 4]], run: (x) => ops.reshape(x, [4, -1]), shape: [4, 6] },
    { name: 'reshape with null', inputs: [[2, 3, 4]], run: (x) => ops.reshape(x, [null, 12]), shape: [2, 12] },
    { name: 'reshape of no elements', inputs: [[0, 3]], run: (x) => ops.reshape(x, [3, -1]), shape: [3, 0] },
    { name: 'reshape to a scalar', inputs: [[1, 1]], run: (x) => ops.reshape(x, []), shape: [] },
    { name: 'flatten', inputs: [[2, 3, 2]], run: ops.flatten, shape: [2, 6] },
    { name: 'expandDims', inputs: [[2, 3]], run: (x) => ops.expandDims(x, 1), shape: [2, 1, 3] },
    { name: 'expandDims at the end', inputs: [[2, 3]], run: (x) => ops.expandDims(x, -1), shape: [2, 3, 1] },
    { name: 'squeeze', inputs: [[1, 2, 1, 3]], run: (x) => ops.squeeze(x), shape: [2, 3], unknown: 'none' },
    { name: 'squeeze one axis', inputs: [[4, 2, 1, 3]], run: (x) => ops.squeeze(x, -2), shape: [4, 2, 3], unknown: 'none' },
  ]);

  test('unknown sizes stay in place and are filled in when they become known', () => {
    const graph = new Graph({ abstract: true });
    const x = graph.input('x', { dtype: 'float32', shape: [null, null, null, 3] });
    graph.run(() => {
      expect(ops.flatten(x).shape).toEqual([null, null]);
      expect(ops.expandDims(x, 1).shape).toEqual([null, 1, null, null, 3]);
      expect(ops.upSampling2d(x, 2).shape).toEqual([null, null, null, 3]);
      expect(ops.reshape(x, [null, 3]).shape).toEqual([null, 3]);
    });
  });

  test('refuses what does not fit', () => {
    const graph = new Graph({ abstract: true });
    const x = graph.input('x', { dtype: 'float32', shape: [2, 3] });
    graph.run(() => {
      expect(() => ops.reshape(x, [4, 2])).toThrow('reshape: [2, 3] of 6 elements does not fit the shape [4, 2]');
      expect(() => ops.reshape(x, [4, -1])).toThrow('reshape: [2, 3] of 6 elements does not fit the shape [4, null]');
      expect(() => ops.reshape(x, [-1, -1])).toThrow(
        'reshape: shape [-1, -1]: expected integers of at least 0, and at most one -1',
      );
      expect(() => ops.squeeze(x, 0)).toThrow('squeeze: axis 0 of [2, 3] has not size 1');
      expect(() => ops.expandDims(x, 4)).toThrow(
        'expandDims: axis 4 is out of range for 3 dimensions; expected an integer in [-3, 3)',
      );
    });
  });
});

describe('transpose', () => {
  testOps([
    {
      name: 'transpose',
      inputs: [matrix],
      run: (x) => ops.transpose(x),
      expected: [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
      second: true,
    },
    { name: 'transpose of three axes', inputs: [[2, 3, 4]], run: (x) => ops.transpose(x, [1, -1, 0]), shape: [3, 4, 2] },
    { name: 'moveAxis', inputs: [[2, 3, 4]], run: (x) => ops.moveAxis(x, 0, -1), shape: [3, 4, 2] },
    { name: 'moveAxis to the front', inputs: [[2, 3, 4]], run: (x) => ops.moveAxis(x, 2, 0), shape: [4, 2, 3] },
  ]);

  test('refuses what is no permutation', () => {
    expect(() => ops.transpose(ops.ones([2, 3]), [0, 0])).toThrow(
      'transpose: permutation [0, 0] for shape [2, 3]; expected each of its 2 axes once',
    );
  });
});

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
