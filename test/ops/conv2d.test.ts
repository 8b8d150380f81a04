import { describe, expect, test } from 'vitest';
import { Graph } from '../../lib/graph/graph.js';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as ops from '../../lib/ops/index.js';
import { type OpCase, testOps } from '../harness/ops.js';

/** The cpu device may choose Winograd's algorithm, which rounds more. */
const tolerance = 2e-5;

const run = (options: ops.Conv2dOptions) => (x: Tensor, kernel: Tensor) => ops.conv2d(x, kernel, options);

/** What is special, image, kernel, options, shape of the result. */
const cases: [string, number[], number[], ops.Conv2dOptions, number[]][] = [
  ['valid', [2, 5, 6, 2], [3, 2, 2, 3], {}, [2, 3, 5, 3]],
  ['same', [1, 5, 6, 2], [3, 2, 2, 3], { padding: 'same' }, [1, 5, 6, 3]],
  ['upper case', [1, 5, 5, 1], [3, 3, 1, 1], { padding: 'SAME' }, [1, 5, 5, 1]],
  ['one cell', [2, 3, 4, 3], [1, 1, 3, 2], {}, [2, 3, 4, 2]],
  ['strides', [1, 7, 6, 2], [3, 3, 2, 2], { strides: 2 }, [1, 3, 2, 2]],
  [
    'strides, same, even sizes: the odd cell goes after',
    [1, 6, 8, 1],
    [3, 4, 1, 2],
    { strides: 2, padding: 'same' },
    [1, 3, 4, 2],
  ],
  ['strides that differ', [1, 7, 7, 1], [2, 3, 1, 2], { strides: [3, 2], padding: 'same' }, [1, 3, 4, 2]],
  ['strides larger than the kernel', [1, 8, 8, 1], [2, 2, 1, 2], { strides: 3 }, [1, 3, 3, 2]],
  ['rows that no window touches', [1, 8, 6, 1], [3, 3, 1, 1], { strides: [4, 2] }, [1, 2, 2, 1]],
  ['dilation', [1, 7, 8, 2], [3, 3, 2, 2], { dilationRate: [2, 3] }, [1, 3, 2, 2]],
  ['dilation, same', [1, 5, 6, 1], [3, 3, 1, 2], { dilationRate: 2, padding: 'same' }, [1, 5, 6, 2]],
  ['groups', [1, 4, 5, 4], [3, 3, 2, 6], { groups: 2 }, [1, 2, 3, 6]],
  ['groups, strides, same', [1, 5, 5, 4], [3, 3, 1, 4], { groups: 4, strides: 2, padding: 'same' }, [1, 3, 3, 4]],
  ['explicit padding', [1, 4, 4, 1], [3, 3, 1, 2], { padding: [2, 0, 1, 3] }, [1, 4, 6, 2]],
  ['kernel larger than the image, same', [1, 2, 2, 1], [5, 5, 1, 1], { padding: 'same' }, [1, 2, 2, 1]],
  ['channels first', [1, 2, 5, 6], [3, 3, 2, 3], { dataFormat: 'channelsFirst', strides: 2 }, [1, 3, 2, 2]],
  ['no images', [0, 5, 5, 1], [3, 3, 1, 2], {}, [0, 3, 3, 2]],
];

