/** @file The mini AlexNet, and two variants of it that the notebook asks for. */

import { input, layers, losses, type Model, optimizers, type Sequential, sequential } from 'laminet';

const imageShape = [32, 32, 3];

/** A 3x3 convolution that keeps width and height. */
const convolution = (filters: number, options: Partial<Parameters<typeof layers.conv2d>[0]> = {}): layers.Layer =>
  layers.conv2d({ filters, kernelSize: [3, 3], activation: 'relu', padding: 'same', ...options });

/** Keeps the largest of each 3x3 pixels: a third of width and height. */
const pooling = (): layers.Layer => layers.maxPooling2d({ poolSize: [3, 3] });

/** Five convolutions and three poolings: an image becomes 128 numbers. 831,424 parameters. */
export const convolutionalPart = (): Sequential =>
  sequential([
    convolution(48, { inputShape: imageShape }),
    pooling(),
    convolution(128),
    pooling(),
    convolution(192),
    convolution(192),
    convolution(128),
    pooling(),
  ]);

/** Adds three fully connected layers on top. `dropout` removes half of the connections at random, anew in each training step. */
export function addClassifier(net: Sequential): Sequential {
  net.add(layers.flatten());
  net.add(layers.dense({ units: 1024, activation: 'relu' }));
  net.add(layers.dropout({ rate: 0.5 }));
  net.add(layers.dense({ units: 1024, activation: 'relu' }));
  net.add(layers.dense({ units: 10, activation: 'softmax' }));
  return net;
}

/** The whole mini AlexNet. 2,023,370 parameters. */
export const miniAlexNet = (): Sequential => addClassifier(convolutionalPart());

/**
 * Task 1: convolutions only. Strides make the images smaller instead of poolings; a 1x1 convolution gives a map for each class, whose mean
 * is the class's score. Nothing in it depends on the size of the image, so that is left open: `null`. The first layer scales the
 * pixels: on 0..255 the loss would begin near 10 instead of 2.3, what chance gives.
 */
export const fullyConvolutionalNet = (): Sequential =>
  sequential([
    input({ shape: [null, null, 3] }),
    layers.rescaling({ scale: 1 / 255 }),
    convolution(48, { strides: 2 }),
    convolution(96),
    convolution(96, { strides: 2 }),
    convolution(192),
    convolution(192, { strides: 2 }),
    layers.conv2d({ filters: 10, kernelSize: 1 }),
    layers.globalAveragePooling2d(),
    layers.activation({ activation: 'softmax' }),
  ]);

/** A convolution whose results are normalised over the batch before they are rectified. Normalising takes the mean away, so it has no bias. */
const normalizedConvolution = (filters: number): layers.Layer[] => [
  convolution(filters, { activation: undefined, useBias: false }),
  layers.batchNormalization(),
  layers.reLU(),
];

/** Task 2: the mini AlexNet with batch normalisation after each convolution. */
export const batchNormalizedNet = (): Sequential =>
  addClassifier(
    sequential([
      input({ shape: imageShape }),
      ...normalizedConvolution(48),
      pooling(),
      ...normalizedConvolution(128),
      pooling(),
      ...normalizedConvolution(192),
      ...normalizedConvolution(192),
      ...normalizedConvolution(128),
      pooling(),
    ]),
  );

/** As the notebook does: Adam as an object, the loss as a function, accuracy by name. */
export function compileNet(net: Model): void {
  net.compile({ optimizer: optimizers.adam(), loss: losses.sparseCategoricalCrossentropy, metrics: ['accuracy'] });
}
