import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as ops from '../../lib/ops/index.js';
import { testOps } from '../harness/ops.js';

const all = (x: Tensor, gamma: Tensor | null, beta: Tensor | null, options: ops.BatchNormTrainingOptions = {}) => {
  const { y, mean, variance } = ops.batchNormTraining(x, gamma, beta, options);
  return [y, mean, variance];
};

const matrix = { shape: [2, 2], values: [1, 2, 3, 6] };

describe('batchNormTraining', () => {
  testOps([
    {
      name: 'y',
      inputs: [matrix],
      run: (x) => all(x, null, null, { epsilon: 1e-12 }),
      expected: [
        [-1, -1],
        [1, 1],
      ],
      gradient: false,
    },
    { name: 'mean', inputs: [matrix], run: (x) => ops.batchNormTraining(x, null, null).mean, expected: [2, 4], second: true },
    {
      name: 'variance',
      inputs: [matrix],
      run: (x) => ops.batchNormTraining(x, null, null).variance,
      expected: [1, 4],
      second: true,
    },
    {
      name: 'all results of a batch of images',
      inputs: [[2, 3, 2, 3], [3], [3]],
      run: (x, g, b) => all(x, g, b),
      shape: [2, 3, 2, 3],
    },
    { name: 'only y', inputs: [[4, 3], [3], [3]], run: (x, g, b) => ops.batchNormTraining(x, g, b).y, second: true },
    {
      name: 'second derivative with all results',
      inputs: [[3, 2, 2], [2], [2]],
      run: (x, g, b) => all(x, g, b, { epsilon: 0.1 }),
      second: true,
    },
    { name: 'another axis', inputs: [[2, 3, 2, 2], [3], [3]], run: (x, g, b) => all(x, g, b, { axis: 1 }), shape: [2, 3, 2, 2] },
    { name: 'without gamma', inputs: [[4, 3], [3]], run: (x, b) => all(x, null, b) },
    { name: 'without beta', inputs: [[4, 3], [3]], run: (x, g) => all(x, g, null) },
  ]);

  test('refuses what does not fit', () => {
    const x = ops.ones([2, 3]);
    expect(() => ops.batchNormTraining(x, ops.ones([2]), null)).toThrow(
      'batchNormTraining: gamma or beta has shape [2]; expected [3]',
    );
    expect(() => ops.batchNormTraining(ops.ones([3]), null, null)).toThrow(
      'batchNormTraining: x has shape [3]; expected a batch and channels at least',
    );
    expect(() => ops.batchNormTraining(x, null, null, { epsilon: 0 })).toThrow(
      'batchNormTraining: epsilon is 0; expected a number above 0',
    );
  });
});

describe('batchNorm', () => {
  const positive = { shape: [3], low: 0.5, high: 2 };
  testOps([
    {
      name: 'numbers',
      inputs: [{ shape: [1, 2], values: [1, 2] }],
      run: (x) => ops.batchNorm(x, [1, 1], [4, 4], { epsilon: 1e-12 }),
      expected: [[0, 0.5]],
      gradient: false,
    },
    {
      name: 'all operands',
      inputs: [[2, 2, 3], [3], positive, [3], [3]],
      run: (x, mean, variance, gamma, beta) => ops.batchNorm(x, mean, variance, { gamma, beta }),
      second: true,
    },
    {
      name: 'another axis',
      inputs: [[2, 3, 2], [3], positive, [3], [3]],
      run: (x, mean, variance, gamma, beta) => ops.batchNorm(x, mean, variance, { gamma, beta, axis: 1 }),
      shape: [2, 3, 2],
    },
    {
      name: 'without beta',
      inputs: [[2, 3], [3], positive, [3]],
      run: (x, mean, variance, gamma) => ops.batchNorm(x, mean, variance, { gamma }),
    },
  ]);

  test('refuses what does not fit', () => {
    expect(() => ops.batchNorm(ops.ones([2, 3]), [1, 2], [1, 2])).toThrow(
      /^batchNorm: (mean|variance) has shape \[2\]; expected \[3\], the size of axis 1$/,
    );
    expect(() => ops.batchNorm(ops.ones([2, 3]), [1, 2, 3], [1, 2, 3], { offset: 1 } as never)).toThrow(
      "batchNorm: unknown option 'offset'",
    );
  });
});
