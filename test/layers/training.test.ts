/** Layers that do something else in training: dropout, noise, batch normalisation; and those that learn from data. */

import { layers, ops, sequential, type Tensor, tensor } from 'laminet';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../harness/close.js';
import { numbers } from '../harness/layer.js';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]): number => mean(values.map((value) => (value - mean(values)) ** 2));

describe('dropout', () => {
  const x = ops.ones([100, 100]);

  it('drops the share and scales the rest', async () => {
    const y = await numbers(layers.dropout({ rate: 0.3, seed: 1 }).apply(x, { training: true }));
    const kept = y.filter((value) => value !== 0);
    expect(kept.every((value) => Math.abs(value - 1 / 0.7) < 1e-6)).toBe(true);
    expect(kept.length / y.length).toBeCloseTo(0.7, 1);
    expect(mean(y)).toBeCloseTo(1, 1);
  });

  it('draws a new mask each time, the same again with the same seed', async () => {
    const twice = async (): Promise<number[][]> => {
      const layer = layers.dropout({ rate: 0.5, seed: 7 });
      return [await numbers(layer.apply(x, { training: true })), await numbers(layer.apply(x, { training: true }))];
    };
    const [first, second] = await twice();
    expect(first).not.toEqual(second);
    expect(await twice()).toEqual([first, second]);
  });

  it('does nothing in inference, and has no weights', async () => {
    const layer = layers.dropout({ rate: 0.5 });
    expect(await numbers(layer.apply(x))).toEqual(await numbers(x));
    expect(layer.weights).toEqual([]);
  });

  it('gives zeros at rate 1', async () => {
    expect(new Set(await numbers(layers.dropout({ rate: 1 }).apply(x, { training: true })))).toEqual(new Set([0]));
  });

  it('drops along the axes of its noise shape together', async () => {
    const y = (await layers
      .dropout({ rate: 0.5, noiseShape: [null, 1], seed: 3 })
      .apply(x, { training: true })
      .array()) as number[][];
    expect(y.every((row) => new Set(row).size === 1)).toBe(true);
    expect(new Set(y.map((row) => row[0]))).toEqual(new Set([0, 2]));
  });

  it('drops whole maps, whichever axis the channels are', async () => {
    const images = ops.ones([8, 3, 3, 3]);
    const last = (await layers
      .spatialDropout2d({ rate: 0.5, seed: 3 })
      .apply(images, { training: true })
      .array()) as number[][][][];
    const first = (await layers
      .spatialDropout2d({ rate: 0.5, seed: 3, dataFormat: 'channelsFirst' })
      .apply(images, { training: true })
      .array()) as number[][][][];
    for (const image of last) for (const c of [0, 1, 2]) expect(new Set(image.flat().map((cell) => cell[c])).size).toBe(1);
    for (const image of first) for (const map of image) expect(new Set(map.flat()).size).toBe(1);
  });
});

describe('noise', () => {
  const x = ops.fill([100, 100], 2);

  it('is added with its deviation', async () => {
    const y = await numbers(layers.gaussianNoise({ stddev: 0.5, seed: 1 }).apply(x, { training: true }));
    expect(mean(y)).toBeCloseTo(2, 1);
    expect(Math.sqrt(variance(y))).toBeCloseTo(0.5, 1);
  });

  it('is multiplied by gaussianDropout', async () => {
    const y = await numbers(layers.gaussianDropout({ rate: 0.2, seed: 1 }).apply(x, { training: true }));
    expect(mean(y)).toBeCloseTo(2, 1);
    expect(Math.sqrt(variance(y))).toBeCloseTo(2 * Math.sqrt(0.2 / 0.8), 1);
  });

  it('keeps mean and variance in alphaDropout', async () => {
    const y = await numbers(
      layers.alphaDropout({ rate: 0.3, seed: 1 }).apply(ops.randomNormal([300, 100], { seed: 5 }), { training: true }),
    );
    expect(mean(y)).toBeCloseTo(0, 1);
    expect(variance(y)).toBeCloseTo(1, 1);
  });

  it('is absent in inference', async () => {
    for (const layer of [
      layers.gaussianNoise({ stddev: 1 }),
      layers.gaussianDropout({ rate: 0.5 }),
      layers.alphaDropout({ rate: 0.5 }),
    ]) {
      expect(new Set(await numbers(layer.apply(x)))).toEqual(new Set([2]));
    }
  });
});

