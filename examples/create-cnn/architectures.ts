/** @file Question 1, the page on architectures: why rows of small kernels are preferred to one large kernel. */

import { grad, layers, ops, type Sequential, sequential, tensor } from 'laminet';

const channels = 64;
const side = 15;

/** What a row of convolutions costs, and how far it sees. */
export interface Architecture {
  readonly name: string;
  readonly weights: number;
  /** Side of the square of input pixels that one output pixel depends on. */
  readonly sees: number;
}

/** Three convolutions of 3 x 3 beside one of 7 x 7, both from 64 channels to 64. */
export function compareArchitectures(): Promise<Architecture[]> {
  const rows: [name: string, kernelSizes: number[]][] = [
    ['three convolutions of 3 x 3', [3, 3, 3]],
    ['one convolution of 7 x 7', [7]],
  ];
  return Promise.all(
    rows.map(async ([name, kernelSizes]) => {
      const net = rowOfConvolutions(kernelSizes);
      return { name, weights: net.countParams(), sees: await sideSeen(net) };
    }),
  );
}

function rowOfConvolutions(kernelSizes: readonly number[]): Sequential {
  const net = sequential();
  const inputShape = [side, side, channels];
  for (const kernelSize of kernelSizes) net.add(layers.conv2d({ filters: channels, kernelSize, padding: 'same', inputShape }));
  return net;
}

/**
 * The gradient of the output's middle pixel is 0 at the pixels of the input that it does not depend on, but for rounding: Winograd's method
 * computes tiles of pixels together.
 */
async function sideSeen(net: Sequential): Promise<number> {
  const middle = (side - 1) / 2;
  const middlePixel = grad((x) => ops.sum(ops.slice(net.apply(x), [0, middle, middle, 0], [1, 1, 1, channels])));
  const image = tensor(new Float32Array(side * side * channels), [1, side, side, channels]);
  const gradient = (await ops.max(ops.abs(middlePixel(image)), [0, 2, 3]).array()) as number[];
  const rounding = 1e-4 * Math.max(...gradient);
  return gradient.filter((size) => size > rounding).length;
}
