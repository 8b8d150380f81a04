import { describe, expect, test } from 'vitest';
import { Graph } from '../../lib/graph/graph.js';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as ops from '../../lib/ops/index.js';
import { testOps } from '../harness/ops.js';

const a = { shape: [2, 2], values: [1, 2, 3, 4] };
const b = { shape: [2, 2], values: [5, 6, 7, 8] };

const product = (x: Tensor, y: Tensor): Tensor => ops.matMul(x, y);

describe('matMul', () => {
  testOps([
    {
      name: 'two matrices',
      inputs: [a, b],
      run: product,
      expected: [
        [19, 22],
        [43, 50],
      ],
      second: true,
    },
    {
      name: 'transposeA',
      inputs: [a, b],
      run: (x, y) => ops.matMul(x, y, { transposeA: true }),
      expected: [
        [26, 30],
        [38, 44],
      ],
    },
    {
      name: 'transposeB',
      inputs: [a, b],
      run: (x, y) => ops.matMul(x, y, { transposeB: true }),
      expected: [
        [17, 23],
        [39, 53],
      ],
    },
    {
      name: 'unequal sides',
      inputs: [
        [2, 3],
        [3, 4],
      ],
      run: product,
      shape: [2, 4],
    },
    {
      name: 'unequal sides, transposeA',
      inputs: [
        [3, 2],
        [3, 4],
      ],
      run: (x, y) => ops.matMul(x, y, { transposeA: true }),
      shape: [2, 4],
      second: true,
    },
    {
      name: 'unequal sides, transposeB',
      inputs: [
        [2, 3],
        [4, 3],
      ],
      run: (x, y) => ops.matMul(x, y, { transposeB: true }),
      shape: [2, 4],
      second: true,
    },
    {
      name: 'unequal sides, both',
      inputs: [
        [3, 2],
        [4, 3],
      ],
      run: (x, y) => ops.matMul(x, y, { transposeA: true, transposeB: true }),
      shape: [2, 4],
      second: true,
    },
    {
      name: 'stacks',
      inputs: [
        [2, 3, 2],
        [2, 2, 4],
      ],
      run: product,
      shape: [2, 3, 4],
    },
    {
      name: 'a stack times a matrix',
      inputs: [
        [2, 3, 2],
        [2, 4],
      ],
      run: product,
      shape: [2, 3, 4],
    },
    {
      name: 'a stack, transposed, times a matrix',
      inputs: [
        [2, 2, 3],
        [2, 4],
      ],
      run: (x, y) => ops.matMul(x, y, { transposeA: true }),
      shape: [2, 3, 4],
    },
    {
      name: 'a matrix times a stack',
      inputs: [
        [3, 2],
        [2, 2, 4],
      ],
      run: product,
      shape: [2, 3, 4],
    },
    {
      name: 'stacks that broadcast',
      inputs: [
        [2, 1, 3, 2],
        [3, 2, 2],
      ],
      run: product,
      shape: [2, 3, 3, 2],
    },
    {
      name: 'row and column',
      inputs: [
        { shape: [2], values: [1, 2] },
        { shape: [2], values: [3, 4] },
      ],
      run: product,
      expected: 11,
      shape: [],
    },
    { name: 'row times matrix', inputs: [[2], [2, 3]], run: product, shape: [3] },
    { name: 'matrix times column', inputs: [[3, 2], [2]], run: product, shape: [3] },
    {
      name: 'dot of vectors',
      inputs: [
        { shape: [2], values: [1, 2] },
        { shape: [2], values: [3, 4] },
      ],
      run: ops.dot,
      expected: 11,
    },
    { name: 'dot with a scalar', inputs: [[2, 3], []], run: ops.dot, shape: [2, 3] },
    {
      name: 'dot of stacks',
      inputs: [
        [2, 3],
        [4, 3, 5],
      ],
      run: ops.dot,
      shape: [2, 4, 5],
    },
  ]);

  test('refuses what does not fit', () => {
    const graph = new Graph({ abstract: true });
    const x = graph.input('x', { dtype: 'float32', shape: [null, 3] });
    const y = graph.input('y', { dtype: 'float32', shape: [2, 4] });
    const int = graph.input('int', { dtype: 'int32', shape: [3, 4] });
    graph.run(() => {
      expect(() => ops.matMul(x, y)).toThrow('matMul: [null, 3] times [2, 4]: 3 columns meet 2 rows; expected equal sizes');
      expect(() => ops.matMul(y, y, { transposeB: true, transposeA: true })).toThrow(
        'matMul: [2, 4] times [2, 4] (transposeA true, transposeB true): 2 columns meet 4 rows; expected equal sizes',
      );
      expect(() => ops.matMul(x, 3)).toThrow('matMul: received [null, 3] and []; expected at least one dimension; use mul');
      expect(() => ops.matMul(int, int, { transposeB: true })).toThrow('matMul: received int32; expected a float type; use cast');
    });
  });
});
