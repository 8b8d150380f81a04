/** @file Pipelines of elements. */

export { fromArrays, fromGenerator } from './from.js';
