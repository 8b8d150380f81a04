import { describe, expect, test } from 'vitest';
import * as ops from '../../lib/ops/index.js';
import { type OpCase, testOps } from '../harness/ops.js';

const signal = { shape: [1, 4, 1], values: [1, 2, 3, 4] };
const kernel = { shape: [2, 1, 1], values: [1, 10] };

describe('one dimension', () => {
  const cases: OpCase[] = [
    {
      name: 'conv1d',
      inputs: [signal, kernel],
      run: (x, k) => ops.conv1d(x, k),
      expected: [21, 32, 43],
      shape: [1, 3, 1],
      second: true,
    },
    {
      name: 'conv1d, same',
      inputs: [signal, kernel],
      run: (x, k) => ops.conv1d(x, k, { padding: 'same' }),
      expected: [21, 32, 43, 4],
    },
    {
      name: 'conv1d, causal',
      inputs: [signal, kernel],
      run: (x, k) => ops.conv1d(x, k, { padding: 'causal' }),
      expected: [10, 21, 32, 43],
    },
    {
      name: 'conv1d, causal, dilated',
      inputs: [signal, kernel],
      run: (x, k) => ops.conv1d(x, k, { padding: 'causal', dilationRate: 2 }),
      expected: [10, 20, 31, 42],
    },
    {
      name: 'conv1d, strides and groups',
      inputs: [
        [2, 7, 4],
        [3, 2, 6],
      ],
      run: (x, k) => ops.conv1d(x, k, { strides: 2, groups: 2 }),
      shape: [2, 3, 6],
    },
    {
      name: 'conv1d, channels first',
      inputs: [
        [2, 3, 5],
        [3, 3, 2],
      ],
      run: (x, k) => ops.conv1d(x, k, { dataFormat: 'channelsFirst' }),
      shape: [2, 2, 3],
    },
    {
      name: 'depthwiseConv1d',
      inputs: [
        [1, 5, 3],
        [3, 3, 2],
      ],
      run: (x, k) => ops.depthwiseConv1d(x, k),
      shape: [1, 3, 6],
    },
    {
      name: 'separableConv1d',
      inputs: [
        [1, 5, 2],
        [3, 2, 2],
        [1, 4, 3],
      ],
      run: (x, d, p) => ops.separableConv1d(x, d, p, { padding: 'same', strides: 2 }),
      shape: [1, 3, 3],
    },
    {
      name: 'conv1dTranspose',
      inputs: [
        [1, 3, 2],
        [3, 1, 2],
      ],
      run: (x, k) => ops.conv1dTranspose(x, k, { strides: 2, padding: 'same' }),
      shape: [1, 6, 1],
    },
    {
      name: 'conv1dTranspose, output padding',
      inputs: [
        [1, 3, 2],
        [3, 1, 2],
      ],
      run: (x, k) => ops.conv1dTranspose(x, k, { strides: 2, outputPadding: 1 }),
      shape: [1, 8, 1],
    },
    {
      name: 'maxPool1d',
      inputs: [{ shape: [1, 5, 1], values: [1, 5, 2, 3, 9] }],
      run: (x) => ops.maxPool1d(x, 2),
      expected: [5, 3],
      shape: [1, 2, 1],
    },
    {
      name: 'maxPool1d, strides, same',
      inputs: [{ shape: [1, 5, 1], values: [1, 5, 2, 3, 9] }],
      run: (x) => ops.maxPool1d(x, 3, { strides: 2, padding: 'same' }),
      expected: [5, 5, 9],
    },
    {
      name: 'avgPool1d',
      inputs: [{ shape: [1, 5, 1], values: [1, 5, 2, 4, 9] }],
      run: (x) => ops.avgPool1d(x, 2, { padding: 'same' }),
      expected: [3, 3, 9],
    },
    {
      name: 'avgPool1d, channels first',
      inputs: [[1, 2, 5]],
      run: (x) => ops.avgPool1d(x, 2, { strides: 1, dataFormat: 'channelsFirst' }),
      shape: [1, 2, 4],
    },
  ];
  // Kernels have known sizes; the cpu device may choose Winograd's algorithm, which rounds more.
  testOps(cases.map((op) => ({ ...op, unknown: 'first', tolerance: 2e-5 })));

  test('refuses what does not fit', () => {
    expect(() => ops.conv1d(ops.ones([1, 4]), ops.ones([2, 1, 1]))).toThrow(
      'conv1d: x has shape [1, 4]; expected 3 dimensions [batch, length, channels]',
    );
    expect(() => ops.conv1d(ops.ones([1, 4, 1]), ops.ones([2, 1]))).toThrow(
      'conv1d: kernel has shape [2, 1]; expected 3 dimensions [kernelLength, channels / groups, filters]',
    );
    expect(() => ops.conv1d(ops.ones([1, 4, 1]), ops.ones([2, 1, 1]), { strides: 0 })).toThrow(
      'conv1d: strides is 0; expected an integer of at least 1',
    );
  });
});
