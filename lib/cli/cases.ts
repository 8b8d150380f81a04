/** @file The computations that `laminet doctor` compares devices by: ops with their gradients, and short trainings. */

import { compile, valueAndGrads } from '../autodiff/transforms.js';
import type { Tensor } from '../graph/tensor.js';
import * as ops from '../ops/index.js';
import { tensor } from '../runtime/device_tensor.js';
import { trainings } from './trainings.js';

export interface Case {
  readonly name: string;
  readonly run: () => Promise<Float32Array[]>;
  /** Allowed difference, relative to the largest element; that of float32 sums in another order by default. */
  readonly tolerance?: number;
}

/** Reproducible numbers in [-1, 1). */
export function numbers(seed: number, count: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2147483648 - 1;
  });
}

const flat = async (results: readonly Tensor[]): Promise<Float32Array[]> =>
  Promise.all(
    results.map(async (result) => Float32Array.from((await (result as ReturnType<typeof tensor>).data()) as Float32Array)),
  );

/** An op on inputs of these shapes: its result, and the gradients of the sum of its squares. */
function op(name: string, shapes: readonly (readonly number[])[], body: (...inputs: Tensor[]) => Tensor): Case {
  return {
    name,
    run: async () => {
      const inputs = shapes.map((shape, index) => {
        const count = shape.reduce((product, size) => product * size, 1);
        return tensor(numbers(index + 1, count), shape);
      });
      const squares = (...given: Tensor[]): Tensor => ops.sum(ops.square(body(...given)));
      const [, ...gradients] = valueAndGrads(squares)(...inputs);
      return flat([compile(body)(...inputs), ...gradients]);
    },
  };
}

const image = [2, 9, 10, 8];

const convolution = op('conv2d, both gradients', [image, [3, 3, 8, 12]], (x, k) => ops.conv2d(x, k, { padding: 'same' }));

const others: readonly Case[] = [
  op('conv2d with strides', [image, [3, 3, 8, 5]], (x, k) => ops.conv2d(x, k, { strides: 2, padding: 'same' })),
  op('conv2d with dilation', [image, [3, 3, 8, 4]], (x, k) => ops.conv2d(x, k, { dilationRate: 2 })),
  op('conv2d in groups', [image, [3, 3, 2, 8]], (x, k) => ops.conv2d(x, k, { padding: 'same', groups: 4 })),
  op('conv2d of one point', [image, [1, 1, 8, 16]], (x, k) => ops.conv2d(x, k)),
  op('conv2dTranspose', [image, [3, 3, 6, 8]], (x, k) => ops.conv2dTranspose(x, k, { strides: 2, padding: 'same' })),
  op('depthwiseConv2d', [image, [3, 3, 8, 2]], (x, k) => ops.depthwiseConv2d(x, k, { padding: 'same' })),
  op('maxPool', [image], (x) => ops.maxPool(x, 2)),
  op('avgPool', [image], (x) => ops.avgPool(x, 3, { strides: 2, padding: 'same' })),
  op('batchNormTraining', [image, [8], [8]], (x, gamma, beta) => ops.batchNormTraining(x, gamma ?? null, beta ?? null).y),
  op(
    'matMul',
    [
      [17, 33],
      [33, 9],
    ],
    (a, b) => ops.matMul(a, b),
  ),
  op('softmax', [[7, 10]], (x) => ops.softmax(x)),
  op('sparseCategoricalCrossentropy', [[6, 5]], (x) =>
    ops.sparseCategoricalCrossentropy(tensor(Int32Array.from([0, 4, 2, 1, 3, 2])), x, { fromLogits: true }),
  ),
  op('reductions', [image], (x) => ops.concat([ops.mean(x, [1, 2]), ops.max(x, [1, 2]), ops.variance(x, [1, 2])], -1)),
  op('pointwise chain', [image, image], (x, y) => ops.mul(ops.tanh(ops.add(x, y)), ops.sigmoid(ops.sub(x, ops.relu(y))))),
  op('broadcast', [image, [8]], (x, bias) => ops.add(x, bias)),
  op('transpose, slice, concat', [image], (x) => {
    const turned = ops.transpose(x, [0, 3, 1, 2]);
    return ops.concat([ops.slice(turned, [0, 2, 1, 0], [2, 3, 4, 10]), ops.slice(turned, [0, 5, 0, 0], [2, 3, 4, 10])], 1);
  }),
  op('pad', [image], (x) =>
    ops.pad(x, [
      [0, 0],
      [1, 2],
      [0, 3],
      [0, 0],
    ]),
  ),
  op('gather', [[11, 6]], (x) => ops.gather(x, tensor(Int32Array.from([3, 3, 0, 10, 7])), 0)),
  op('a million elements', [[1000, 1003]], (x) => ops.sum(ops.exp(ops.mul(x, x)), 0)),
];

const steps: readonly Case[] = trainings(numbers);

/** What `doctor` checks every device with. */
export const shortCases: readonly Case[] = [convolution, ...steps.slice(0, 1)];

/** What `doctor --cuda` checks the GPU with. */
export const conformanceCases: readonly Case[] = [convolution, ...others, ...steps];
