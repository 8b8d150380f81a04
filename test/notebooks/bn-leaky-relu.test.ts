/** The rows of the notebook on dense layers, strided convolutions and batch normalisation, on the modules of its example. */
import { readFileSync } from 'node:fs';
import {
  callbacks,
  clearSession,
  compile,
  Functional,
  input,
  layers,
  losses,
  type Model,
  optimizers,
  setNamingScheme,
  setRandomSeed,
  type Tensor,
  tensor,
} from 'laminet';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { classesOf, countConfusions } from '../../examples/bn-leaky-relu/confusion.js';
import { prepared, type Samples } from '../../examples/bn-leaky-relu/data.js';
import { explode } from '../../examples/bn-leaky-relu/exploding.js';
import { oneNumber, outputSize } from '../../examples/bn-leaky-relu/geometry.js';
import { denseNetwork, normalizedNetwork, stridedNetwork } from '../../examples/bn-leaky-relu/networks.js';
import { expectedIterations, fitInStages, joinedHistory, stageTable } from '../../examples/bn-leaky-relu/stages.js';
import { expectClose } from '../harness/close.js';
import { lcg } from '../harness/lcg.js';

beforeEach(() => {
  clearSession();
  setNamingScheme('tfKeras2');
  setRandomSeed(0);
});
afterEach(() => {
  setNamingScheme('keras3');
  vi.restoreAllMocks();
});

const printed = (name: string): string => readFileSync(new URL(`../models/texts/${name}.txt`, import.meta.url), 'utf8').trimEnd();

function summaryOf(net: Model): string {
  const texts: string[] = [];
  net.summary({ style: 'keras2', printFn: (text) => texts.push(text) });
  return texts.join('\n');
}

/** Images of noise whose labels go round the ten classes, prepared as the example prepares CIFAR-10. */
function noise(count: number): Promise<Samples> {
  const x = { data: Uint8Array.from(lcg(1, count * 3072, 0, 256)), shape: [count, 32, 32, 3] };
  return prepared({ x, y: { data: Uint8Array.from({ length: count }, (_, i) => i % 10), shape: [count, 1] } }, count);
}

const rowsOf = (net: Model): [string, string, number][] =>
  net.layers.map((layer) => [layer.name, String((layer.output as Tensor).shape.slice(1)), layer.countParams()]);

/** The notebook's cells were run several times before its tables were printed: the names count all of them. */
const repeat = (count: number, make: () => unknown): void => {
  for (let i = 0; i < count; i++) make();
};

it('N4-1 pixels as floats in [0, 1], labels as rows for as many classes as there are', async () => {
  const { x, y } = await noise(20);
  expect(x.data).toBeInstanceOf(Float32Array);
  expect(Math.max(...x.data)).toBeLessThanOrEqual(1);
  expect(Math.max(...x.data)).toBeGreaterThan(0.99);
  expect(y.shape).toEqual([20, 10]);
});

it('N4-2 the dense network, and its table as tf.keras 2 printed it', () => {
  repeat(5, denseNetwork);
  const net = denseNetwork();
  expect(rowsOf(net)).toEqual([
    ['input_6', '32,32,3', 0],
    ['flatten_5', '3072', 0],
    ['dense_15', '200', 614_600],
    ['dense_16', '150', 30_150],
    ['dense_17', '10', 1510],
  ]);
  expect(net.name).toBe('model_5');
  expect(net.countParams()).toBe(646_260);
  expect(summaryOf(net)).toBe(printed('dense'));
});

it('N4-3 Adam with a rate, categorical cross-entropy by name or as an instance, accuracy', async () => {
  const net = stridedNetwork();
  const { x, y } = await noise(10);
  const tested: Record<string, number>[] = [];
  for (const loss of ['categoricalCrossentropy', losses.categoricalCrossentropy()] as const) {
    net.compile({ optimizer: optimizers.adam({ learningRate: 0.005 }), loss, metrics: ['accuracy'] });
    expect(net.optimizer.learningRate).toBeCloseTo(0.005, 9);
    tested.push(await net.testOnBatch(x, y));
    expect(net.metricsNames).toEqual(['loss', 'accuracy']);
  }
  expect(tested[0]).toEqual(tested[1]);
});

