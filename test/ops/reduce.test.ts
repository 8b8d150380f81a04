import { describe, expect, test } from 'vitest';
import { Graph } from '../../lib/graph/graph.js';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as ops from '../../lib/ops/index.js';
import { gradientOf } from '../harness/gradient.js';
import { type OpCase, testOps } from '../harness/ops.js';

const matrix = { shape: [2, 3], values: [1, 5, 3, -4, 2, 6] };
const int = { ...matrix, dtype: 'int32' as const };
const bytes = { shape: [3], values: [200, 100, 3], dtype: 'uint8' as const };
const flags = { shape: [2, 2], values: [1, 0, 1, 1], dtype: 'bool' as const };

type Reduction = (x: Tensor, axis?: ops.Axes, options?: ops.ReduceOptions) => Tensor;

const table: [string, Reduction, number, number[], number[]][] = [
  ['sum', ops.sum, 13, [-3, 7, 9], [9, 4]],
  ['prod', ops.prod, -720, [-4, 10, 18], [15, -48]],
  ['max', ops.max, 6, [1, 5, 6], [5, 6]],
  ['min', ops.min, -4, [-4, 2, 3], [1, -4]],
  ['mean', ops.mean, 13 / 6, [-1.5, 3.5, 4.5], [3, 4 / 3]],
  ['variance', ops.variance, 91 / 6 - (13 / 6) ** 2, [6.25, 2.25, 2.25], [8 / 3, 56 / 3 - 16 / 9]],
  ['std', ops.std, Math.sqrt(91 / 6 - (13 / 6) ** 2), [2.5, 1.5, 1.5], [Math.sqrt(8 / 3), Math.sqrt(56 / 3 - 16 / 9)]],
];

