import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateError, ValueError } from '../../lib/core/errors.js';
import { layers, Model, optimizers, type Sequential, sequential, setDevice, tensor } from '../../lib/index.js';
import { readHdf5 } from '../../lib/saving/hdf5.js';
import { readKnown } from '../../lib/saving/read_file.js';
import { testedDevice } from '../harness/device.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-weights-'));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const contentsOf = async (path: string) => readHdf5(path, (await readKnown(path, path)).bytes);

const x = tensor(
  Array.from({ length: 8 * 36 }, (_, i) => Math.sin(i)),
  [8, 6, 6, 1],
);
const y = tensor(
  Array.from({ length: 8 }, (_, i) => i % 3),
  [8],
  'int32',
);

/** A net with everything that has a state: moving averages, random numbers, a nested model. */
function net(units = 3): Sequential {
  const inner = sequential([layers.dense({ units: 4, activation: 'relu' })], { name: 'inner' });
  return sequential([
    layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [6, 6, 1], name: 'first' }),
    layers.batchNormalization({ name: 'norm' }),
    layers.dropout({ rate: 0.3, name: 'drop' }),
    layers.conv2d({ filters: 2, kernelSize: 2, name: 'second' }),
    layers.flatten({ name: 'flat' }),
    inner,
    layers.dense({ units, activation: 'softmax', name: 'last' }),
  ]);
}

const compiled = (optimizer = optimizers.adam({ learningRate: 0.01 })): Sequential => {
  const built = net();
  built.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
  return built;
};

const train = async (trained: Model, steps: number): Promise<number[]> => {
  const losses = [];
  for (let i = 0; i < steps; i++) losses.push(((await trained.trainOnBatch(x, y)) as { loss: number }).loss);
  return losses;
};

const weightsOf = async (from: Model): Promise<number[][]> =>
  Promise.all(from.weights.map(async (weight) => [...(await weight.data())]));

describe('saveWeights', () => {
  it('puts variables where Keras puts them, with the names of their layers', async () => {
    const saved = compiled();
    await train(saved, 1);
    await saved.saveWeights(at('net.weights.h5'));
    const { groups, arrays } = await contentsOf(at('net.weights.h5'));
    expect([...groups].filter(([, { name }]) => name !== undefined).map(([path, { name }]) => `${path} ${name}`)).toEqual([
      'layers/batch_normalization/vars norm',
      'layers/conv2d/vars first',
      'layers/conv2d_1/vars second',
      'layers/dense/vars last',
      'layers/dropout/vars drop',
      'layers/flatten/vars flat',
      `layers/sequential/layers/dense/vars ${saved.getLayer('inner').subLayers()[0]?.name}`,
      'layers/sequential/vars inner',
      'optimizer/vars adam',
      `vars ${saved.name}`,
    ]);
    expect(arrays.get('layers/conv2d/vars/0')?.shape).toEqual([3, 3, 1, 2]);
    expect(arrays.get('layers/batch_normalization/vars/3')?.shape).toEqual([2]);
    expect([...(arrays.get('layers/dropout/seed_generator/vars/0')?.data ?? [])][1]).toBe(1);
    expect([...(arrays.get('optimizer/vars/0')?.data ?? [])]).toEqual([1]);
    expect(arrays.get('optimizer/vars/1')?.data[0]).toBe(Math.fround(0.01));
    expect(await readdir(folder)).toEqual(['net.weights.h5']);
  });

  it('names the properties of classes as Keras names attributes, and keeps shared layers once', async () => {
    class Block extends Model {
      readonly outLayer = layers.dense({ units: 1 });
      readonly firstLayers = [
        layers.dense({ units: 2 }),
        layers.dense({ units: 2 }),
        [layers.activation({ activation: 'relu' })],
      ];
      readonly again = this.firstLayers[0];
      call(inputs: never) {
        const [a, b] = this.firstLayers as [layers.Dense, layers.Dense];
        return this.outLayer.apply(b.apply(a.apply(inputs)));
      }
    }
    const block = new Block();
    await block.predict(tensor([[1, 2]]));
    await block.saveWeights(at('block.weights.h5'));
    const { groups } = await contentsOf(at('block.weights.h5'));
    expect([...groups.keys()].filter((path) => path.endsWith('vars'))).toEqual([
      'again/vars',
      'first_layers/container/activation/vars',
      'first_layers/dense_1/vars',
      'out_layer/vars',
      'vars',
    ]);
    const other = new Block();
    await other.predict(tensor([[1, 2]]));
    await other.loadWeights(at('block.weights.h5'));
    expect(await weightsOf(other)).toEqual(await weightsOf(block));
  });

  it('throws for another ending and for a model that is not built', async () => {
    await expect(net().saveWeights(at('net.h5'))).rejects.toThrow(
      new ValueError(`saveWeights: received '${at('net.h5')}'; expected a path that ends in .weights.h5`),
    );
    const unbuilt = sequential([layers.dense({ units: 1 })], { name: 'unbuilt' });
    await expect(unbuilt.saveWeights(at('a.weights.h5'))).rejects.toThrow(
      new StateError(
        "saveWeights: Model 'unbuilt' (Sequential) is not built; give its first layer an inputShape, or call it on data first",
      ),
    );
    await expect(unbuilt.loadWeights(at('a.weights.h5'))).rejects.toThrow(/^loadWeights: Model 'unbuilt'/);
  });
});

describe.each([testedDevice, 'reference'] as const)('training goes on bit for bit on %s', (device) => {
  beforeEach(() => setDevice(device));
  afterEach(() => setDevice('auto'));

  it.each([
    ['adam', () => optimizers.adam({ learningRate: 0.01 })],
    ['sgd with momentum', () => optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })],
    ['nadam with averages', () => optimizers.nadam({ useEma: true })],
    ['rmsprop over two batches a step', () => optimizers.rmsprop({ gradientAccumulationSteps: 2 })],
  ])('%s', async (_, optimizer) => {
    const [straight, stopped, resumed] = [compiled(optimizer()), compiled(optimizer()), compiled(optimizer())];
    await straight.saveWeights(at('start.weights.h5'));
    await stopped.loadWeights(at('start.weights.h5'));
    const first = await train(stopped, 3);
    await stopped.saveWeights(at('middle.weights.h5'));
    await resumed.loadWeights(at('middle.weights.h5'));
    expect(resumed.optimizer.iterations).toBe(stopped.optimizer.iterations);
    expect([...first, ...(await train(resumed, 3))]).toEqual(await train(straight, 6));
    expect(await weightsOf(resumed)).toEqual(await weightsOf(straight));
  });
});
