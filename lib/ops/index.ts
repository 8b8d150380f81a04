/** @file The public `ops` namespace. */

export * from './activations.js';
export type { TensorLike } from './apply.js';
export { at } from './at.js';
export * from './batch_norm.js';
export * from './binary.js';
export { broadcastTo, repeat, tile } from './broadcast.js';
export * from './cast.js';
export { concat, stack } from './concat.js';
export { type Conv2dOptions, conv2d } from './conv2d.js';
export * from './conv2d_transpose.js';
export * from './create.js';
export * from './crossentropy.js';
export * from './depthwise_conv2d.js';
export * from './dropout.js';
export * from './gather.js';
export * from './identity.js';
export type { Index } from './indexing.js';
export * from './matmul.js';
export * from './normalization.js';
export * from './one_dimensional.js';
export * from './one_hot.js';
export * from './pad.js';
export * from './pool2d.js';
export * from './random.js';
export * from './rectifiers.js';
export {
  type Axes,
  all,
  any,
  argMax,
  argMin,
  logSumExp,
  max,
  mean,
  min,
  moments,
  prod,
  type ReduceOptions,
  std,
  sum,
  variance,
} from './reduce.js';
export { expandDims, flatten, reshape, squeeze } from './reshape.js';
export * from './resize.js';
export { SeedGenerator, setRandomSeed } from './seed_generator.js';
export * from './select.js';
export { slice, split, unstack } from './slice.js';
export * from './softmax.js';
export { moveAxis, transpose } from './transpose.js';
export * from './unary.js';
export type { DataFormat, Padding } from './window.js';
