/** @file Layers: factories for use, classes for extension. */

export * from './activation.js';
export * from './batch_normalization.js';
export * from './conv.js';
export * from './conv_transpose.js';
export * from './dense.js';
export * from './depthwise_conv.js';
export * from './dropout.js';
export * from './flatten.js';
export * from './functions.js';
export * from './global_pooling.js';
export { InputLayer, type InputOptions } from './input.js';
export type { InputSpec } from './input_spec.js';
export { Layer } from './layer.js';
export type { ApplyOptions, CallOptions, LayerOptions, WeightOptions } from './layer_options.js';
export * from './margins.js';
export * from './merging.js';
export * from './noise.js';
export * from './normalization.js';
export * from './pooling.js';
export * from './rectifiers.js';
export * from './rescaling.js';
export * from './reshaping.js';
export * from './resizing.js';
export * from './sample_normalization.js';
export * from './separable_conv.js';
export type { LayerInput, Shapes } from './structure.js';
