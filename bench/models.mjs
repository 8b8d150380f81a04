// The models of the benchmarks. Shapes are [height, width, channels]; all train with Adam on random data.
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
const models = {
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

/**
 * A plain stack for the measurements of scaling: `plain:SIDE:DEPTH:WIDTH` has DEPTH convolutions 3x3 of WIDTH filters on images
 * of SIDE times SIDE pixels with 3 channels.
 */
function plain(side, depth, width) {
  const inputShape = [side, side, 3];
  const make = () => [
    ...Array.from({ length: depth }, (_, i) => sameRelu(width, 3, i === 0 ? { inputShape } : {})),
    globalAveragePooling2d(),
    dense({ units: 10, activation: 'softmax' }),
  ];
  return { inputShape, classes: 10, make };
}

/** A model of the table above, or a plain stack. */
export function modelOf(name) {
  const [family, ...sizes] = name.split(':');
  return family === 'plain' ? plain(...sizes.map(Number)) : models[name];
}

export function compiledModel(name) {
  const net = sequential(modelOf(name).make());
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}
