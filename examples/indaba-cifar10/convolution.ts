/** @file What the kernel's size, the stride and the number of filters make of a 10x10 image with 3 channels. */

import { layers, ops, type Tensor } from 'laminet';

/** Width and height of the image. */
export const side = 10;

/** What the notebook's three sliders set. */
export interface Sliders {
  readonly filters: number;
  readonly kernelSize: number;
  readonly stride: number;
}

/** The settings that the sliders can take. */
export const kernelSizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
export const strides = [1, 2, 3];

/** A random colour "image" `[10, 10, 3]` of numbers in [0, 1). */
export const dummyImage = (): Tensor => ops.randomUniform([side, side, 3]);

/** The layer that the sliders describe. `valid` padding: the kernel never leaves the image. */
export function sliderLayer({ filters, kernelSize, stride }: Sliders): layers.Layer {
  return layers.conv2d({ filters, kernelSize, strides: stride, padding: 'valid', inputShape: [side, side, 3] });
}

/** Applies a layer to one image. Layers take batches, so the image gets a batch axis first; the result comes at once, with numbers. */
export const convolve = (layer: layers.Layer, image: Tensor): Tensor => layer.apply(ops.expandDims(image, 0));

/**
 * Width and height of the result: the kernel has `side - kernelSize + 1` places in a row of pixels, of which every `stride`-th, from the
 * first on, is used.
 */
export const outputSide = (kernelSize: number, stride: number): number => Math.floor((side - kernelSize) / stride) + 1;