describe('batch normalisation', () => {
  const x = tensor([
    [1, 10],
    [3, 30],
  ]);

  it('moves its averages in training only', async () => {
    const layer = layers.batchNormalization({ momentum: 0.5 });
    layer.apply(x);
    expect(await numbers(layer.movingMean as Tensor)).toEqual([0, 0]);
    layer.apply(x, { training: true });
    expect(await numbers(layer.movingMean as Tensor)).toEqual([1, 10]);
    // The population variance: 1 and 100, halfway from 1.
    expect(await numbers(layer.movingVariance as Tensor)).toEqual([1, 50.5]);
  });

  it('is frozen into inference mode', async () => {
    const layer = layers.batchNormalization({ trainable: false });
    const y = await numbers(layer.apply(x, { training: true }));
    expect(y).toEqual(await numbers(layer.apply(x)));
    expect(await numbers(layer.movingMean as Tensor)).toEqual([0, 0]);
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length]).toEqual([0, 4]);
  });

  it('takes the bias out of what comes before', async () => {
    const plain = layers.dense({ units: 2, kernelInitializer: 'ones' });
    const net = sequential([plain, layers.batchNormalization()]);
    const before = await numbers(net.apply(x, { training: true }));
    plain.setWeights([ops.ones([2, 2]), [5, -5]]);
    const after = await numbers(net.apply(x, { training: true }));
    for (const [i, value] of before.entries()) expect(after[i]).toBeCloseTo(value, 4);
  });
});

describe('normalization', () => {
  const rows = [0, 7, 4, 2, 9, 6, 0, 7, 4, 2, 9, 6];
  const data = { data: new Float32Array(rows), shape: [4, 3], dtype: 'float32' as const };

  it('learns from a tensor, from numbers, and from batches', async () => {
    const batches = [
      { ...data, data: data.data.subarray(0, 3), shape: [1, 3] },
      { ...data, data: data.data.subarray(3), shape: [3, 3] },
    ];
    for (const source of [tensor(data.data, [4, 3]), data, batches]) {
      const layer = layers.normalization();
      await layer.adapt(source);
      const [mean, variance] = layer.getWeights();
      expectClose([...(await numbers(mean!)), ...(await numbers(variance!))], [1, 8, 5, 1, 1, 1]);
      expectClose(await numbers(layer.apply(tensor([[1, 9, 4]]))), [0, 1, -1]);
    }
  });

  it('adapts in chunks of many samples', async () => {
    const many = { data: Uint8Array.from({ length: 5000 }, (_, i) => i % 100), shape: [2500, 2], dtype: 'uint8' as const };
    const layer = layers.normalization({ axis: null });
    await layer.adapt(many);
    const [mean, variance] = layer.getWeights();
    expect((await numbers(mean!))[0]).toBeCloseTo(49.5, 4);
    expect((await numbers(variance!))[0]).toBeCloseTo(833.25, 2);
  });

  it('is undone by invert', async () => {
    const layer = layers.normalization({ invert: true });
    await layer.adapt(data);
    expect(await numbers(layer.apply(tensor([[1, 2, 3]])))).toEqual([2, 10, 8]);
  });

  it('stays finite where the data is constant', async () => {
    const layer = layers.normalization({ axis: -1 });
    await layer.adapt(tensor([[5], [5]]));
    expect(await numbers(layer.apply(tensor([[5]])))).toEqual([0]);
  });

  it('refuses data that does not fit', async () => {
    const given = layers.normalization({ mean: 0, variance: 1, name: 'given' });
    await expect(given.adapt(data)).rejects.toThrow(
      "Layer 'given' (Normalization): adapt: mean and variance were given as options; leave them out to adapt",
    );
    const layer = layers.normalization({ name: 'n' });
    await expect(layer.adapt([])).rejects.toThrow(
      "Layer 'n' (Normalization): adapt: the data is empty; expected at least one sample",
    );
    await layer.adapt(data);
    await expect(layer.adapt(tensor([[1, 2]]))).rejects.toThrow(
      "Layer 'n' (Normalization): adapt: the data has shape [1, 2], which does not fit what the layer was built for",
    );
  });
});
