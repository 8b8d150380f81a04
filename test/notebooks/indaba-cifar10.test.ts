import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  convolve,
  dummyImage,
  kernelSizes,
  outputSide,
  sliderLayer,
  strides,
} from '../../examples/indaba-cifar10/convolution.js';
import { loadParts } from '../../examples/indaba-cifar10/data.js';
import {
  addClassifier,
  batchNormalizedNet,
  compileNet,
  convolutionalPart,
  fullyConvolutionalNet,
  miniAlexNet,
} from '../../examples/indaba-cifar10/nets.js';
import { caption, confidenceCases, predictClasses } from '../../examples/indaba-cifar10/predictions.js';
import { ResidualBlock, residualNet } from '../../examples/indaba-cifar10/residual.js';
import {
  callbacks,
  clearSession,
  layers,
  type Model,
  ops,
  sequential,
  setRandomSeed,
  type Tensor,
  tensor,
  ValueError,
} from '../../lib/index.js';
import * as plot from '../../lib/plot/index.js';

const { train, validation, test, classNames } = await loadParts();

// Whole data sets and small trainings take seconds, more beside other tests.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  clearSession();
  setRandomSeed(0);
});

const shapeOf = (layer: layers.Layer): (number | null)[] => [...(layer.output as Tensor).shape];

/** A net that learns next to nothing, for what does not depend on the net. */
function smallNet(): Model<Tensor> {
  const net = sequential([layers.flatten({ inputShape: [32, 32, 3] }), layers.dense({ units: 10, activation: 'softmax' })]);
  compileNet(net);
  return net;
}

describe('convolution arithmetic', () => {
  it('N1-1 a layer applied to one image', () => {
    const layer = sliderLayer({ filters: 3, kernelSize: 2, stride: 1 });
    expect(convolve(layer, dummyImage()).shape).toEqual([1, 9, 9, 3]);
    expect(layer.countParams()).toBe(39);
  });

  it('N1-2 every position of the sliders', () => {
    const expected = new Map([
      [1, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]],
      [2, [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]],
      [3, [4, 3, 3, 3, 2, 2, 2, 1, 1, 1]],
    ]);
    const image = dummyImage();
    for (const stride of strides) {
      for (const [i, kernelSize] of kernelSizes.entries()) {
        const side = expected.get(stride)?.[i];
        expect(outputSide(kernelSize, stride)).toBe(side);
        for (const filters of [1, 10]) {
          const layer = sliderLayer({ filters, kernelSize, stride });
          expect(convolve(layer, image).shape).toEqual([1, side, side, filters]);
        }
      }
    }
  });

  it('N1-3 no filters', () => {
    const without = () => sliderLayer({ filters: 0, kernelSize: 2, stride: 1 });
    expect(without).toThrow(ValueError);
    expect(without).toThrow('Conv2D: filters is 0; expected an integer of at least 1');
  });

  it('N1-19 layers give numbers at once', async () => {
    const output = convolve(sliderLayer({ filters: 3, kernelSize: 2, stride: 1 }), dummyImage());
    const numbers = await output.data();
    expect(numbers).toBeInstanceOf(Float32Array);
    expect(numbers).toHaveLength(243);
    expect(numbers.every(Number.isFinite)).toBe(true);
  });
});

describe('data', () => {
  it('N1-4 CIFAR-10', () => {
    expect([train.x.shape, train.x.dtype, test.x.shape]).toEqual([[40000, 32, 32, 3], 'uint8', [10000, 32, 32, 3]]);
    expect(test.y.shape).toEqual([10000, 1]);
    expect([...train.y.data.slice(0, 5)]).toEqual([6, 9, 9, 4, 1]);
    expect([...validation.y.data.slice(-3)]).toEqual([9, 1, 1]);
    expect([...test.y.data.slice(0, 5)]).toEqual([3, 8, 8, 0, 6]);
  });

  it('N1-5 the last 10,000 images are for validation, labels lose their second axis', () => {
    expect([train.y.shape, train.y.dtype]).toEqual([[40000], 'uint8']);
    expect([validation.x.shape, validation.y.shape]).toEqual([[10000, 32, 32, 3], [10000]]);
  });

  it('N1-6 a grid of 25 images with the names of their classes', async () => {
    expect([classNames[0], classNames[9], classNames.length]).toEqual(['airplane', 'truck', 10]);
    const places = [...(await ops.randomInt([25], { min: 0, max: 40000, seed: 1 }).data())];
    const captions = places.map((place) => classNames[train.y.data[place] as number] as string);
    const svg = await plot.images(ops.at(train.x, places), { columns: 5, cellSize: 64, captions }).toSVG();
    expect(svg.match(/<image/g)).toHaveLength(25);
    for (const name of captions) expect(svg).toContain(`>${name}<`);
  });
});

