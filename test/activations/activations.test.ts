import { describe, expect, test } from 'vitest';
import * as activations from '../../lib/activations/index.js';
import { type Activation, gelu, getActivation, leakyRelu, linear, relu } from '../../lib/activations/index.js';
import { denseGradients } from '../../lib/autodiff/gradients.js';
import type { Tensor } from '../../lib/graph/tensor.js';
import { sum } from '../../lib/ops/reduce.js';
import { tensor } from '../../lib/runtime/device_tensor.js';
import { TracedFunction } from '../../lib/runtime/function.js';
import { expectClose } from '../harness/close.js';
import { loadGolden } from '../harness/golden.js';

interface Golden {
  grid: number[];
  elementwise: { name: string; options: Record<string, never>; values: number[]; derivatives: number[] }[];
}

const golden = loadGolden<Golden>('activations');

async function check(activation: Activation, values: number[], derivatives: number[]): Promise<void> {
  const data = Float32Array.from(golden.grid);
  const traced = new TracedFunction(([x]) => {
    const y = activation(x as Tensor);
    return [y, ...denseGradients(sum(y), [x as Tensor])];
  });
  const [y, slope] = await traced.runAndRead([{ data, shape: [data.length], dtype: 'float32' }]);
  expectClose(y as Float32Array, values, { relative: 2e-5, absolute: 2e-6, where: 'values' });
  expectClose(slope as Float32Array, derivatives, { relative: 2e-5, absolute: 2e-6, where: 'derivatives' });
}

const plain = golden.elementwise.filter(({ options }) => Object.keys(options).length === 0);

test.each(plain)("the string '$name' means Keras's function", async ({ name, values, derivatives }) => {
  const activation = getActivation('dense', name);
  expect(activation.name).toBe(name);
  await check(activation, values, derivatives);
});

const rectifiers = golden.elementwise.filter(({ name, options }) => name === 'relu' && Object.keys(options).length > 0);

test.each(rectifiers)('relu with $options', async ({ options, values, derivatives }) => {
  await check((x) => relu(x, options), values, derivatives);
});

describe('defaults', () => {
  test('of leakyRelu and gelu', async () => {
    const x = tensor([-1, 2]);
    expectClose(await leakyRelu(x).data(), [-0.2, 2]);
    expectClose(await leakyRelu(x, 0.5).data(), [-0.5, 2]);
    expectClose(await gelu(tensor([1])).data(), [0.841345]);
    expectClose(await gelu(tensor([1]), true).data(), [0.841192]);
  });
});

describe('getActivation', () => {
  test.each([
    ['leaky_relu', 'leakyRelu'],
    ['LogSoftmax', 'logSoftmax'],
    ['hard_sigmoid', 'hardSigmoid'],
    ['swish', 'swish'],
    ['ReLU', 'relu'],
  ])('%s', (name, expected) => {
    expect(getActivation('dense', name).name).toBe(expected);
  });

  test('passes functions on, and takes null for linear', () => {
    expect(getActivation('dense', null)).toBe(linear);
    expect(getActivation('dense', undefined)).toBe(linear);
    expect(getActivation('dense', activations.tanh)).toBe(activations.tanh);
  });

  test('names the nearest name', () => {
    expect(() => getActivation('Dense', 'rellu')).toThrow("Dense: unknown activation 'rellu'; did you mean 'relu'?");
    expect(() => getActivation('Dense', {} as never)).toThrow(
      'Dense: activation of type object; expected a name or a function of a tensor',
    );
    expect(() => relu(tensor([1]), { slope: 1 } as never)).toThrow("relu: unknown option 'slope'");
  });
});