describe('reduce', () => {
  for (const [name, run, all, columns, rows] of table) {
    testOps([
      { name, inputs: [matrix], run: (x) => run(x), expected: all, shape: [] },
      { name: `${name} over axis 0`, inputs: [matrix], run: (x) => run(x, 0), expected: columns, shape: [3], second: true },
      { name: `${name} over axis -1`, inputs: [matrix], run: (x) => run(x, -1), expected: rows, shape: [2] },
      {
        name: `${name} keeping axes`,
        inputs: [matrix],
        run: (x) => run(x, [1], { keepDims: true }),
        expected: rows.map((x) => [x]),
        shape: [2, 1],
      },
      { name: `${name} over two of three axes`, inputs: [[2, 3, 4]], run: (x) => run(x, [0, 2]), shape: [3] },
    ]);
  }

  testOps([
    {
      name: 'logSumExp',
      inputs: [matrix],
      run: (x) => ops.logSumExp(x, 1),
      expected: [5 + Math.log(1 + Math.exp(-4) + Math.exp(-2)), 6 + Math.log(1 + Math.exp(-4) + Math.exp(-10))],
      second: true,
    },
    { name: 'logSumExp keeping axes', inputs: [matrix], run: (x) => ops.logSumExp(x, 0, { keepDims: true }), shape: [1, 3] },
    {
      name: 'logSumExp of large numbers',
      inputs: [{ shape: [2], values: [1000, 1000] }],
      run: (x) => ops.logSumExp(x),
      expected: 1000 + Math.LN2,
    },
    {
      name: 'logSumExp of nothing but -Infinity',
      inputs: [{ shape: [2], values: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY] }],
      run: (x) => ops.logSumExp(x),
      expected: Number.NEGATIVE_INFINITY,
      gradient: false,
    },
    { name: 'moments', inputs: [matrix], run: (x) => Object.values(ops.moments(x, 1)), expected: [3, 4 / 3] },
    { name: 'sum of integers', inputs: [int], run: (x) => ops.sum(x, 0), expected: [-3, 7, 9], dtype: 'int32' },
    { name: 'max of integers', inputs: [int], run: (x) => ops.max(x, 0), expected: [1, 5, 6], dtype: 'int32' },
    { name: 'mean of integers', inputs: [int], run: (x) => ops.mean(x, 1), expected: [3, Math.fround(4 / 3)], dtype: 'float32' },
    { name: 'sum of bytes', inputs: [bytes], run: (x) => ops.sum(x), expected: 303, dtype: 'int32' },
    { name: 'max of bytes', inputs: [bytes], run: (x) => ops.max(x), expected: 200, dtype: 'uint8' },
    { name: 'sum of bool counts', inputs: [flags], run: (x) => ops.sum(x, 1), expected: [1, 2], dtype: 'int32' },
    { name: 'any', inputs: [flags], run: (x) => ops.any(x, 0), expected: [1, 1], dtype: 'bool' },
    { name: 'all', inputs: [flags], run: (x) => ops.all(x, 0), expected: [1, 0], dtype: 'bool' },
    { name: 'argMax', inputs: [matrix], run: (x) => ops.argMax(x), expected: [1, 2], dtype: 'int32' },
    { name: 'argMin over axis 0', inputs: [matrix], run: (x) => ops.argMin(x, 0), expected: [1, 1, 0], dtype: 'int32' },
    {
      name: 'argMax takes the lowest of equals',
      inputs: [{ shape: [4], values: [1, 7, 7, 0] }],
      run: (x) => ops.argMax(x),
      expected: 1,
    },
    {
      name: 'max with NaN',
      inputs: [{ shape: [2], values: [Number.NaN, 1] }],
      run: (x) => ops.max(x),
      expected: Number.NaN,
      gradient: false,
    },
    { name: 'no axes', inputs: [matrix], run: (x) => ops.mul(ops.sum(x, []), 2), shape: [2, 3] },
    { name: 'sum of an empty tensor', inputs: [[0, 2]], run: (x) => ops.sum(x, 0), expected: [0, 0] },
    {
      name: 'l2Normalize',
      inputs: [{ shape: [2, 2], values: [3, 4, 0, -2] }],
      run: (x) => ops.l2Normalize(x),
      expected: [
        [0.6, 0.8],
        [0, -1],
      ],
      second: true,
    },
    {
      name: 'layerNorm',
      inputs: [{ shape: [1, 2], values: [1, 3] }],
      run: (x) => ops.layerNorm(x, { epsilon: 3 }),
      expected: [[-0.5, 0.5]],
      second: true,
    },
    {
      name: 'layerNorm with gamma and beta',
      inputs: [
        [2, 3, 4],
        [3, 4],
        [3, 4],
      ],
      run: (x, gamma, beta) => ops.layerNorm(x, { axis: [1, 2], gamma, beta }),
    },
  ] satisfies OpCase[]);

  test('equal extremes share the gradient', async () => {
    expect(await gradientOf((x) => ops.max(x), [[3, 1, 3]])).toEqual([[0.5, 0, 0.5]]);
    expect(await gradientOf((x) => ops.min(x), [[1, 1, 3]])).toEqual([[0.5, 0.5, 0]]);
  });

  test('the gradient of a product with zeros', async () => {
    expect(await gradientOf((x) => ops.prod(x), [[2, 0, 3]])).toEqual([[0, 6, 0]]);
    expect(await gradientOf((x) => ops.prod(x), [[0, 0, 3]])).toEqual([[0, 0, 0]]);
  });

  test('the gradient of l2Normalize at 0 is finite', async () => {
    const [gradient] = await gradientOf((x) => ops.sum(ops.l2Normalize(x, -1, 1e-3)), [[0, 0]]);
    for (const value of gradient ?? []) expect(value).toBeCloseTo(1000, 3);
  });

  test('refuses what does not fit', () => {
    const graph = new Graph({ abstract: true });
    const x = graph.input('x', { dtype: 'float32', shape: [2, 3] });
    const empty = graph.input('empty', { dtype: 'float32', shape: [2, 0] });
    const flag = graph.input('flag', { dtype: 'bool', shape: [2] });
    graph.run(() => {
      expect(() => ops.sum(x, 2)).toThrow('sum: axis 2 is out of range for 2 dimensions; expected an integer in [-2, 2)');
      expect(() => ops.sum(x, [0, -2])).toThrow('sum: axes [0, 0] name an axis twice');
      expect(() => ops.max(empty, 1)).toThrow('max: the shape [2, 0] has no elements on axes [1]; expected at least one');
      expect(() => ops.max(flag)).toThrow('max: received bool; expected numbers; use cast');
      expect(() => ops.any(x)).toThrow('any: received float32; expected bool; compare it, or use cast');
      expect(() => ops.argMax(empty)).toThrow('argMax: axis 1 of [2, 0] has no elements');
    });
  });
});
