import { describe, expect, test } from 'vitest';
import { Graph } from '../../lib/graph/graph.js';
import * as ops from '../../lib/ops/index.js';
import { gradientOf } from '../harness/gradient.js';
import { evaluate, testOps } from '../harness/ops.js';

const large = { shape: [1, 2], values: [0, 1000] };
const probabilities = { shape: [2, 3], values: [0.2, 0.3, 0.5, 0.1, 0.1, 0.4] };
const truth = { shape: [2, 3], values: [0, 1, 0, 0.5, 0, 0.5] };

describe('softmax', () => {
  testOps([
    { name: 'softmax', inputs: [[2, 3]], run: (x) => ops.softmax(x), shape: [2, 3], second: true },
    { name: 'softmax of large numbers', inputs: [large], run: (x) => ops.softmax(x), expected: [[0, 1]] },
    { name: 'softmax over axis 0', inputs: [[2, 3, 2]], run: (x) => ops.softmax(x, 0), shape: [2, 3, 2] },
    { name: 'softmax over two axes', inputs: [[2, 3, 2]], run: (x) => ops.softmax(x, [0, 2]), shape: [2, 3, 2] },
    {
      name: 'softmax over all axes',
      inputs: [{ shape: [1, 2], values: [0, Math.log(3)] }],
      run: (x) => ops.softmax(x, [0, 1]),
      expected: [[0.25, 0.75]],
    },
    { name: 'logSoftmax', inputs: [[2, 3]], run: (x) => ops.logSoftmax(x), shape: [2, 3], second: true },
    { name: 'logSoftmax of large numbers', inputs: [large], run: (x) => ops.logSoftmax(x), expected: [[-1000, 0]] },
    { name: 'logSoftmax over axis 1', inputs: [[2, 3, 2]], run: (x) => ops.logSoftmax(x, 1), shape: [2, 3, 2] },
  ]);

  test('refuses integers', () => {
    const graph = new Graph();
    const x = graph.input('x', { dtype: 'int32', shape: [2] });
    graph.run(() => expect(() => ops.softmax(x)).toThrow('softmax: received int32; expected a float type; use cast'));
  });
});

describe('cross entropy', () => {
  testOps([
    {
      name: 'categorical',
      inputs: [truth, probabilities],
      run: (t, p) => ops.categoricalCrossentropy(t, p),
      expected: [-Math.log(0.3), -Math.log(1 / 6) / 2 - Math.log(4 / 6) / 2],
      second: true,
    },
    {
      name: 'categorical from logits',
      inputs: [truth, [2, 3]],
      run: (t, x) => ops.categoricalCrossentropy(t, x, { fromLogits: true }),
      shape: [2],
    },
    {
      name: 'categorical over axis 1',
      inputs: [
        [2, 3, 2],
        [2, 3, 2],
      ],
      run: (t, x) => ops.categoricalCrossentropy(t, x, { fromLogits: true, axis: 1 }),
      shape: [2, 2],
      tolerance: 5e-6, // targets of both signs: the terms cancel
    },
    {
      name: 'sparse',
      inputs: [{ shape: [2], values: [1, 2], dtype: 'int32' }, probabilities],
      run: (t, p) => ops.sparseCategoricalCrossentropy(t, p),
      expected: [-Math.log(0.3), -Math.log(4 / 6)],
      unknown: 'none',
    },
    {
      name: 'sparse with a last axis of 1',
      inputs: [{ shape: [2, 1], values: [1, 2] }, probabilities],
      run: (t, p) => ops.sparseCategoricalCrossentropy(t, p),
      shape: [2],
      gradient: false,
      unknown: 'none',
    },
    {
      name: 'sparse from logits',
      inputs: [{ shape: [2], values: [1, 2], dtype: 'uint8' }, [2, 3]],
      run: (t, x) => ops.sparseCategoricalCrossentropy(t, x, { fromLogits: true }),
      shape: [2],
      unknown: 'none',
    },
    { name: 'binary', inputs: [truth, probabilities], run: (t, p) => ops.binaryCrossentropy(t, p), shape: [2, 3], second: true },
    {
      name: 'binary from logits',
      inputs: [truth, [2, 3]],
      run: (t, x) => ops.binaryCrossentropy(t, x, { fromLogits: true }),
      shape: [2, 3],
    },
    {
      name: 'binary from large logits',
      inputs: [
        { shape: [1], values: [0] },
        { shape: [1], values: [500] },
      ],
      run: (t, x) => ops.binaryCrossentropy(t, x, { fromLogits: true }),
      expected: [500],
    },
  ]);

  test('probabilities are clipped in float32 as in Keras', async () => {
    const categorical = await evaluate(() => ops.categoricalCrossentropy([[0, 1]], [[1, 0]]));
    expect(categorical.values[0]).toBeCloseTo(16.118095, 5);
    const binary = await evaluate(() => ops.binaryCrossentropy([0], [1]));
    expect(binary.values[0]).toBeCloseTo(15.942385, 5);
  });

  test('clipping stops the gradient', async () => {
    expect(await gradientOf((p) => ops.sum(ops.binaryCrossentropy([0, 1], p)), [[1, 0.5]])).toEqual([[0, -2]]);
  });

  test('refuses what does not fit', () => {
    const output = ops.ones([2, 3]);
    expect(() => ops.categoricalCrossentropy(ops.ones([2, 2]), output)).toThrow(
      'categoricalCrossentropy: target [2, 2] and output [2, 3]; expected one shape',
    );
    expect(() => ops.sparseCategoricalCrossentropy(ops.ones([3]), output)).toThrow(
      'sparseCategoricalCrossentropy: target [3] and output [2, 3]; expected class numbers [2]',
    );
    expect(() => ops.binaryCrossentropy(ops.ones([2]), output)).toThrow(
      'binaryCrossentropy: target [2] and output [2, 3]; expected one shape',
    );
  });
});
