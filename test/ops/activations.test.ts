import { describe, expect, test } from 'vitest';
import { denseGradients } from '../../lib/autodiff/gradients.js';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as ops from '../../lib/ops/index.js';
import { setDevice } from '../../lib/runtime/device.js';
import { testedDevice } from '../harness/device.js';
import { type GoldenTensor, goldenValues, loadGolden } from '../harness/golden.js';
import { difference, runOn, testOps } from '../harness/ops.js';

type Options = Record<string, number | boolean>;

interface Golden {
  grid: number[];
  elementwise: { name: string; options: Options; values: number[]; derivatives: number[] }[];
  matrix: GoldenTensor;
  outer: GoldenTensor;
  rows: { name: string; options: Options; output: GoldenTensor; gradient: GoldenTensor }[];
}

const golden = loadGolden<Golden>('activations');

const functions: Record<string, (x: Tensor, options: Options) => Tensor> = {
  celu: (x, { alpha }) => ops.celu(x, alpha as number | undefined),
  elu: (x, { alpha }) => ops.elu(x, alpha as number | undefined),
  exponential: ops.exponential,
  gelu: (x, { approximate }) => ops.gelu(x, (approximate as boolean | undefined) ?? false),
  hardShrink: (x, { threshold }) => ops.hardShrink(x, threshold as number | undefined),
  hardSigmoid: ops.hardSigmoid,
  hardSilu: ops.hardSilu,
  hardTanh: ops.hardTanh,
  leakyRelu: (x, { negativeSlope }) => ops.leakyRelu(x, negativeSlope as number | undefined),
  linear: ops.identity,
  logSigmoid: ops.logSigmoid,
  mish: ops.mish,
  relu: ops.relu,
  relu6: ops.relu6,
  selu: ops.selu,
  sigmoid: ops.sigmoid,
  silu: ops.silu,
  softShrink: (x, { threshold }) => ops.softShrink(x, threshold as number | undefined),
  softplus: ops.softplus,
  softsign: ops.softsign,
  sparsePlus: ops.sparsePlus,
  sparseSigmoid: ops.sparseSigmoid,
  squareplus: (x, { b }) => ops.squareplus(x, b as number | undefined),
  tanh: ops.tanh,
  tanhShrink: ops.tanhShrink,
  threshold: (x, { threshold, defaultValue }) => ops.threshold(x, threshold as number, defaultValue as number),
  softmax: (x, { axis }) => ops.softmax(x, axis as number | undefined),
  logSoftmax: (x, { axis }) => ops.logSoftmax(x, axis as number | undefined),
  glu: (x, { axis }) => ops.glu(x, axis as number | undefined),
};

const host = (data: ArrayLike<number>, shape: readonly number[]) => ({
  data: Float32Array.from(data),
  shape,
  dtype: 'float32' as const,
});

/** relu with options is a function of the activations, not an op. */
const isOp = ({ name, options }: { name: string; options: Options }): boolean =>
  name !== 'relu' || Object.keys(options).length === 0;

describe('activations as recorded from Keras', () => {
  for (const recorded of golden.elementwise.filter(isOp)) {
    test(`${recorded.name} ${JSON.stringify(recorded.options)}`, async () => {
      const run = functions[recorded.name] as (x: Tensor, options: Options) => Tensor;
      const body = (x: Tensor) => {
        const y = run(x, recorded.options);
        return [y, ...denseGradients(ops.sum(y), [x])];
      };
      for (const name of ['reference', testedDevice] as const) {
        const [value, derivative] = await runOn(setDevice(name), body as never, [host(golden.grid, [golden.grid.length])]);
        expect(difference(value?.data ?? [], recorded.values), `${name} values`).toBeLessThan(3e-7);
        expect(difference(derivative?.data ?? [], recorded.derivatives), `${name} derivatives`).toBeLessThan(3e-6);
      }
    });
  }

  for (const recorded of golden.rows) {
    test(`${recorded.name} ${JSON.stringify(recorded.options)}`, async () => {
      const run = functions[recorded.name] as (x: Tensor, options: Options) => Tensor;
      const { shape } = recorded.output;
      const outer = goldenValues(golden.outer).slice(0, shape[0] === undefined ? 0 : shape.reduce((a, b) => a * b, 1));
      const body = (x: Tensor, weights: Tensor) => {
        const y = run(x, recorded.options);
        return [y, ...denseGradients(ops.sum(ops.mul(y, weights)), [x])];
      };
      const inputs = [host(goldenValues(golden.matrix), golden.matrix.shape), host(outer, shape)];
      for (const name of ['reference', testedDevice] as const) {
        const [value, gradient] = await runOn(setDevice(name), body as never, inputs);
        expect(difference(value?.data ?? [], goldenValues(recorded.output)), `${name} output`).toBeLessThan(1e-6);
        expect(difference(gradient?.data ?? [], goldenValues(recorded.gradient)), `${name} gradient`).toBeLessThan(1e-6);
      }
    });
  }
});

describe('activations', () => {
  const input = [{ shape: [2, 5], low: -3, high: 3 }];
  testOps([
    ...Object.entries(functions)
      .filter(([name]) => !['threshold', 'glu'].includes(name))
      .map(([name, run]) => ({ name, inputs: input, run: (x: Tensor) => run(x, {}), shape: [2, 5] })),
    { name: 'threshold', inputs: input, run: (x) => ops.threshold(x, 1, -2) },
    { name: 'glu over the first axis', inputs: [[4, 3]], run: (x) => ops.glu(x, 0), shape: [2, 3], unknown: 'none' },
    { name: 'gelu with tanh', inputs: input, run: (x) => ops.gelu(x), second: true },
    { name: 'prelu', inputs: [{ shape: [2, 3], low: -2, high: 2 }, [3]], run: ops.prelu, second: true },
  ]);

  test('glu needs an even axis', () => {
    expect(() => ops.glu(ops.ones([3]))).toThrow(
      'split: axis 0 of [3] into 2; expected 3 elements in equal parts, or sizes that add up',
    );
  });
});
