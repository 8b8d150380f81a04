/** @file Models: a row of layers, a graph of layers, or a class with its own `call`. */

export type { CustomObjects } from '../layers/config.js';
export { type FromJsonOptions, modelFromJSON } from './deserialize.js';
export { Functional, type FunctionalOptions, model } from './functional.js';
export { type LoadModelOptions, loadModel } from './load_model.js';
export { Model, type ModelOptions } from './model.js';
export { Sequential, sequential } from './sequential.js';
export type { SummaryOptions } from './summary.js';
export type { LoadWeightsOptions, SaveOptions } from './weights.js';