describe('three fits in a row', () => {
  const stages = [
    { batchSize: 16, epochs: 3 },
    { batchSize: 32, epochs: 2 },
    { batchSize: 64, epochs: 1 },
  ];

  it('N4-4 go on with weights and optimizer, each with a History of its own', async () => {
    const lines: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    const [train, test] = [await noise(40), await noise(20)];
    const net = stridedNetwork();
    net.compile({ optimizer: optimizers.adam({ learningRate: 0.0005 }), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const results = await fitInStages(net, train, test, stages);
    expect(results.map(({ iterations }) => iterations)).toEqual([9, 13, 14]);
    expect(expectedIterations(40, stages)).toEqual([9, 13, 14]);
    for (const [i, { history }] of results.entries()) {
      expect(Object.keys(history)).toEqual(['accuracy', 'loss', 'val_accuracy', 'val_loss']);
      for (const values of Object.values(history)) expect(values).toHaveLength(stages[i]?.epochs as number);
    }
    expect(lines.join('').match(/Epoch \d\/\d/g)).toEqual(['Epoch 1/3', 'Epoch 2/3', 'Epoch 3/3', 'Epoch 1/2', 'Epoch 2/2']);
    expect(joinedHistory(results).loss).toEqual(results.flatMap(({ history }) => history.loss));
    expect(stageTable(results).split('\n')).toHaveLength(4);
  });

  it('N4-4 take the steps of the notebook', () => {
    const dense = [
      { batchSize: 32, epochs: 10 },
      { batchSize: 256, epochs: 5 },
      { batchSize: 2048, epochs: 5 },
    ];
    expect(expectedIterations(50_000, dense)).toEqual([15_630, 16_610, 16_735]);
  });

  it('N4-11 and with batches of 1,024 at the end', () => {
    const convolutions = [
      { batchSize: 32, epochs: 10 },
      { batchSize: 256, epochs: 5 },
      { batchSize: 1024, epochs: 5 },
    ];
    expect(expectedIterations(50_000, convolutions)).toEqual([15_630, 16_610, 16_855]);
    const net = stridedNetwork();
    net.compile({ optimizer: optimizers.adam({ learningRate: 0.0005 }), loss: 'categoricalCrossentropy' });
    expect(net.optimizer.learningRate).toBeCloseTo(0.0005, 9);
  });
});

it('N4-5 convolutions with strides of 2', async () => {
  const net = stridedNetwork();
  expect(rowsOf(net).map(([, ...row]) => row)).toEqual([
    ['32,32,3', 0],
    ['16,16,10', 490],
    ['8,8,20', 1820],
    ['1280', 0],
    ['10', 12_810],
  ]);
  expect(net.countParams()).toBe(15_120);
  // Zeros around the image: one on each side for 4 x 4 on 32, one only after the end for 3 x 3 on 16.
  const sums = async (size: number, kernelSize: number): Promise<number[][]> => {
    const layer = layers.conv2d({ filters: 1, kernelSize, strides: 2, padding: 'same', kernelInitializer: 'ones' });
    const y = layer.apply(tensor(new Float32Array(size * size).fill(1), [1, size, size, 1]));
    return ((await y.array()) as number[][][][])[0]?.map((row) => row.map(([value]) => value as number)) as number[][];
  };
  const [first, second] = [await sums(32, 4), await sums(16, 3)];
  expect([first[0]?.[0], first[8]?.[8], first[15]?.[15]]).toEqual([9, 16, 9]);
  expect([second[0]?.[0], second[4]?.[4], second[7]?.[7]]).toEqual([9, 9, 4]);
});

it('N4-6 names as tf.keras 2 counts them', () => {
  repeat(6, denseNetwork);
  input({ shape: [32, 32, 3] });
  const net = stridedNetwork();
  expect(net.name).toBe('model_6');
  expect(net.layers.map(({ name }) => name)).toEqual(['input_8', 'conv2d', 'conv2d_1', 'flatten_6', 'dense_18']);
});

it('N4-7 without padding the size is input - kernel + 1', () => {
  expect([1, 2, 3, 4, 5].map((kernelSize) => outputSize(32, kernelSize, 1, 'valid'))).toEqual([32, 31, 30, 29, 28]);
  expect(outputSize(32, 4, 1, 'same')).toBe(32);
  expect(outputSize(32, 4, 2, 'same')).toBe(16);
});

it('N4-8 a number of a convolution is sum(A * X), and a layer adds the bias', async () => {
  const window = [
    [1, 2],
    [3, 4],
  ];
  const filter = [
    [0.5, -1],
    [2, 0.25],
  ];
  expect(await oneNumber(window, filter)).toEqual({ sum: 5.5, convolved: 5.5 });
  const layer = layers.conv2d({ filters: 1, kernelSize: 2 });
  layer.build([null, 2, 2, 1]);
  layer.setWeights([tensor(filter.flat(), [2, 2, 1, 1]), tensor([10])]);
  const x = tensor([
    [
      [[1], [2]],
      [[3], [4]],
    ],
  ]);
  expect(await layer.apply(x).data()).toEqual(Float32Array.of(15.5));
});

it('N4-9 batch normalisation, LeakyReLU and dropout in functional style', () => {
  const net = normalizedNetwork();
  expect(net).toBeInstanceOf(Functional);
  const counts = net.layers.map((layer) => layer.countParams()).filter((count) => count > 0);
  expect(counts).toEqual([896, 128, 9248, 128, 18_496, 256, 36_928, 256, 524_416, 512, 1290]);
  const sizes = net.layers.filter(({ className }) => className === 'Conv2D').map(({ output }) => (output as Tensor).shape);
  expect(sizes).toEqual([
    [null, 32, 32, 32],
    [null, 16, 16, 32],
    [null, 16, 16, 64],
    [null, 8, 8, 64],
  ]);
  const text = summaryOf(net);
  expect(text).toContain('Total params: 592,554\nTrainable params: 591,914\nNon-trainable params: 640\n');
});

it('N4-10 LeakyReLU keeps 0.3 of what is below 0', async () => {
  const leaky = normalizedNetwork().layers.find(({ className }) => className === 'LeakyReLU');
  expect(leaky?.getConfig().negativeSlope).toBe(0.3);
  expectClose(
    (await layers
      .leakyReLU()
      .apply(tensor([-2, -1, 0, 3]))
      .array()) as number[],
    [-0.6, -0.3, 0, 3],
  );
});

it('N4-12 an exploding loss becomes NaN and stops the training; clipnorm holds it', async () => {
  const samples = await noise(256);
  const { epochs, lastLoss } = await explode(samples);
  expect(Number.isFinite(lastLoss)).toBe(false);
  expect(epochs).toBeLessThan(10);
  const tamed = await explode(samples, { clipnorm: 0.001 });
  expect(tamed.epochs).toBe(10);
  expect(tamed.lastLoss).toBeLessThan(1);
  expect(new callbacks.TerminateOnNaN()).toBeInstanceOf(callbacks.Callback);
});

it('N4-13 batch normalisation centres and scales, and follows the data with momentum', async () => {
  const layer = layers.batchNormalization();
  layer.build([null, 1]);
  const x = tensor([[1], [2], [3], [6]]);
  const normalize = compile((values: Tensor) => layer.apply(values, { training: true }));
  const y = Array.from(await normalize(x).data());
  const mean = y.reduce((sum, value) => sum + value, 0) / 4;
  const variance = y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4;
  expect(mean).toBeCloseTo(0, 6);
  expect(variance).toBeCloseTo(3.5 / (3.5 + 0.001), 5);
  const [gamma, beta, movingMean, movingVariance] = await Promise.all(layer.weights.map((weight) => weight.data()));
  expect([gamma?.[0], beta?.[0]]).toEqual([1, 0]);
  expectClose([movingMean?.[0] as number, movingVariance?.[0] as number], [0.01 * 3, 0.99 + 0.01 * 3.5]);
});

it('N4-14 the network with convolutions learns where there is something to learn', { timeout: 60_000 }, async () => {
  // The accuracies of the book need the full form; here each class is a bright stripe at a height of its own.
  const count = 100;
  const pixels = new Uint8Array(count * 3072);
  for (let i = 0; i < count; i++) pixels.fill(255, i * 3072 + (i % 10) * 288, i * 3072 + (i % 10) * 288 + 192);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const x = { data: pixels, shape: [count, 32, 32, 3] };
  const samples = await prepared({ x, y: { data: labels, shape: [count, 1] } }, count);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const net = normalizedNetwork();
  net.compile({ optimizer: optimizers.adam({ learningRate: 0.0005 }), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const [result] = await fitInStages(net, samples, samples, [{ batchSize: 20, epochs: 4 }]);
  const loss = result?.history.loss as number[];
  expect(loss.at(-1)).toBeLessThan(0.5 * (loss[0] as number));
  const counts = countConfusions(await classesOf(samples.y), Array.from(labels), 10);
  expect(counts.map((row, i) => row[i])).toEqual(new Array(10).fill(10));
});

it('N4-15 an input layer prints its shape in brackets', () => {
  expect(summaryOf(stridedNetwork())).toContain('input_1 (InputLayer)         [(None, 32, 32, 3)]       0  ');
});
