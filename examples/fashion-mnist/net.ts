/** @file The net of the notebook: after Aurélien Géron's "Hands-On Machine Learning", chapter 14. 1,413,834 parameters. */

import { layers, type Sequential, sequential } from 'laminet';

type ConvolutionOptions = Parameters<typeof layers.conv2d>[0];

/** A convolution with this net's usual options; each call may override them. */
export const defaultConv2d = (options: Partial<ConvolutionOptions> & Pick<ConvolutionOptions, 'filters'>): layers.Layer =>
  layers.conv2d({ kernelSize: 3, activation: 'relu', padding: 'same', ...options });

/** From stage to stage the pictures get smaller and the filters more; two dense layers then choose among 10 classes. */
export const fashionNet = (): Sequential =>
  sequential([
    defaultConv2d({ filters: 64, kernelSize: 7, inputShape: [28, 28, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    defaultConv2d({ filters: 128 }),
    defaultConv2d({ filters: 128 }),
    layers.maxPooling2d({ poolSize: 2 }),
    defaultConv2d({ filters: 256 }),
    defaultConv2d({ filters: 256 }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 128, activation: 'relu' }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 64, activation: 'relu' }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);

/** Nadam: Adam with Nesterov's momentum. */
export function compileNet(net: Sequential): void {
  net.compile({ loss: 'sparseCategoricalCrossentropy', optimizer: 'nadam', metrics: ['accuracy'] });
}
