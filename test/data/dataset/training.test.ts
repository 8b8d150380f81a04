import { clearSession, dataset, type FitOptions, input, layers, model, ops, Sequence } from 'laminet';
import { beforeEach, describe, expect, it } from 'vitest';
import { classifier, labels, numbers } from '../../harness/training.js';

beforeEach(() => clearSession());

const x = numbers(10, 3);
const y = labels(10);
const quiet: FitOptions = { verbose: 0, epochs: 2 };

describe('a data set of batches', () => {
  it('trains as the arrays do', async () => {
    const [a, b] = [classifier(), classifier()];
    b.setWeights(await Promise.all(a.getWeights()));
    const one = await a.fit(x, y, { ...quiet, batchSize: 4, shuffle: false });
    const other = await b.fit(dataset.fromArrays(x, y).batch(4), null, quiet);
    expect(other.history).toEqual(one.history);
    expect(other.params?.steps).toBe(3);
  });

  it('is evaluated and predicted with', async () => {
    const net = classifier();
    const batches = dataset.fromArrays(x, y).batch(4);
    expect(await net.evaluate(batches, null, { verbose: 0 })).toEqual(await net.evaluate(x, y, { batchSize: 4, verbose: 0 }));
    const predicted = await net.predict(dataset.fromArrays(x).batch(4), { verbose: 0 });
    expect(await predicted.data()).toEqual(await (await net.predict(x, { verbose: 0 })).data());
  });

  it('validates, with sample weights as well', async () => {
    const weights = new Float32Array(10).fill(2);
    const validationData = dataset.fromArrays(x, y, weights).batch(5);
    const { history } = await classifier().fit(dataset.fromArrays(x, y).batch(4), null, { ...quiet, validationData });
    expect(history.val_loss).toHaveLength(2);
  });

  it('goes through stages, each epoch anew', async () => {
    const orders: number[][] = [];
    const batches = dataset
      .fromArrays(x, y)
      .shuffle(10, { seed: 1 })
      .map(([image, label], i) => {
        if (i === 0) orders.push([]);
        orders.at(-1)?.push(label.data[0] as number);
        return [ops.at(image, '::-1'), label];
      })
      .batch(4)
      .prefetch(1);
    await classifier().fit(batches, null, quiet);
    expect(orders.map((order) => order.length)).toEqual([10, 10]);
    expect(orders[0]).not.toEqual(orders[1]);
  });

  it('feeds several inputs', async () => {
    const inputs = { a: input({ shape: [3], name: 'a' }), b: input({ shape: [3], name: 'b' }) };
    const net = model({ inputs, outputs: layers.dense({ units: 1 }).apply(layers.add().apply([inputs.a, inputs.b])) });
    net.compile({ loss: 'meanSquaredError' });
    const { history } = await net.fit(dataset.fromArrays({ a: x, b: x }, y).batch(5), null, quiet);
    expect(history.loss).toHaveLength(2);
  });

  it('needs a number of steps when it has no end', async () => {
    const endless = dataset.fromArrays(x, y).repeat().batch(4);
    await expect(classifier().fit(endless, null, quiet)).rejects.toThrow(
      'fit: the data set repeats without end; give the number of steps (stepsPerEpoch, validationSteps, steps), or repeat(count)',
    );
    const { history, params } = await classifier().fit(endless, null, { ...quiet, stepsPerEpoch: 7 });
    expect([history.loss?.length, params?.steps]).toEqual([2, 7]);
  });

  it('is closed when training stops early', async () => {
    let closed = 0;
    const source = dataset.fromGenerator(async function* () {
      try {
        while (true) yield [x, y] as const;
      } finally {
        closed++;
      }
    });
    const net = classifier();
    const stop = {
      onTrainBatchEnd(): void {
        net.stopTraining = true;
      },
    };
    await net.fit(source.prefetch(2), null, { ...quiet, callbacks: [stop] });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(closed).toBe(1);
  });

  it('puts its errors behind the batch', async () => {
    const broken = dataset.fromArrays(x, y).map(() => {
      throw new Error('broken');
    });
    await expect(classifier().fit(broken.batch(2) as never, null, quiet)).rejects.toThrow(
      'fit: batch 0: dataset.map: element 0 failed: broken',
    );
  });

  it('is no Sequence, and is not shuffled by fit', async () => {
    expect(dataset.fromArrays(x)).not.toBeInstanceOf(Sequence);
    await expect(classifier().fit(dataset.fromArrays(x, y).batch(2), null, { ...quiet, shuffle: true })).rejects.toThrow(
      'fit: shuffle is true although x is an iterable',
    );
  });
});
