import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as ops from '../../lib/ops/index.js';
import { setDevice } from '../../lib/runtime/device.js';
import { testedDevice } from '../harness/device.js';
import { type GoldenTensor, goldenValues, loadGolden } from '../harness/golden.js';
import { difference, type OpCase, runOn, testOps } from '../harness/ops.js';

type Options = ops.Conv2dTransposeOptions;

const cases: [string, number[], number[], Options, number[]][] = [
  ['valid', [2, 3, 4, 2], [3, 2, 3, 2], {}, [2, 5, 5, 3]],
  ['same', [1, 3, 4, 2], [3, 2, 3, 2], { padding: 'same' }, [1, 3, 4, 3]],
  ['strides', [1, 3, 2, 2], [3, 3, 1, 2], { strides: 2 }, [1, 7, 5, 1]],
  ['strides, same', [1, 3, 2, 2], [3, 3, 1, 2], { strides: 2, padding: 'same' }, [1, 6, 4, 1]],
  ['even kernel', [1, 3, 2, 2], [4, 2, 1, 2], { strides: 2, padding: 'same' }, [1, 6, 4, 1]],
  ['strides larger than the kernel', [1, 3, 2, 1], [1, 2, 1, 1], { strides: 3 }, [1, 9, 6, 1]],
  ['strides larger than the kernel, same', [1, 3, 2, 1], [1, 2, 1, 1], { strides: 3, padding: 'same' }, [1, 9, 6, 1]],
  ['output padding', [1, 3, 2, 1], [3, 3, 1, 1], { strides: 3, outputPadding: [1, 2] }, [1, 10, 8, 1]],
  ['output padding, same', [1, 3, 2, 1], [3, 3, 1, 1], { strides: 2, padding: 'same', outputPadding: 1 }, [1, 6, 4, 1]],
  ['no output padding, same', [1, 3, 2, 1], [3, 3, 1, 1], { strides: 2, padding: 'same', outputPadding: 0 }, [1, 5, 3, 1]],
  ['dilation', [1, 3, 2, 1], [3, 2, 2, 1], { dilationRate: 2 }, [1, 7, 4, 2]],
  ['channels first', [1, 2, 3, 4], [3, 3, 1, 2], { strides: 2, dataFormat: 'channelsFirst' }, [1, 1, 7, 9]],
];

/** The cpu device may choose Winograd's algorithm, which rounds more. */
const tolerance = 2e-5;

const run = (options: Options) => (x: Tensor, kernel: Tensor) => ops.conv2dTranspose(x, kernel, options);

interface Recorded {
  class: string;
  options: Options & { filters: number; kernelSize: unknown; useBias?: boolean; activation?: string };
  inputs: GoldenTensor[];
  weights: ({ name: string } & GoldenTensor)[];
  output: GoldenTensor;
}

const recorded = loadGolden<{ cases: Recorded[] }>('layers-convolution-transpose').cases.filter(
  (entry) => entry.class === 'Conv2DTranspose',
);

describe('conv2dTranspose', () => {
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
      name: 'numbers',
      unknown: 'first',
      inputs: [
        { shape: [1, 1, 2, 1], values: [1, 10] },
        { shape: [1, 3, 1, 1], values: [1, 2, 3] },
      ],
      run: run({}),
      expected: [1, 12, 23, 30],
    },
  ]);

  test('refuses what does not fit', () => {
    const x = ops.ones([1, 4, 4, 3]);
    expect(() => ops.conv2dTranspose(x, ops.ones([3, 3, 3, 2]))).toThrow(
      'conv2dTranspose: x [1, 4, 4, 3] has 3 channels, kernel [3, 3, 3, 2] takes 2; the kernel is [kernelHeight, kernelWidth, filters, channels]',
    );
    expect(() => ops.conv2dTranspose(x, ops.ones([3, 3, 2, 3]), { strides: 2, outputPadding: 2 })).toThrow(
      'conv2dTranspose: outputPadding [2, 2] and strides [2, 2]; expected smaller ones than the strides',
    );
    expect(() => ops.conv2dTranspose(x, ops.ones([3, 3, 2, 3]), { padding: [0, 0, 0, 0] } as never)).toThrow(
      "conv2dTranspose: padding is [0,0,0,0]; expected 'same' or 'valid'",
    );
  });
});

describe('conv2dTranspose as recorded from Keras', () => {
  test('there are recordings', () => expect(recorded.length).toBeGreaterThan(5));

  for (const { options, inputs, weights, output } of recorded) {
    test(JSON.stringify(options), async () => {
      const { strides, padding, outputPadding, dilationRate, dataFormat, activation } = options;
      const given = Object.entries({ strides, padding, outputPadding, dilationRate, dataFormat }).filter(
        ([, value]) => value !== undefined,
      );
      const sources = [...inputs, ...weights];
      const hosts = sources.map((tensor) => ({
        data: Float32Array.from(goldenValues(tensor)),
        shape: tensor.shape,
        dtype: 'float32' as const,
      }));
      const body = (x: Tensor, kernel: Tensor, bias?: Tensor) => {
        const convolved = ops.conv2dTranspose(x, kernel, Object.fromEntries(given) as Options);
        const y = activation === 'relu' ? ops.relu(convolved) : convolved;
        if (bias === undefined) return [y];
        return [ops.add(y, dataFormat === 'channelsFirst' ? ops.reshape(bias, [-1, 1, 1]) : bias)];
      };
      for (const name of ['reference', testedDevice] as const) {
        const [result] = await runOn(setDevice(name), body as never, hosts);
        expect(result?.shape).toEqual(output.shape);
        expect(difference(result?.data ?? [], goldenValues(output)), name).toBeLessThan(tolerance);
      }
    });
  }
});
