// What the training scenarios share: the library on the device named on the command line, and a small convolutional network.

import { env } from 'node:process';
import { deviceName } from './device.mjs';

env.LAMINET_DEVICE = deviceName;
env.LAMINET_NUM_THREADS ??= '2';
const laminet = await import('laminet');
const { layers, sequential } = laminet;

export { laminet };

/** A network that even the plain loops of the reference device can train for a while. */
export const small = { side: 8, filters: 4, batchSize: 4 };
export const usual = deviceName === 'reference' ? small : { side: 32, filters: 32, batchSize: 32 };

const block = (filters) => [
  layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false }),
  layers.batchNormalization(),
  layers.reLU(),
];

/** Ten layers, of which three are convolutions. */
export function network({ side, filters }) {
  const net = sequential([
    laminet.input({ shape: [side, side, 3] }),
    ...block(filters),
    layers.maxPooling2d(),
    ...block(filters),
    layers.conv2d({ filters, kernelSize: 3, padding: 'same' }),
    layers.globalAveragePooling2d(),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}

/** Images and labels for so many steps of an epoch. */
export function data({ side, batchSize }, steps) {
  const count = steps * batchSize;
  const pixels = Float32Array.from({ length: count * side * side * 3 }, (_, i) => ((i * 7919) % 1000) / 1000);
  return { x: { data: pixels, shape: [count, side, side, 3] }, y: Int32Array.from({ length: count }, (_, i) => i % 10) };
}
