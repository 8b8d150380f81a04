/** @file What strides and padding do to the size of an image, and what one number of a convolution is. */

import { input, layers, ops, tensor } from 'laminet';

/** Height of what a convolution makes of an image of `size` x `size`. */
export function outputSize(size: number, kernelSize: number, strides: number, padding: 'same' | 'valid'): number {
  const image = input({ shape: [size, size, 3] });
  const shape = layers.conv2d({ filters: 1, kernelSize, strides, padding }).apply(image).shape;
  return shape[1] as number;
}

/**
 * One window under one filter: `sum(A * X)`, to which a layer adds the filter's bias. A convolution gives this number for every window and
 * every filter.
 */
export async function oneNumber(window: number[][], filter: number[][]): Promise<{ sum: number; convolved: number }> {
  const sum = window.flatMap((row, i) => row.map((value, j) => value * (filter[i]?.[j] as number))).reduce((a, b) => a + b, 0);
  const [height, width] = [window.length, window[0]?.length as number];
  const image = ops.reshape(tensor(window), [1, height, width, 1]);
  const result = await ops.conv2d(image, ops.reshape(tensor(filter), [height, width, 1, 1])).data();
  return { sum, convolved: result[0] as number };
}

export async function showGeometry(): Promise<void> {
  const rows: [padding: 'same' | 'valid', strides: number, rule: string][] = [
    ['same', 1, 'as before'],
    ['same', 2, 'half'],
    ['valid', 1, 'size - kernel + 1 (the notebook forgets the 1)'],
    ['valid', 2, 'floor((size - kernel) / 2) + 1'],
  ];
  for (const [padding, strides, rule] of rows) {
    console.log(`32 x 32 under 4 x 4, padding ${padding}, strides ${strides}: ${outputSize(32, 4, strides, padding)}, ${rule}`);
  }
  const window = [
    [1, 2],
    [3, 4],
  ];
  const filter = [
    [1, 0],
    [0, -1],
  ];
  const { sum, convolved } = await oneNumber(window, filter);
  console.log(`one window under one filter: sum(A * X) = ${sum}; the convolution gives ${convolved}`);
}
