import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layers, loadModel, modelFromJSON, optimizers, sequential, type Tensor } from '../../lib/index.js';
import { type Expected, expectPredictions, single } from './recorded.js';

const fixtures = join(import.meta.dirname, 'fixtures');
const keras = (name: string): string => join(fixtures, 'keras', name);
const expectedOf = async (name: string): Promise<Expected> => JSON.parse(await readFile(keras(`${name}.json`), 'utf8'));

describe('files that Keras wrote', () => {
  it.each(['cnn.keras', 'cnn.h5', 'outputs.keras', 'operations.keras', 'selections.keras', 'windows.keras', 'shared.h5'])(
    '%s predicts and trains on as there',
    async (file) => {
      const expected = await expectedOf(file.split('.')[0] as string);
      const model = await loadModel(keras(file));
      await expectPredictions(model, expected);
      expect(model.optimizer.iterations).toBe(expected.iterations);
      if (expected.random) return;
      for (const loss of expected.losses) {
        expect((await model.trainOnBatch(single(expected.x), single(expected.y))).loss).toBeCloseTo(loss, 5);
      }
    },
  );

  it('cnn.weights.h5 and the weights in cnn.keras and cnn.h5 fill a model made from JSON', async () => {
    const expected = await expectedOf('cnn');
    for (const file of ['cnn.weights.h5', 'cnn.keras', 'cnn.h5']) {
      const model = modelFromJSON(expected.config);
      model.compile({ optimizer: optimizers.adam(), loss: 'sparseCategoricalCrossentropy' });
      await model.loadWeights(keras(file));
      await expectPredictions(model, expected);
      expect(model.optimizer.iterations).toBe(expected.iterations);
      expect(model.optimizer.learningRate).toBe(Math.fround(0.01));
    }
  });

  it.each(['cnn.weights.h5', 'cnn.keras', 'cnn.h5'])('%s gives its layers by name to another model', async (file) => {
    const other = sequential([
      layers.conv2d({ filters: 4, kernelSize: 3, useBias: false, name: 'conv2d', inputShape: [5, 5, 3] }),
      layers.flatten({ name: 'own' }),
      layers.dense({ units: 2, name: 'mine' }),
    ]);
    const mine = await (other.getLayer('mine').weights[0] as Tensor).data();
    await other.loadWeights(keras(file), { byName: true });
    const source = await loadModel(keras('cnn.keras'));
    expect(await (other.getLayer('conv2d').weights[0] as Tensor).data()).toEqual(
      await (source.getLayer('conv2d').weights[0] as Tensor).data(),
    );
    expect(await (other.getLayer('mine').weights[0] as Tensor).data()).toEqual(mine);
  });

  it('with compile: false are not compiled', async () => {
    const model = await loadModel(keras('cnn.keras'), { compile: false });
    expect(model.isCompiled).toBe(false);
    await expectPredictions(model, await expectedOf('cnn'));
  });
});

describe('a model of Keras 2.0', () => {
  it('predicts what NumPy computes from its weights (keras/dogcat.py)', async () => {
    const folder = join(fixtures, 'dogcat-keras2');
    const net = modelFromJSON(await readFile(join(folder, 'model.json'), 'utf8'));
    await net.loadWeights(join(folder, 'weights.h5'));
    expect(net.countParams()).toBe(176_290);
    const data = Float32Array.from({ length: 2 * 64 * 64 * 3 }, (_, i) => (i * 7919 + Math.floor(i / 97)) % 256);
    const found = await ((await net.predict({ data, shape: [2, 64, 64, 3], dtype: 'float32' }, { verbose: 0 })) as Tensor).data();
    const expected = [0.330460278, 0.669016325, 0.274891669, 0.712255663];
    expected.forEach((value, i) => {
      expect(found[i]).toBeCloseTo(value, 5);
    });
  });
});
