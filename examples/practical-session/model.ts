/** @file The nets of the session: three convolutions, without pooling, with pooling, and with a global average at the end. */

import { input, layers, type Model, model, optimizers, schedules, type Tensor } from 'laminet';
import { ShakeShake } from './shake_shake.js';

/** What a picture is after the pipeline: height, width, colours. */
export const side = 48;
/** Cat or dog. */
export const classes = 2;

export interface NetOptions {
  /** Max pooling of 3x3 after the first and the second block. */
  pooling?: boolean;
  /** How the maps of the last block become a vector. */
  vector?: 'flatten' | 'globalAverage';
  /** A ShakeShake layer after the second block. */
  shakeShake?: boolean;
  /** Name of the last layer: with another one than a file's, it is left out when weights are loaded by name. */
  head?: string;
  /** `channelsFirst` has pictures of [3, 48, 48]. */
  dataFormat?: 'channelsFirst' | 'channelsLast';
}

/**
 * Three blocks of convolution, batch normalisation and ReLU with 32, 64 and 128 filters, then a softmax over the classes.
 *
 * The convolutions and the last layer have names, because weights are loaded by name later.
 */
export function practicalNet(options: NetOptions = {}): Model<Tensor> {
  const { pooling = false, vector = 'flatten', shakeShake = false, head = 'predictions', dataFormat = 'channelsLast' } = options;
  const channelsFirst = dataFormat === 'channelsFirst';
  // Batch normalisation keeps the axis of the channels and takes means over all others.
  const axis = channelsFirst ? 1 : 3;
  const block = (x: Tensor, filters: number, name: string): Tensor => {
    const maps = layers.conv2d({ filters, kernelSize: [3, 3], name, dataFormat }).apply(x);
    return layers.activation({ activation: 'relu' }).apply(layers.batchNormalization({ axis }).apply(maps));
  };
  // `strides: null` takes the pool size: windows side by side.
  const pool = (x: Tensor): Tensor =>
    pooling ? layers.maxPooling2d({ poolSize: [3, 3], strides: null, padding: 'valid', dataFormat }).apply(x) : x;

  const images = input({ shape: channelsFirst ? [3, side, side] : [side, side, 3] });
  let x = pool(block(images, 32, 'cnn_lab_conv1'));
  x = pool(block(x, 64, 'cnn_lab_conv2'));
  if (shakeShake) x = new ShakeShake().apply(x);
  x = block(x, 128, 'cnn_lab_conv3');
  x = vector === 'flatten' ? layers.flatten({ dataFormat }).apply(x) : layers.globalAveragePooling2d({ dataFormat }).apply(x);
  const predictions = layers.dense({ units: classes, activation: 'softmax', name: head }).apply(x);
  return model({ inputs: images, outputs: predictions });
}

/**
 * More depth for fewer parameters: after each 3x3 convolution a 1x1 one, which mixes the channels of each pixel and keeps the size, and a
 * pooling. A 1x1 convolution of c channels to k maps has `c * k + k` parameters.
 */
export function deeperNet(): Model<Tensor> {
  const convolution = (x: Tensor, filters: number, kernelSize: number): Tensor => {
    const maps = layers.conv2d({ filters, kernelSize, padding: 'same' }).apply(x);
    return layers.activation({ activation: 'relu' }).apply(layers.batchNormalization().apply(maps));
  };
  const images = input({ shape: [side, side, 3] });
  let x: Tensor = images;
  for (const filters of [32, 64, 128]) {
    x = convolution(convolution(x, filters, 3), filters, 1);
    x = layers.maxPooling2d({ poolSize: 3 }).apply(x);
  }
  const predictions = layers.dense({ units: classes, activation: 'softmax', name: 'predictions' });
  return model({ inputs: images, outputs: predictions.apply(layers.globalAveragePooling2d().apply(x)) });
}

/** The nets that are compared, by what is special about them. */
export const nets = {
  'no pooling': () => practicalNet(),
  'max pooling': () => practicalNet({ pooling: true }),
  'global average': () => practicalNet({ pooling: true, vector: 'globalAverage' }),
  ShakeShake: () => practicalNet({ pooling: true, shakeShake: true }),
  '1x1 convolutions': deeperNet,
};

/** One convolution of 64 filters, flattened: 46 * 46 * 64 = 135,424 numbers a picture, which is what a global average avoids. */
export function flattenedNet(): Model<Tensor> {
  const images = input({ shape: [side, side, 3] });
  const maps = layers.conv2d({ filters: 64, kernelSize: [3, 3], padding: 'valid' }).apply(images);
  return model({ inputs: images, outputs: layers.flatten().apply(maps) });
}

/** Multiplications of one picture in the convolutions: each number of the output takes a window of all channels. */
export function convolutionMacs(net: Model): number {
  const product = (sizes: readonly (number | null)[]): number => sizes.reduce<number>((total, size) => total * (size ?? 1), 1);
  return net.layers
    .filter((layer) => layer instanceof layers.Conv2D)
    .map(({ output, weights: [kernel] }) => product((output as Tensor).shape) * product(kernel!.shape.slice(0, 3)))
    .reduce((sum, macs) => sum + macs, 0);
}

/**
 * SGD as the session has it: rate 0.01, Nesterov momentum 0.9, and Keras 2's `decay` of 1e-6, which divides the rate by
 * `1 + 1e-6 * iterations`: that is inverse time decay with one step a period.
 */
export function sessionOptimizer(): optimizers.Optimizer {
  const learningRate = schedules.inverseTimeDecay({ initialLearningRate: 0.01, decaySteps: 1, decayRate: 1e-6 });
  return optimizers.sgd({ learningRate, momentum: 0.9, nesterov: true });
}

/** Compiles a net for two classes given as one-hot vectors. */
export function compileNet(net: Model<Tensor>, optimizer: optimizers.Optimizer = sessionOptimizer()): Model<Tensor> {
  net.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}
