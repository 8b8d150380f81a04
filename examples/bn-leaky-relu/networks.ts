/** @file The three networks of the notebook, written in functional style: each layer is applied to what the one before it gave. */

import { input, layers, model, type Tensor } from 'laminet';

/** Two dense layers on the flat image. No neighbourhood is known to it: every pixel is connected to every unit. */
export function denseNetwork() {
  const image = input({ shape: [32, 32, 3] });
  let x = layers.flatten().apply(image);
  x = layers.dense({ units: 200, activation: 'relu' }).apply(x);
  x = layers.dense({ units: 150, activation: 'relu' }).apply(x);
  const classes = layers.dense({ units: 10, activation: 'softmax' }).apply(x);
  return model({ inputs: image, outputs: classes });
}

/**
 * Two convolutions whose strides of 2 halve the image each time, in place of pooling: 32 x 32 x 3, 16 x 16 x 10, 8 x 8 x 20.
 * The first has (4 * 4 * 3 + 1) * 10 = 490 weights: each filter sees all three channels at once, and has one bias.
 */
export function stridedNetwork() {
  const image = input({ shape: [32, 32, 3] });
  let x = layers.conv2d({ filters: 10, kernelSize: [4, 4], strides: 2, padding: 'same' }).apply(image);
  x = layers.conv2d({ filters: 20, kernelSize: [3, 3], strides: 2, padding: 'same' }).apply(x);
  x = layers.flatten().apply(x);
  const classes = layers.dense({ units: 10, activation: 'softmax' }).apply(x);
  return model({ inputs: image, outputs: classes });
}

/** Batch normalisation before the activation: the reason why the activation is a layer of its own. The slope below 0 is 0.3. */
function normalized(x: Tensor): Tensor {
  return layers.leakyReLU().apply(layers.batchNormalization().apply(x));
}

/** The notebook's "BAD" network: Batch normalisation, Activation (leaky, so that no unit can die), Dropout. */
export function normalizedNetwork() {
  const image = input({ shape: [32, 32, 3] });
  let x: Tensor = image;
  for (const [filters, strides] of [
    [32, 1],
    [32, 2],
    [64, 1],
    [64, 2],
  ] as const) {
    x = normalized(layers.conv2d({ filters, kernelSize: [3, 3], strides, padding: 'same' }).apply(x));
  }
  x = layers.flatten().apply(x);
  x = normalized(layers.dense({ units: 128 }).apply(x));
  x = layers.dropout({ rate: 0.5 }).apply(x);
  x = layers.dense({ units: 10 }).apply(x);
  const classes = layers.activation({ activation: 'softmax' }).apply(x);
  return model({ inputs: image, outputs: classes });
}
