/** @file A convolutional network from a list of layers. */

import { layers, type Sequential, sequential } from 'laminet';

/**
 * One layer: `['c', 64, 3]` a convolution with 64 output channels and 3 x 3 kernels, `['m', 2]` maximum pooling over 2 x 2 windows,
 * `['f']` a flattening, `['d', 1024]` a dense layer of 1024 units.
 */
export type LayerConfig =
  | readonly ['c', filters: number, kernelSize: number]
  | readonly ['m', poolSize: number]
  | readonly ['f']
  | readonly ['d', units: number];

/** The network of the notebook: 8,660,042 weights on images of 32 x 32 x 3, most of them (8,389,632) in the first dense layer. */
export const visionConfig: readonly LayerConfig[] = [
  ['c', 64, 3],
  ['c', 64, 3],
  ['m', 2],
  ['c', 128, 3],
  ['m', 2],
  ['c', 128, 3],
  ['f'],
  ['d', 1024],
  ['d', 10],
];

/** The same network written out by hand, before `createCnn` takes the repetition away. */
export function handwrittenCnn(): Sequential {
  const net = sequential();
  net.add(layers.conv2d({ filters: 64, kernelSize: [3, 3], padding: 'same', activation: 'relu', inputShape: [32, 32, 3] }));
  net.add(layers.conv2d({ filters: 64, kernelSize: [3, 3], padding: 'same', activation: 'relu' }));
  net.add(layers.maxPooling2d({ poolSize: 2, strides: 2 }));
  net.add(layers.conv2d({ filters: 128, kernelSize: [3, 3], padding: 'same', activation: 'relu' }));
  net.add(layers.maxPooling2d({ poolSize: 2, strides: 2 }));
  net.add(layers.conv2d({ filters: 128, kernelSize: [3, 3], padding: 'same', activation: 'relu' }));
  net.add(layers.flatten());
  net.add(layers.dense({ units: 1024, activation: 'relu' }));
  net.add(layers.dense({ units: 10, activation: 'softmax' }));
  return net;
}

/**
 * Makes the network that `configs` describe. Activations are ReLU, except for a dense layer that comes last: it gives probabilities.
 *
 * @param inputShape - of one image, `[height, width, channels]`
 */
export function createCnn(configs: readonly LayerConfig[], inputShape: readonly [number, number, number]): Sequential {
  const net = sequential();
  for (const [i, config] of configs.entries()) net.add(makeLayer(config, i === 0, i === configs.length - 1, inputShape));
  return net;
}

function makeLayer(config: LayerConfig, isFirst: boolean, isLast: boolean, inputShape: readonly number[]): layers.Layer {
  const first = isFirst ? { inputShape: [...inputShape] } : {};
  switch (config[0]) {
    case 'c':
      return layers.conv2d({ filters: config[1], kernelSize: config[2], padding: 'same', activation: 'relu', ...first });
    case 'm':
      return layers.maxPooling2d({ poolSize: config[1], ...first });
    case 'f':
      return layers.flatten(first);
    case 'd':
      return layers.dense({ units: config[1], activation: isLast ? 'softmax' : 'relu', ...first });
  }
}
