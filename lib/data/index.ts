/** @file Data: what training takes, and data sets. */

export type { ArrayLike, DataLike, ShapedArray } from './arrays.js';
export type { BatchSource } from './batch.js';
export { Dataset } from './dataset/dataset.js';
export * as dataset from './dataset/index.js';
export * as datasets from './datasets/index.js';
export { listImages } from './folder_files.js';
export { ImageDataset, type LabelledImages, type LabelMode } from './image_dataset.js';
export type { ColorMode } from './image_decode.js';
export { type ImageDatasetOf, type ImageDatasetOptions, imageDatasetFromDirectory } from './image_folder.js';
export { type LoadImageOptions, loadImage } from './image_load.js';
export { type SaveImageOptions, saveImage } from './image_save.js';
export { type BatchLike, type BatchTuple, Sequence, type SequenceOptions } from './sequence.js';
export { shuffleArrays } from './shuffle_arrays.js';
export { type Standard, type StandardizeOptions, standardize } from './standardize.js';
export { toCategorical } from './to_categorical.js';
export { WorkerSequence, type WorkerSequenceOptions, workerSequence } from './worker_sequence.js';
