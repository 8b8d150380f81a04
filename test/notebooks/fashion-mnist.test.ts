import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadClothes, standardized } from '../../examples/fashion-mnist/data.js';
import { applyFilters, lineFilters } from '../../examples/fashion-mnist/filters.js';
import { compileNet, defaultConv2d, fashionNet } from '../../examples/fashion-mnist/net.js';
import { chinaBox, crop, flowerBox, loadPhoto, loadPhotos } from '../../examples/fashion-mnist/photos.js';
import { depthPool, maxPool } from '../../examples/fashion-mnist/pooling.js';
import { callbacks, clearSession, layers, ops, sequential, setFloatx, setRandomSeed, type Tensor } from '../../lib/index.js';
import * as plot from '../../lib/plot/index.js';

const { raw, classNames } = await loadClothes();
const photos = await loadPhotos();

// Whole data sets and small trainings take seconds, more beside other tests.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  clearSession();
  setRandomSeed(0);
});
afterEach(() => setFloatx('float32'));

const shapeOf = (layer: layers.Layer): (number | null)[] => [...(layer.output as Tensor).shape];

describe('filters on photographs', () => {
  it('N2-1 two photographs', async () => {
    for (const name of ['china', 'flower'] as const) {
      const { shape, dtype, data } = await loadPhoto(name);
      expect([shape, dtype]).toEqual([[427, 640, 3], 'uint8']);
      expect(Math.max(...(await ops.max({ data, shape }, [0, 1]).data()))).toBe(255);
    }
    expect([photos.shape, photos.dtype]).toEqual([[2, 427, 640, 3], 'float32']);
    expect(await ops.max(photos).array()).toBe(1);
  });

  it('N2-2 two filters with 21 ones each', async () => {
    const filters = lineFilters(3);
    expect(filters.shape).toEqual([7, 7, 3, 2]);
    expect(await ops.sum(filters, [0, 1, 2]).array()).toEqual([21, 21]);
    expect(await ops.sum(ops.at(filters, ':', 3, ':', 0)).array()).toBe(21);
    expect(await ops.sum(ops.at(filters, 3, ':', ':', 1)).array()).toBe(21);
  });

  it('N2-3 the functional convolution', async () => {
    expect(applyFilters(photos, lineFilters(3)).shape).toEqual([2, 427, 640, 2]);
    // A white image: towards the borders, parts of the line lie on the zeros around it.
    const white = applyFilters(ops.ones([1, 12, 14, 3]), lineFilters(3));
    const along = (length: number): number[] => {
      return Array.from({ length }, (_, i) => 21 - 3 * Math.max(0, 3 - i, 3 - (length - 1 - i)));
    };
    expect(along(12)).toEqual([12, 15, 18, 21, 21, 21, 21, 21, 21, 18, 15, 12]);
    for (const column of [0, 6, 13]) expect(await ops.at(white, 0, ':', column, 0).array()).toEqual(along(12));
    for (const row of [0, 6, 11]) expect(await ops.at(white, 0, row, ':', 1).array()).toEqual(along(14));
    // NumPy's images are float64, the filters float32.
    expect(applyFilters(ops.cast(ops.at(photos, ':', ':16', ':16'), 'float64'), lineFilters(3)).dtype).toBe('float64');
  });

  it('N2-4 crops', async () => {
    expect(crop(ops.at(photos, 0, '...', 0), chinaBox).shape).toEqual([120, 70]);
    expect(crop(ops.at(photos, 0), chinaBox).shape).toEqual([120, 70, 3]);
    const flower = crop(ops.at(photos, 1, '...', 0), flowerBox);
    expect(flower.shape).toEqual([120, 70]);
    expect(await ops.at(flower, 0, 0).array()).toBe(await ops.at(photos, 1, 250, 200, 0).array());
    expect(await ops.at(flower, -1, -1).array()).toBe(await ops.at(photos, 1, 369, 269, 0).array());
  });

  it('N2-5 feature maps as gray pictures in a file', async () => {
    const map = ops.at(applyFilters(photos, lineFilters(3)), 0, '...', 1);
    const folder = await mkdtemp(join(tmpdir(), 'laminet-'));
    try {
      const path = await plot.image(map, { colormap: 'gray' }).save(join(folder, 'map.png'), { scale: 1 });
      expect([...(await readFile(path)).subarray(1, 4)]).toEqual([...'PNG'].map((letter) => letter.charCodeAt(0)));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('N2-6 a convolution layer', async () => {
    const layer = layers.conv2d({ filters: 32, kernelSize: 3, strides: 1, padding: 'SAME', activation: 'relu' });
    const outputs = layer.apply(photos);
    expect([outputs.shape, outputs.dtype, layer.countParams()]).toEqual([[2, 427, 640, 32], 'float32', 896]);
    expect(await ops.min(outputs).array()).toBe(0);
  });

  it('N2-7 float64: a layer keeps the type that it was made with', () => {
    const x = ops.cast(ops.at(photos, ':', ':32', ':32'), 'float64');
    const before = layers.conv2d({ filters: 2, kernelSize: 3 });
    before.apply(x);
    const unbuilt = layers.conv2d({ filters: 2, kernelSize: 3 });
    setFloatx('float64');
    const after = layers.conv2d({ filters: 2, kernelSize: 3 });
    expect([before, unbuilt, after].map((layer) => layer.apply(x).dtype)).toEqual(['float32', 'float32', 'float64']);
    expect(after.getWeights().map(({ dtype }) => dtype)).toEqual(['float64', 'float64']);
    setFloatx('float32');
    expect(layers.conv2d({ filters: 2, kernelSize: 3 }).apply(x).dtype).toBe('float32');
  });
});

describe('pooling', () => {
  const cropped = ops.stack([crop(ops.at(photos, 0), chinaBox), crop(ops.at(photos, 1), chinaBox)]);

  it('N2-8 max pooling', async () => {
    const pooled = maxPool().apply(cropped);
    expect([cropped.shape, pooled.shape]).toEqual([
      [2, 120, 70, 3],
      [2, 60, 35, 3],
    ]);
    const blocks = ops.max(ops.reshape(cropped, [2, 60, 2, 35, 2, 3]), [2, 4]);
    expect(await pooled.data()).toEqual(await blocks.data());
  });

  it('N2-9 depth-wise pooling by a lambda layer', async () => {
    const pooled = depthPool().apply(cropped);
    expect(pooled.shape).toEqual([2, 120, 70, 1]);
    expect(await pooled.data()).toEqual(await ops.max(cropped, -1).data());
    expect(depthPool(2).apply(ops.ones([1, 4, 4, 6])).shape).toEqual([1, 4, 4, 3]);
  });
});

describe('Fashion-MNIST', () => {
  it('N2-10 pictures and labels', () => {
    expect([raw.train.x.dtype, raw.test.x.shape, raw.test.y.shape]).toEqual(['uint8', [10000, 28, 28], [10000]]);
    expect([...raw.train.y.data.slice(0, 10)]).toEqual([9, 0, 0, 3, 0, 2, 7, 2, 5, 5]);
    expect([...raw.test.y.data.slice(0, 10)]).toEqual([9, 2, 1, 1, 6, 1, 4, 6, 5, 7]);
    expect(classNames).toHaveLength(10);
  });

  it('N2-11 the last 5,000 are for validation', () => {
    expect(raw.train.x.shape).toEqual([55000, 28, 28]);
    expect([raw.train.y.data.length, raw.validation.y.data.length]).toEqual([55000, 5000]);
    expect(raw.validation.x.shape).toEqual([5000, 28, 28]);
  });

  it('N2-12 standardisation by the training pictures', async () => {
    const { train, validation, test } = await standardized(raw);
    expect([train.x, validation.x, test.x].map(({ shape }) => shape)).toEqual([
      [55000, 28, 28, 1],
      [5000, 28, 28, 1],
      [10000, 28, 28, 1],
    ]);
    expect(train.x.dtype).toBe('float32');
    for (const pixel of [0, 28 * 14 + 14, 783]) {
      const values = Float64Array.from({ length: 55000 }, (_, i) => train.x.data[i * 784 + pixel] as number);
      const mean = values.reduce((sum, value) => sum + value, 0) / 55000;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 55000;
      expect([mean, variance]).toEqual([expect.closeTo(0, 3), expect.closeTo(1, 3)]);
    }
    // By the training pictures only: on the others mean and deviation come out near 0 and 1, not at them.
    const middle = Float64Array.from({ length: 5000 }, (_, i) => validation.x.data[i * 784 + 406] as number);
    const mean = middle.reduce((sum, value) => sum + value, 0) / 5000;
    expect(Math.abs(mean)).toBeGreaterThan(1e-3);
    expect(Math.abs(mean)).toBeLessThan(0.1);
  });

  it('N2-13 usual options, and others', () => {
    const usual = defaultConv2d({ filters: 4 }).getConfig();
    expect(usual).toMatchObject({ kernelSize: [3, 3], activation: 'relu', padding: 'same' });
    expect(defaultConv2d({ filters: 4, kernelSize: 7 }).getConfig()).toMatchObject({ kernelSize: [7, 7], padding: 'same' });
  });

  it('N2-14 the net', () => {
    const net = fashionNet();
    const convolutions = net.layers.slice(0, 8).map(shapeOf);
    expect(convolutions.map(([, height]) => height)).toEqual([28, 14, 14, 14, 7, 7, 7, 3]);
    expect(shapeOf(net.getLayer('flatten'))).toEqual([null, 2304]);
    const counts = net.layers.map((layer) => layer.countParams()).filter((count) => count > 0);
    expect(counts).toEqual([3200, 73856, 147584, 295168, 590080, 295040, 8256, 650]);
    expect(net.countParams()).toBe(1413834);
  });

  it('N2-15 Nadam', () => {
    const net = fashionNet();
    compileNet(net);
    expect(net.optimizer.constructor.name).toBe('Nadam');
    expect(net.optimizer.learningRate).toBeCloseTo(0.001, 9);
  });

  it('N2-16 1719 steps an epoch, 157 of validation, four curves', async () => {
    const net = sequential([layers.flatten({ inputShape: [28, 28] }), layers.dense({ units: 10, activation: 'softmax' })]);
    compileNet(net);
    const { train, validation } = raw;
    const counter = new StepCounter();
    const { history } = await net.fit(train.x, train.y, {
      epochs: 1,
      verbose: 0,
      validationData: [validation.x, validation.y],
      callbacks: [counter],
    });
    expect([counter.steps, net.optimizer.iterations, counter.validationSteps]).toEqual([1719, 1719, 157]);
    expect(Object.keys(history)).toEqual(['accuracy', 'loss', 'val_accuracy', 'val_loss']);
  });

  it('N2-17 scores, predictions and the names of classes', async () => {
    const net = fashionNet();
    compileNet(net);
    const few = (part: keyof typeof raw, count: number) => ({
      x: ops.at(raw[part].x, `:${count}`),
      y: ops.at(raw[part].y, `:${count}`),
    });
    const { train, test } = await standardized({
      train: few('train', 512),
      validation: few('validation', 32),
      test: few('test', 200),
    });
    await net.fit(train.x, train.y, { epochs: 3, verbose: 0 });
    const scores = await net.evaluate(test.x, test.y, { verbose: 0 });
    expect(net.metricsNames.map((name) => scores[name])).toEqual([expect.any(Number), expect.any(Number)]);
    // 0.9 after the whole training: see the README. A class by chance is 0.1.
    expect(scores.accuracy).toBeGreaterThan(0.3);

    const probabilities = await net.predict(ops.at(test.x, ':10'), { verbose: 0 });
    expect(probabilities.shape).toEqual([10, 10]);
    const predicted = ops.argMax(probabilities, 1);
    expect([predicted.shape, predicted.dtype]).toEqual([[10], 'int32']);
    const names = Array.from(await predicted.data(), (label) => classNames[label]);
    expect(names.every((name) => typeof name === 'string')).toBe(true);
    expect(Array.from(test.y.data.subarray(0, 3), (label) => classNames[label])).toEqual(['Ankle boot', 'Pullover', 'Trouser']);
  });
});

/** Counts the batches of validation, and keeps how many of training were announced. */
class StepCounter extends callbacks.Callback {
  steps: number | null | undefined;
  validationSteps = 0;

  override onTrainBegin(): void {
    this.steps = this.params.steps;
  }

  override onTestBatchEnd(): void {
    this.validationSteps++;
  }
}
