import { describe, expect, test } from 'vitest';
import * as ops from '../../lib/ops/index.js';
import { testOps } from '../harness/ops.js';

const image = { shape: [1, 2, 2, 1], values: [1, 2, 3, 4] };

describe('resize', () => {
  testOps([
    {
      name: 'upSampling2d',
      inputs: [image],
      run: (x) => ops.upSampling2d(x),
      expected: [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4],
      shape: [1, 4, 4, 1],
      second: true,
    },
    {
      name: 'upSampling2d, factors that differ',
      inputs: [[2, 2, 3, 2]],
      run: (x) => ops.upSampling2d(x, [3, 1]),
      shape: [2, 6, 3, 2],
    },
    {
      name: 'upSampling2d, bilinear',
      inputs: [image],
      run: (x) => ops.upSampling2d(x, [1, 2], { interpolation: 'bilinear' }),
      expected: [1, 1.25, 1.75, 2, 3, 3.25, 3.75, 4],
      shape: [1, 2, 4, 1],
      unknown: 'none',
    },
    {
      name: 'upSampling2d, channels first',
      inputs: [[1, 2, 2, 3]],
      run: (x) => ops.upSampling2d(x, 2, { dataFormat: 'channelsFirst' }),
      shape: [1, 2, 4, 6],
    },
    {
      name: 'resizeImages, bilinear, smaller',
      inputs: [{ shape: [1, 1, 4, 1], values: [1, 2, 3, 5] }],
      run: (x) => ops.resizeImages(x, [1, 2], { interpolation: 'bilinear' }),
      expected: [1.5, 4],
      unknown: 'none',
    },
    {
      name: 'resizeImages, bilinear, odd sizes',
      inputs: [[2, 3, 5, 2]],
      run: (x) => ops.resizeImages(x, [7, 4], { interpolation: 'bilinear' }),
      shape: [2, 7, 4, 2],
      unknown: 'none',
    },
    {
      name: 'resizeImages, nearest',
      inputs: [{ shape: [1, 1, 4, 1], values: [1, 2, 3, 5] }],
      run: (x) => ops.resizeImages(x, [1, 2]),
      expected: [2, 5],
      unknown: 'none',
    },
    {
      name: 'resizeImages, nearest, odd sizes',
      inputs: [[2, 3, 5, 2]],
      run: (x) => ops.resizeImages(x, [7, 4]),
      shape: [2, 7, 4, 2],
      unknown: 'none',
    },
  ]);

  test('refuses what does not fit', () => {
    expect(() => ops.upSampling2d(ops.ones([2, 2]), 2)).toThrow(
      'upSampling2d: x has shape [2, 2]; expected 4 dimensions [batch, height, width, channels]',
    );
    expect(() => ops.resizeImages(ops.ones([1, 2, 2, 1]), 0)).toThrow(
      'resizeImages: size is 0; expected an integer of at least 1, or two of them',
    );
    expect(() => ops.resizeImages(ops.ones([1, 2, 2, 1]), 4, { interpolation: 'cubic' } as never)).toThrow(
      "unknown interpolation 'cubic'",
    );
  });
});
