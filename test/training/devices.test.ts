/** Whole trainings on the tested device follow the same trainings on the reference device: losses of every epoch, predictions, weights. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  clearSession,
  input,
  layers,
  type Model,
  model,
  optimizers,
  sequential,
  setDevice,
  setRandomSeed,
  type Tensor,
} from '../../lib/index.js';
import { testedDevice } from '../harness/device.js';
import { difference } from '../harness/ops.js';
import { labels, numbers } from '../harness/training.js';

const x = numbers(40, 12, 12, 3);
const y = labels(40);

/** Convolutions, pooling, dropout: the network of the first chapters. */
function plain(): Model {
  const net = sequential([
    layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [12, 12, 3] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 6, kernelSize: 3, activation: 'relu' }),
    layers.averagePooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dropout({ rate: 0.3, seed: 5 }),
    layers.dense({ units: 16, activation: 'relu' }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}

/** Batch normalisation with strides and leaky rectifiers. */
function normalised(): Model {
  const net = sequential([
    layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', inputShape: [12, 12, 3] }),
    layers.batchNormalization(),
    layers.leakyReLU(),
    layers.conv2d({ filters: 12, kernelSize: 3, strides: 2, padding: 'same', useBias: false }),
    layers.batchNormalization(),
    layers.reLU(),
    layers.globalAveragePooling2d(),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({
    optimizer: optimizers.sgd({ learningRate: 0.05, momentum: 0.9 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

/** A residual block: two branches that are added before the rectifier. */
function residual(): Model {
  const image = input({ shape: [12, 12, 3] });
  const stem = layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same' }).apply(image);
  const branch = layers.batchNormalization().apply(layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same' }).apply(stem));
  const joined = layers.reLU().apply(layers.add().apply([branch, stem]));
  const outputs = layers.dense({ units: 3, activation: 'softmax' }).apply(layers.globalMaxPooling2d().apply(joined));
  const net = model({ inputs: image, outputs });
  net.compile({
    optimizer: optimizers.rmsprop({ learningRate: 0.002 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

/** Depthwise, separable and transposed convolutions. */
function depthwise(): Model {
  const net = sequential([
    layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', inputShape: [12, 12, 3] }),
    layers.separableConv2d({ filters: 8, kernelSize: 3, strides: 2, padding: 'same', activation: 'tanh' }),
    layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
    layers.flatten(),
    layers.dense({ units: 3 }),
    layers.softmax(),
  ]);
  net.compile({
    optimizer: optimizers.adamw({ learningRate: 0.002, weightDecay: 0.01 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

interface Outcome {
  readonly losses: number[];
  readonly accuracies: number[];
  readonly probabilities: Float32Array;
}

async function train(device: typeof testedDevice | 'reference', build: () => Model): Promise<Outcome> {
  setDevice(device);
  clearSession();
  setRandomSeed(3);
  const net = build();
  const { history } = await net.fit(x, y, { batchSize: 16, epochs: 3, verbose: 0 }); // the last batch of an epoch is smaller
  const probabilities = (await ((await net.predict(x, { verbose: 0 })) as Tensor).data()) as Float32Array;
  return { losses: history.loss as number[], accuracies: history.accuracy as number[], probabilities };
}

beforeEach(() => clearSession());
afterAll(() => {
  setDevice('auto');
});

describe(`whole trainings on ${testedDevice} follow the reference`, () => {
  it.each(Object.entries({ plain, normalised, residual, depthwise }))('%s', async (_name, build) => {
    const expected = await train('reference', build);
    const found = await train(testedDevice, build);
    expect(new Set(expected.losses).size).toBe(3);
    expect(difference(found.losses, expected.losses)).toBeLessThan(5e-5);
    expect(found.accuracies).toEqual(expected.accuracies);
    expect(difference(found.probabilities, expected.probabilities)).toBeLessThan(5e-4);
  });
});