describe('conv2d', () => {
  testOps([
    ...cases.map(
      ([name, image, kernel, options, shape]): OpCase => ({
        name,
        inputs: [image, kernel],
        run: run(options),
        shape,
        unknown: 'first',
        tolerance,
        second: true,
      }),
    ),
    {
      name: 'is not flipped',
      unknown: 'first',
      inputs: [
        { shape: [1, 3, 3, 1], values: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
        { shape: [2, 2, 1, 1], values: [1, 2, 3, 4] },
      ],
      run: run({}),
      expected: [37, 47, 67, 77],
    },
  ]);

  test('refuses what does not fit', () => {
    const graph = new Graph({ abstract: true });
    const x = graph.input('x', { dtype: 'float32', shape: [null, 28, 28, 3] });
    const flat = graph.input('flat', { dtype: 'float32', shape: [null, 784] });
    const small = graph.input('small', { dtype: 'float32', shape: [null, 2, 8, 3] });
    const kernel = graph.input('kernel', { dtype: 'float32', shape: [3, 3, 1, 8] });
    const fitting = graph.input('fitting', { dtype: 'float32', shape: [3, 3, 3, 8] });
    const bytes = graph.input('bytes', { dtype: 'uint8', shape: [1, 8, 8, 3] });
    graph.run(() => {
      expect(() => ops.conv2d(x, kernel)).toThrow(
        'conv2d: x [null, 28, 28, 3] has 3 channels, kernel [3, 3, 1, 8] takes 1 in 1 group; expected 1; ' +
          'the kernel is [kernelHeight, kernelWidth, channels / groups, filters]',
      );
      expect(() => ops.conv2d(flat, kernel)).toThrow(
        'conv2d: x has shape [null, 784]; expected 4 dimensions [batch, height, width, channels]',
      );
      expect(() => ops.conv2d(small, fitting)).toThrow(
        'conv2d: a window of [3, 3] does not fit the image [null, 2, 8, 3] [batch, height, width, channels] with padding "valid"; ' +
          "use a larger image, a smaller window, or padding 'same'",
      );
      expect(() => ops.conv2d(x, kernel, { groups: 3 })).toThrow('conv2d: 8 filters do not divide into 3 groups');
      expect(() => ops.conv2d(bytes, bytes)).toThrow('conv2d: received uint8; expected a float type; use cast');
      expect(() => ops.conv2d(x, fitting, { stride: 2 } as never)).toThrow(
        "conv2d: unknown option 'stride'; did you mean 'strides'?",
      );
      expect(() => ops.conv2d(x, fitting, { padding: 'some' } as never)).toThrow(
        "conv2d: unknown padding 'some'; did you mean 'same'?",
      );
      expect(() => ops.conv2d(x, fitting, { padding: [1, 1] })).toThrow(
        "conv2d: padding is [1,1]; expected 'same', 'valid' or [top, bottom, left, right]",
      );
      expect(() => ops.conv2d(x, fitting, { strides: 0 })).toThrow(
        'conv2d: strides is 0; expected an integer of at least 1, or two of them',
      );
      expect(() => ops.conv2d(x, fitting, { strides: 2, dilationRate: 2 })).toThrow(
        'conv2d: strides [2, 2] and dilationRate [2, 2]; expected one of them to be 1',
      );
    });
  });

  test('sizes that are not known yet', () => {
    const graph = new Graph({ abstract: true });
    const x = graph.input('x', { dtype: 'float32', shape: [null, null, 28, null] });
    const kernel = graph.input('kernel', { dtype: 'float32', shape: [3, 3, 3, 8] });
    graph.run(() => {
      expect(ops.conv2d(x, kernel, { strides: 2, padding: 'same' }).shape).toEqual([null, null, 14, 8]);
    });
  });
});

describe('depthwiseConv2d', () => {
  const grouped: OpCase[] = [
    {
      name: 'two outputs a channel',
      inputs: [
        [1, 5, 4, 3],
        [3, 3, 3, 2],
      ],
      run: (x, k) => ops.depthwiseConv2d(x, k),
      shape: [1, 3, 2, 6],
      second: true,
    },
    {
      name: 'strides, same',
      inputs: [
        [1, 5, 4, 2],
        [3, 3, 2, 1],
      ],
      run: (x, k) => ops.depthwiseConv2d(x, k, { strides: 2, padding: 'same' }),
      shape: [1, 3, 2, 2],
    },
    {
      name: 'dilation',
      inputs: [
        [1, 6, 6, 2],
        [2, 3, 2, 1],
      ],
      run: (x, k) => ops.depthwiseConv2d(x, k, { dilationRate: 2 }),
      shape: [1, 4, 2, 2],
    },
    {
      name: 'channels first',
      inputs: [
        [1, 3, 5, 4],
        [3, 3, 3, 2],
      ],
      run: (x, k) => ops.depthwiseConv2d(x, k, { dataFormat: 'channelsFirst' }),
      shape: [1, 6, 3, 2],
    },
    {
      name: 'order of the channels',
      inputs: [
        { shape: [1, 1, 1, 2], values: [1, 10] },
        { shape: [1, 1, 2, 2], values: [1, 2, 3, 4] },
      ],
      run: (x, k) => ops.depthwiseConv2d(x, k),
      expected: [1, 2, 30, 40],
    },
    {
      name: 'separableConv2d',
      inputs: [
        [1, 5, 4, 2],
        [3, 3, 2, 2],
        [1, 1, 4, 3],
      ],
      run: (x, d, p) => ops.separableConv2d(x, d, p, { strides: 2, padding: 'same' }),
      shape: [1, 3, 2, 3],
    },
  ];
  testOps(grouped.map((op) => ({ ...op, unknown: 'first', tolerance })));

  test('refuses what does not fit', () => {
    expect(() => ops.depthwiseConv2d(ops.ones([1, 4, 4, 3]), ops.ones([3, 3, 2, 1]))).toThrow(
      'depthwiseConv2d: x [1, 4, 4, 3] has 3 channels, kernel [3, 3, 2, 1] takes 2; ' +
        'the kernel is [kernelHeight, kernelWidth, channels, multiplier]',
    );
  });
});
