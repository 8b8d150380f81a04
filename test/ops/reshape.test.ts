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
