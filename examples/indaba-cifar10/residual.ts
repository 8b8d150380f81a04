/** @file Task 3: a residual block as a reusable model, after He et al. 2015 (https://arxiv.org/abs/1512.03385). */

import { input, layers, Model, ops, type Sequential, sequential, type Tensor } from 'laminet';

/**
 * Two convolutions whose result is added to their input: the block learns what to change about its input, and gradients reach the layers
 * before it undiminished. A model is a layer too, so blocks are put into a net as layers are; their weights belong to the net.
 */
export class ResidualBlock extends Model<Tensor> {
  readonly first: layers.Layer;
  readonly firstNormalization = layers.batchNormalization();
  readonly second: layers.Layer;
  readonly secondNormalization = layers.batchNormalization();
  /** Brings the input to the shape of the result: a 1x1 convolution where they differ. */
  readonly shortcut: layers.Layer;

  /** @param filters - channels of the result; with `strides` 2 it has half the width and height */
  constructor(filters: number, { strides = 1 } = {}) {
    super();
    this.first = layers.conv2d({ filters, kernelSize: 3, strides, padding: 'same', useBias: false });
    this.second = layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false });
    this.shortcut = strides === 1 ? layers.identity() : layers.conv2d({ filters, kernelSize: 1, strides });
  }

  override call(x: Tensor): Tensor {
    const inner = ops.relu(this.firstNormalization.apply(this.first.apply(x)));
    const change = this.secondNormalization.apply(this.second.apply(inner));
    return ops.relu(ops.add(change, this.shortcut.apply(x)));
  }
}

/** A small residual net: three blocks, each with more channels on smaller images. */
export const residualNet = (): Sequential =>
  sequential([
    input({ shape: [32, 32, 3] }),
    layers.conv2d({ filters: 32, kernelSize: 3, strides: 2, padding: 'same', useBias: false }),
    layers.batchNormalization(),
    layers.reLU(),
    new ResidualBlock(32),
    new ResidualBlock(64, { strides: 2 }),
    new ResidualBlock(128, { strides: 2 }),
    layers.globalAveragePooling2d(),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
