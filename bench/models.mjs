// The four models of the training benchmark. Shapes are [height, width, channels]; all train with Adam on random data.
import { layers, sequential } from 'laminet';

const { activation, batchNormalization, conv2d, dense, dropout, flatten, globalAveragePooling2d, leakyReLU, maxPooling2d } =
  layers;
const same = (filters, kernelSize, options = {}) => conv2d({ filters, kernelSize, padding: 'same', ...options });
const sameRelu = (filters, kernelSize, options = {}) => same(filters, kernelSize, { activation: 'relu', ...options });
const normalized = (filters, strides, options = {}) => [
  same(filters, 3, { strides, ...options }),
  batchNormalization(),
  leakyReLU({ negativeSlope: 0.3 }),
];
const valid = (filters, options = {}) => [
  conv2d({ filters, kernelSize: 3, ...options }),
  batchNormalization(),
  activation({ activation: 'relu' }),
];

/** name -> { inputShape, classes, make } */
export const models = {
  A: {
    inputShape: [32, 32, 3],
    classes: 10,
    make: () => [
      sameRelu(48, 3, { inputShape: [32, 32, 3] }),
      maxPooling2d({ poolSize: 3 }),
      sameRelu(128, 3),
      maxPooling2d({ poolSize: 3 }),
      sameRelu(192, 3),
      sameRelu(192, 3),
      sameRelu(128, 3),
      maxPooling2d({ poolSize: 3 }),
      flatten(),
      dense({ units: 1024, activation: 'relu' }),
      dropout({ rate: 0.5 }),
      dense({ units: 1024, activation: 'relu' }),
      dense({ units: 10, activation: 'softmax' }),
    ],
  },
  B: {
    inputShape: [32, 32, 3],
    classes: 10,
    make: () => [
      ...normalized(32, 1, { inputShape: [32, 32, 3] }),
      ...normalized(32, 2),
      ...normalized(64, 1),
      ...normalized(64, 2),
      flatten(),
      dense({ units: 128 }),
      batchNormalization(),
      leakyReLU({ negativeSlope: 0.3 }),
      dropout({ rate: 0.5 }),
      dense({ units: 10, activation: 'softmax' }),
    ],
  },
  C: {
    inputShape: [28, 28, 1],
    classes: 10,
    make: () => [
      sameRelu(64, 7, { inputShape: [28, 28, 1] }),
      maxPooling2d({ poolSize: 2 }),
      sameRelu(128, 3),
      sameRelu(128, 3),
      maxPooling2d({ poolSize: 2 }),
      sameRelu(256, 3),
      sameRelu(256, 3),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 128, activation: 'relu' }),
      dropout({ rate: 0.5 }),
      dense({ units: 64, activation: 'relu' }),
      dropout({ rate: 0.5 }),
      dense({ units: 10, activation: 'softmax' }),
    ],
  },
  D: {
    inputShape: [48, 48, 3],
    classes: 2,
    make: () => [
      ...valid(32, { inputShape: [48, 48, 3] }),
      maxPooling2d({ poolSize: 3 }),
      ...valid(64),
      maxPooling2d({ poolSize: 3 }),
      ...valid(128),
      globalAveragePooling2d(),
      dense({ units: 2, activation: 'softmax' }),
    ],
  },
};

/** The compiled model `name` and four batches of random data. */
export function contestant(name, batch) {
  const { inputShape, classes, make } = models[name];
  const net = sequential(make());
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const samples = 4 * batch;
  const pixels = inputShape.reduce((product, size) => product * size, samples);
  const x = { data: Float32Array.from({ length: pixels }, () => 2 * Math.random() - 1), shape: [samples, ...inputShape] };
  const y = { data: Int32Array.from({ length: samples }, () => Math.floor(classes * Math.random())), shape: [samples] };
  return { net, x, y };
}
