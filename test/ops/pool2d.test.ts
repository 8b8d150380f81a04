import { describe, expect, test } from 'vitest';
import { denseGradients } from '../../lib/autodiff/gradients.js';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as ops from '../../lib/ops/index.js';
import { setDevice } from '../../lib/runtime/device.js';
import { testedDevice } from '../harness/device.js';
import { type OpCase, runOn, testOps } from '../harness/ops.js';

const cases: [string, number[], ops.PoolOptions, [number, number] | number, number[]][] = [
  ['valid', [2, 4, 6, 3], {}, 2, [2, 2, 3, 3]],
  ['ragged edge', [1, 5, 7, 2], {}, [2, 3], [1, 2, 2, 2]],
  ['same', [1, 5, 7, 2], { padding: 'same' }, [2, 3], [1, 3, 3, 2]],
  ['overlapping', [1, 5, 6, 2], { strides: 1 }, 3, [1, 3, 4, 2]],
  ['overlapping, same', [1, 5, 6, 2], { strides: 2, padding: 'same' }, 3, [1, 3, 3, 2]],
  ['strides larger than the window', [1, 7, 8, 1], { strides: [3, 4] }, 2, [1, 2, 2, 1]],
  ['explicit padding', [1, 4, 4, 1], { strides: 2, padding: [1, 0, 0, 1] }, 2, [1, 2, 2, 1]],
  ['channels first', [1, 2, 4, 6], { dataFormat: 'channelsFirst' }, 2, [1, 2, 2, 3]],
];

const image = { shape: [1, 3, 3, 1], values: [1, 2, 3, 6, 5, 4, 7, 9, 8] };

describe('pooling', () => {
  testOps([
    ...cases.flatMap(([name, shape, options, size, result]): OpCase[] => [
      { name: `maxPool, ${name}`, inputs: [shape], run: (x) => ops.maxPool(x, size, options), shape: result, second: true },
      { name: `avgPool, ${name}`, inputs: [shape], run: (x) => ops.avgPool(x, size, options), shape: result, second: true },
    ]),
    { name: 'maxPool', inputs: [image], run: (x) => ops.maxPool(x, 2, { strides: 1 }), expected: [6, 5, 9, 9] },
    {
      name: 'avgPool counts real cells',
      inputs: [image],
      run: (x) => ops.avgPool(x, 2, { padding: 'same' }),
      expected: [3.5, 3.5, 8, 8],
    },
    {
      name: 'maxPool of negative numbers, same',
      inputs: [{ shape: [1, 3, 3, 1], low: -3, high: -2 }],
      run: (x) => ops.maxPool(x, 3, { strides: 1, padding: 'same' }),
      shape: [1, 3, 3, 1],
    },
    {
      name: 'second derivative through maxPool',
      inputs: [[1, 4, 4, 2]],
      run: (x) => ops.maxPool(ops.mul(ops.square(x), x), 2, { strides: 1 }),
      second: true,
    },
    { name: 'globalAvgPool', inputs: [image], run: (x) => ops.globalAvgPool(x), expected: [[5]], shape: [1, 1] },
    {
      name: 'globalAvgPool keeping axes',
      inputs: [[2, 3, 4, 2]],
      run: (x) => ops.globalAvgPool(x, { keepDims: true }),
      shape: [2, 1, 1, 2],
    },
    {
      name: 'globalAvgPool, channels first',
      inputs: [[2, 3, 4, 2]],
      run: (x) => ops.globalAvgPool(x, { dataFormat: 'channelsFirst' }),
      shape: [2, 3],
    },
    { name: 'globalAvgPool of sequences', inputs: [[2, 3, 4]], run: (x) => ops.globalAvgPool(x), shape: [2, 4] },
    { name: 'globalMaxPool', inputs: [image], run: (x) => ops.globalMaxPool(x), expected: [[9]] },
    {
      name: 'globalMaxPool keeping axes',
      inputs: [[2, 3, 4, 2]],
      run: (x) => ops.globalMaxPool(x, { keepDims: true }),
      shape: [2, 1, 1, 2],
    },
  ]);

  test('the first maximum of a window takes the gradient', async () => {
    const body = (x: Tensor) => denseGradients(ops.sum(ops.maxPool(x, 2, { strides: 1 })), [x]);
    const inputs = [{ data: Float32Array.of(1, 1, 1, 1, 1, 1), shape: [1, 2, 3, 1], dtype: 'float32' as const }];
    for (const name of ['reference', testedDevice] as const) {
      const [gradient] = await runOn(setDevice(name), body as never, inputs);
      expect(Array.from(gradient?.data ?? []), name).toEqual([1, 1, 0, 0, 0, 0]);
    }
  });

  test('refuses what does not fit', () => {
    const x = ops.ones([1, 4, 4, 1]);
    expect(() => ops.maxPool(x, 5)).toThrow(
      'maxPool: a window of [5, 5] does not fit the image [1, 4, 4, 1] [batch, height, width, channels] with padding "valid"; ' +
        "use a larger image, a smaller window, or padding 'same'",
    );
    expect(() => ops.avgPool(ops.ones([4, 4, 1]), 2)).toThrow(
      'avgPool: x has shape [4, 4, 1]; expected 4 dimensions [batch, height, width, channels]',
    );
    expect(() => ops.avgPool(x, [2, 2, 2])).toThrow(
      'avgPool: poolSize is [2,2,2]; expected an integer of at least 1, or two of them',
    );
    expect(() => ops.maxPool(x, 2, { stride: 1 } as never)).toThrow("maxPool: unknown option 'stride'; did you mean 'strides'?");
    expect(() => ops.globalAvgPool(ops.ones([4, 4]))).toThrow(
      'globalAvgPool: x has shape [4, 4]; expected a batch, channels and at least one axis more',
    );
  });
});
