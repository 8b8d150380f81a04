/** @file Pooling: over places, as usual, and over channels. */

import { layers, ops, type Tensor } from 'laminet';

/** Keeps the largest of each 2x2 pixels: a quarter of the numbers is left. */
export const maxPool = (): layers.Layer => layers.maxPooling2d({ poolSize: 2 });

/**
 * Keeps the largest of each 3 channels instead: height and width stay. Any function of tensors becomes a layer through `lambda`; here it
 * folds the channels into groups, and takes the largest of each group.
 */
export const depthPool = (poolSize = 3): layers.Layer =>
  layers.lambda((x: Tensor) => {
    const [height, width, channels] = x.shape.slice(1) as [number, number, number];
    return ops.max(ops.reshape(x, [-1, height, width, channels / poolSize, poolSize]), -1);
  });
