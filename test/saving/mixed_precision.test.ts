/** Models of mixed precision in files: Keras's own, and there and back. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  layers,
  loadModel,
  type Model,
  optimizers,
  type Sequential,
  sequential,
  setDtypePolicy,
  type Tensor,
} from '../../lib/index.js';
import { weightsContents } from '../../lib/saving/weights_file.js';
import { numbers } from '../harness/training.js';
import { type Recorded, single } from './recorded.js';

interface Expected {
  readonly x: readonly Recorded[];
  readonly y: readonly Recorded[];
  readonly predictions: readonly Recorded[];
  readonly losses: readonly number[];
  readonly iterations: number;
  readonly scale: number;
  readonly counter: number;
  readonly scaleAfter: number;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-mixed-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => setDtypePolicy(null));

const scaling = (model: Model): optimizers.LossScaleOptimizer => model.optimizer as optimizers.LossScaleOptimizer;
const valuesOf = (tensors: readonly Tensor[]): Promise<unknown[]> => Promise.all(tensors.map((tensor) => tensor.data()));

it('a file of Keras has its policies, its loss scaling, and trains on as there', async () => {
  const forms = join(import.meta.dirname, 'fixtures/forms');
  const expected = JSON.parse(await readFile(join(forms, 'mixed.json'), 'utf8')) as Expected;
  const model = await loadModel(join(forms, 'mixed.keras'));
  expect(model.layers.map(({ dtypePolicy }) => dtypePolicy.name)).toEqual(['mixed_float16', 'mixed_float16', 'float32']);
  const optimizer = scaling(model);
  expect(optimizer).toBeInstanceOf(optimizers.LossScaleOptimizer);
  expect(optimizer.innerOptimizer).toBeInstanceOf(optimizers.Adam);
  expect(optimizer).toMatchObject({ initialScale: 64, dynamicGrowthSteps: 3, iterations: expected.iterations });
  expect(optimizer.learningRate).toBe(Math.fround(0.01));
  expect(await valuesOf([optimizer.dynamicScale, optimizer.stepCounter])).toEqual([
    Float32Array.of(expected.scale),
    Int32Array.of(expected.counter),
  ]);
  const [wanted] = expected.predictions as [Recorded];
  const found = await ((await model.predictOnBatch(single(expected.x))) as Tensor).data();
  // Two layers of 11 digits: a few units of the last.
  for (const [i, value] of wanted.data.entries()) expect(Math.abs((found[i] as number) - value)).toBeLessThan(4e-3);
  for (const loss of expected.losses) {
    const logs = await model.trainOnBatch(single(expected.x), single(expected.y));
    expect(Math.abs((logs.loss as number) - loss)).toBeLessThan(4e-3);
  }
  expect(await optimizer.dynamicScale.data()).toEqual(Float32Array.of(expected.scaleAfter));
});

describe('there and back', () => {
  const make = (): Sequential =>
    sequential([
      layers.dense({ units: 4, activation: 'relu', inputShape: [3] }),
      layers.batchNormalization(),
      layers.dense({ units: 1 }),
    ]);

  it('of mixed_float16: the optimizer without its wrapping, and the state of both, as Keras keeps them', async () => {
    setDtypePolicy('mixed_float16');
    const model = make();
    model.compile({ optimizer: 'adam', loss: 'mse' });
    await model.fit(numbers(8, 3), numbers(8, 1), { batchSize: 4, epochs: 2, verbose: 0 });
    const file = join(folder, 'mixed.keras');
    await model.save(file);
    const other = await loadModel(file);
    expect(other.layers.map(({ dtypePolicy }) => dtypePolicy.name)).toEqual(new Array(3).fill('mixed_float16'));
    expect(scaling(other).innerOptimizer).toBeInstanceOf(optimizers.Adam);
    expect(await valuesOf(other.weights)).toEqual(await valuesOf(model.weights));
    expect(await valuesOf(other.optimizer.variables)).toEqual(await valuesOf(model.optimizer.variables));
    expect(other.optimizer.iterations).toBe(model.optimizer.iterations);
  });

  it('the file of weights has the state twice, as Keras expects it', async () => {
    setDtypePolicy('mixed_float16');
    const model = make();
    model.compile({ optimizer: 'adam', loss: 'mse' });
    await model.fit(numbers(4, 3), numbers(4, 1), { verbose: 0 });

    const { arrays } = await weightsContents(model, model.optimizer);
    const count = (path: string): number => [...arrays.keys()].filter((key) => key.startsWith(`${path}/vars/`)).length;
    const inner = scaling(model).innerOptimizer.variables.length;
    expect([count('optimizer'), count('optimizer/inner_optimizer')]).toEqual([inner + 4, inner]);
  });

  it.each(['bfloat16', 'float16'] as const)('of %s: weights of 16 bits are the same', async (policy) => {
    setDtypePolicy(policy);
    const model = make();
    const file = join(folder, `${policy}.keras`);
    await model.save(file);
    setDtypePolicy(null);
    const other = await loadModel(file);
    expect(other.weights.map(({ dtype }) => dtype)).toEqual(new Array(model.weights.length).fill(policy));
    expect(await valuesOf(other.weights)).toEqual(await valuesOf(model.weights));
  });
});
