/** @file The elements that the notebook explains before it programs: convolution, stride, maximum pooling, ReLU, on an image small enough to check by hand. */

import { ops, type Tensor, tensor } from 'laminet';

export const image = [
  [1, 2, 0, 1],
  [0, 1, 3, 1],
  [2, 1, 0, 0],
  [1, 0, 1, 2],
];

/** Bright left of dark: positive at such edges, negative at the opposite ones. */
export const kernel = [
  [1, 0, -1],
  [1, 0, -1],
  [1, 0, -1],
];

/** The rows of numbers as a batch of one image with one channel, `[1, height, width, 1]`. */
const asBatch = (rows: number[][]): Tensor => ops.reshape(tensor(rows), [1, rows.length, rows[0]?.length as number, 1]);

const asRows = async (batch: Tensor): Promise<number[][]> =>
  (await ops.reshape(batch, batch.shape.slice(1, 3) as number[]).array()) as number[][];

/** The weighted sum of the 3 x 3 window whose upper left corner is at (`top`, `left`): one number of a convolution. */
export function weightedSum(top: number, left: number): number {
  const terms = kernel.flatMap((row, i) => row.map((weight, j) => weight * (image[top + i]?.[left + j] as number)));
  return terms.reduce((sum, term) => sum + term, 0);
}

/** The image under the kernel. The stride is the step from one window to the next; 'same' pads with zeros, so that stride 1 keeps the size. */
export function convolved(strides: number, padding: 'valid' | 'same'): Promise<number[][]> {
  const weights = ops.reshape(tensor(kernel), [3, 3, 1, 1]);
  return asRows(ops.conv2d(asBatch(image), weights, { strides, padding }));
}

/** The largest value of each window of 2 x 2. */
export const pooled = (): Promise<number[][]> => asRows(ops.maxPool(asBatch(image), 2));

/** `max(0, x)` */
export const rectified = async (values: number[]): Promise<number[]> => (await ops.relu(tensor(values)).array()) as number[];

/** Prints what each element makes of the image. */
export async function showElements(): Promise<void> {
  const show = (what: string, rows: number[][]): void =>
    console.log(`${what}\n${rows.map((row) => `  ${row.join(' ')}`).join('\n')}`);
  show('an image', image);
  show('a kernel', kernel);
  console.log(`the weighted sum of the first window: ${weightedSum(0, 0)}`);
  show('convolved, without padding', await convolved(1, 'valid'));
  show('convolved, with zeros around the image', await convolved(1, 'same'));
  show('convolved with a stride of 2', await convolved(2, 'same'));
  show('maximum of 2 x 2', await pooled());
  console.log(`ReLU of -2, -1, 0, 1, 2: ${(await rectified([-2, -1, 0, 1, 2])).join(', ')}`);
}
