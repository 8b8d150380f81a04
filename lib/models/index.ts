/** @file Models: a row of layers, a graph of layers, or a class with its own `call`. */

export { Functional, type FunctionalOptions, model } from './functional.js';
export { Model, type ModelOptions } from './model.js';
export { Sequential, sequential } from './sequential.js';