describe('mini AlexNet', () => {
  it('N1-7 convolutional part', () => {
    const net = convolutionalPart();
    expect(net.layers.map(shapeOf)).toEqual(
      [
        [32, 32, 48],
        [10, 10, 48],
        [10, 10, 128],
        [3, 3, 128],
        [3, 3, 192],
        [3, 3, 192],
        [3, 3, 128],
        [1, 1, 128],
      ].map((shape) => [null, ...shape]),
    );
    const counts = net.layers.map((layer) => layer.countParams()).filter((count) => count > 0);
    expect(counts).toEqual([1344, 55424, 221376, 331968, 221312]);
    expect(net.countParams()).toBe(831424);
  });

  it('N1-8 a classifier added to the built net', () => {
    const net = addClassifier(convolutionalPart());
    const added = net.layers.slice(8);
    expect(shapeOf(added[0] as layers.Layer)).toEqual([null, 128]);
    expect(added.map((layer) => layer.countParams())).toEqual([0, 132096, 0, 1049600, 10250]);
    expect(net.countParams()).toBe(2023370);
    expect(net.nonTrainableWeights).toEqual([]);
  });

  it('N1-9 summary and flow diagram', () => {
    const lines: string[] = [];
    const net = miniAlexNet();
    net.summary({ printFn: (text) => lines.push(text) });
    expect(lines.join('\n')).toContain('Total params: 2,023,370');
    const dot = plot.modelToDot(net, { showShapes: true });
    const places = net.layers.map(({ name }) => dot.indexOf(name));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it('N1-10 the loss as a function, accuracy by name', async () => {
    const net = smallNet();
    expect(net.optimizer.constructor.name).toBe('Adam');
    const scaled = {
      data: Float32Array.from(test.x.data.subarray(0, 3072 * 64), (value) => value / 255),
      shape: [64, 32, 32, 3],
    };
    const { loss, accuracy } = await net.evaluate(scaled, ops.at(test.y, ':64'), { verbose: 0 });
    const rows = (await (await net.predict(scaled, { verbose: 0 })).array()) as number[][];
    const labels = [...test.y.data.subarray(0, 64)];
    const expected = rows.reduce((sum, row, i) => sum - Math.log(row[labels[i] as number] as number), 0) / 64;
    expect(loss).toBeCloseTo(expected, 4);
    const right = rows.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length;
    expect(accuracy).toBeCloseTo(right / 64, 6);
  });

  it('N1-11 fit on raw images with float32 validation labels', async () => {
    const net = smallNet();
    let steps: number | null | undefined;
    let iterations = 0;
    const validationLabels = { ...validation.y, data: Float32Array.from(validation.y.data), dtype: 'float32' } as const;
    const history = await net.fit(train.x, train.y, {
      batchSize: 128,
      epochs: 2,
      verbose: 0,
      validationData: [validation.x, validationLabels],
      callbacks: [
        new (class extends callbacks.Callback {
          override onTrainBegin() {
            steps = this.params.steps;
          }
        })(),
      ],
    });
    iterations = net.optimizer.iterations;
    expect([steps, iterations]).toEqual([313, 626]);
    expect(Object.keys(history.history)).toEqual(['accuracy', 'loss', 'val_accuracy', 'val_loss']);
    expect(history.history.val_loss).toHaveLength(2);
  });

  it('N1-12 the net learns from raw pixels', async () => {
    // 80 % of the training and 67 % of the test images after ten epochs: see the README. Here, a few images by heart.
    const net = miniAlexNet();
    compileNet(net);
    const few = { x: ops.at(train.x, ':64'), y: ops.at(train.y, ':64') };
    const before = await net.evaluate(few.x, few.y, { verbose: 0 });
    await net.fit(few.x, few.y, { batchSize: 16, epochs: 12, verbose: 0 });
    const after = await net.evaluate(few.x, few.y, { verbose: 0 });
    expect(before.accuracy).toBeLessThan(0.3);
    expect(after.accuracy).toBeGreaterThan(0.5);
  });

  it('N1-13 evaluate takes 313 batches of 32, labels in a column, and names its results', async () => {
    const net = smallNet();
    let batches = 0;
    const logs = await net.evaluate(test.x, test.y, { verbose: 0, callbacks: [{ onTestBatchEnd: () => void batches++ }] });
    expect(batches).toBe(313);
    expect(net.metricsNames).toEqual(['loss', 'accuracy']);
    expect(net.metricsNames.map((name) => typeof logs[name])).toEqual(['number', 'number']);
  });

  it('N1-14 predictions for 25 images', async () => {
    const net = miniAlexNet();
    const x = ops.at(test.x, ':25');
    const probabilities = await net.predict(x, { verbose: 0 });
    expect([probabilities.shape, probabilities.dtype]).toEqual([[25, 10], 'float32']);
    for (const total of await ops.sum(probabilities, 1).data()) expect(total).toBeCloseTo(1, 5);
    const again = await net.predict(x, { verbose: 0 });
    expect(await again.data()).toEqual(await probabilities.data());

    const predictions = await predictClasses(net, x, ops.at(test.y, ':25'), classNames);
    expect(predictions.map(({ trueClass }) => trueClass).slice(0, 3)).toEqual(['cat', 'ship', 'ship']);
    for (const one of predictions) expect(caption(one)).toMatch(/^[a-z]+ \([01]\.\d{3}\)$/);
    expect(confidenceCases(predictions).reduce((sum, { count }) => sum + count, 0)).toBe(25);
  });
});

describe('tasks', () => {
  it('N1-15 a fully convolutional net takes images of any size', async () => {
    const net = fullyConvolutionalNet();
    expect(net.layers.filter(({ name }) => name.startsWith('max_pooling'))).toEqual([]);
    expect(shapeOf(net.layers.at(-3) as layers.Layer)).toEqual([null, null, null, 10]);
    for (const side of [32, 48]) {
      const probabilities = await net.predict(ops.zeros([2, side, side, 3]), { verbose: 0 });
      expect(probabilities.shape).toEqual([2, 10]);
    }
    await expectToLearn(net);
  });

  it('N1-16 batch normalisation', async () => {
    const net = batchNormalizedNet();
    // Four numbers a channel instead of a bias; two of them are not trained.
    expect(net.countParams()).toBe(2023370 + 3 * (48 + 128 + 192 + 192 + 128));
    expect(net.nonTrainableWeights).toHaveLength(10);
    const mean = () => (net.getLayer('batch_normalization').getWeights()[2] as Tensor).data();
    expect((await mean()).every((value) => value === 0)).toBe(true);
    await expectToLearn(net);
    expect((await mean()).some((value) => value !== 0)).toBe(true);
  });

  it('N1-17 a residual block as a nested model', async () => {
    const block = new ResidualBlock(4);
    const x = tensor(
      Float32Array.from({ length: 36 * 4 }, (_, i) => Math.sin(i)),
      [1, 6, 6, 4],
    );
    expect(block.apply(x).shape).toEqual([1, 6, 6, 4]);
    expect(new ResidualBlock(8, { strides: 2 }).apply(x).shape).toEqual([1, 3, 3, 8]);
    // Two kernels and two batch normalisations of four weights; each is in the net once.
    expect(block.weights).toHaveLength(2 + 8);
    const net = residualNet();
    expect(new Set(net.weights).size).toBe(net.weights.length);
    expect(net.layers.filter((layer) => layer instanceof ResidualBlock)).toHaveLength(3);
    // The batch statistics are used in training, the moving ones in inference.
    const inference = await block.apply(x).data();
    expect(await block.apply(x, { training: true }).data()).not.toEqual(inference);
    await expectToLearn(net);
  });

  it('N1-18 filters of a layer found by its name', async () => {
    const net = miniAlexNet();
    const kernel = net.getLayer('conv2d').getWeights()[0] as Tensor;
    expect(kernel.shape).toEqual([3, 3, 3, 48]);
    const svg = await plot.filters(net.getLayer('conv2d'), { columns: 12, cellSize: 36 }).toSVG();
    expect(svg.match(/<image/g)).toHaveLength(48);
  });
});

/** A few steps on 32 images lower the loss. */
async function expectToLearn(net: Model<Tensor>): Promise<void> {
  compileNet(net);
  const [x, y] = [ops.at(train.x, ':32'), ops.at(train.y, ':32')];
  const { history } = await net.fit(x, y, { epochs: 6, verbose: 0 });
  const losses = history.loss as number[];
  expect(losses.at(-1)).toBeLessThan(losses[0] as number);
}
