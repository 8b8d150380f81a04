/** @file Layers: factories for use, classes for extension. */

export * from './activation.js';
export * from './conv.js';
export * from './conv_transpose.js';
export * from './dense.js';
export * from './depthwise_conv.js';
export * from './flatten.js';
export { InputLayer, type InputOptions } from './input.js';
export type { InputSpec } from './input_spec.js';
export * from './separable_conv.js';
export { type ApplyOptions, type CallOptions, Layer, type LayerOptions, type WeightOptions } from './layer.js';
export type { LayerInput, Shapes } from './structure.js';
