/** @file `ImageDataset`: batches of images, decoded and resized ahead of their use. */

import { shuffledIndices } from '../core/random.js';
import type { HostArray } from '../runtime/function.js';
import type { ShapedArray } from './arrays.js';
import { Dataset } from './dataset/dataset.js';
import type { FolderIndex } from './folder_index.js';
import { type ColorMode, channelsOf } from './image_decode.js';
import type { Resizing } from './image_resize.js';
import { imageThreads, loadInThread } from './image_threads.js';
import { Prefetch } from './prefetch.js';

/** How class numbers become targets. */
export type LabelMode = 'int' | 'categorical' | 'binary';

/** How files become batches. */
export interface ImageBatches {
  readonly colorMode: ColorMode;
  readonly resizing: Resizing;
  /** Null for single samples, without a batch axis. */
  readonly batchSize: number | null;
  /** Null without labels. */
  readonly labelMode: LabelMode | null;
  /** The seed of the first epoch's order; null keeps the order of the files. */
  readonly seed: number | null;
}

const where = 'imageDatasetFromDirectory';

/** Batches that wait for the device, with those in the making: one in each thread. */
const batchesAhead = imageThreads + 1;

/** Images and their labels. */
export type LabelledImages = readonly [images: ShapedArray, labels: ShapedArray];

/**
 * Batches of image files, as {@link imageDatasetFromDirectory} makes them: a pipeline of `[images, labels]`, or of `images` without labels,
 * that `fit`, `evaluate` and `predict` take. Each pass starts again, in a new order if the data set is shuffled.
 */
export class ImageDataset<T = LabelledImages> extends Dataset<T> {
  /** Names of the classes in the order of their numbers; null without labels. */
  readonly classNames: readonly string[] | null;
  /** Paths of the files, before they are shuffled for an epoch. */
  readonly filePaths: readonly string[];

  /** @internal */
  constructor(index: FolderIndex, batches: ImageBatches) {
    const maker = new BatchMaker(index, batches);
    super(() => maker.epoch() as AsyncGenerator<T>, maker.length);
    this.filePaths = index.paths;
    this.classNames = index.classNames;
  }
}

/** Makes the batches of one epoch after the other. */
class BatchMaker {
  readonly length: number;
  readonly #paths: readonly string[];
  readonly #labels: Int32Array | null;
  readonly #classes: number;
  readonly #batches: ImageBatches;
  #epochs = 0;

  constructor({ paths, labels, classNames }: FolderIndex, batches: ImageBatches) {
    this.length = Math.ceil(paths.length / (batches.batchSize ?? 1));
    this.#paths = paths;
    this.#labels = labels;
    this.#classes = classNames?.length ?? 0;
    this.#batches = batches;
  }

  async *epoch(): AsyncGenerator<LabelledImages | ShapedArray> {
    const order = this.#nextOrder();
    const size = this.#batches.batchSize ?? 1;
    const load = (batch: number, signal: AbortSignal) => this.#load(order.slice(batch * size, (batch + 1) * size), signal);
    const batches = Array.from({ length: this.length }, (_, batch) => batch);
    yield* new Prefetch(batches, load, { workers: imageThreads, maxQueueSize: batchesAhead }).results();
  }

  #nextOrder(): Uint32Array {
    const { seed } = this.#batches;
    if (seed !== null) return shuffledIndices(this.#paths.length, seed + this.#epochs++);
    return Uint32Array.from(this.#paths, (_, i) => i);
  }

  async #load(samples: Uint32Array, signal: AbortSignal): Promise<LabelledImages | ShapedArray> {
    const { labelMode } = this.#batches;
    const images = this.#unbatched(await this.#images(samples, signal));
    if (labelMode === null || this.#labels === null) return images;
    const labels = Int32Array.from(samples, (sample) => (this.#labels as Int32Array)[sample] as number);
    return [images, this.#unbatched(targets(labels, labelMode, this.#classes))];
  }

  #unbatched(array: HostArray): HostArray {
    return this.#batches.batchSize === null ? { ...array, shape: array.shape.slice(1) } : array;
  }

  async #images(samples: Uint32Array, signal: AbortSignal): Promise<HostArray> {
    const { colorMode: mode, resizing } = this.#batches;
    const paths = Array.from(samples, (sample) => this.#paths[sample] as string);
    // Where there are fewer batches than threads, each decodes more images at a time.
    const atATime = Math.ceil(imageThreads / Math.min(this.length, imageThreads));
    const data = await loadInThread({ where, paths, mode, resizing, atATime }, signal);
    return { data, shape: [paths.length, resizing.height, resizing.width, channelsOf(mode)], dtype: 'float32' };
  }
}

/** Class numbers, one-hot rows, or a column of 0 and 1. */
function targets(labels: Int32Array, mode: LabelMode, classes: number): HostArray {
  const count = labels.length;
  if (mode === 'int') return { data: labels, shape: [count], dtype: 'int32' };
  if (mode === 'binary') return { data: Float32Array.from(labels), shape: [count, 1], dtype: 'float32' };
  const data = new Float32Array(count * classes);
  labels.forEach((label, i) => {
    data[i * classes + label] = 1;
  });
  return { data, shape: [count, classes], dtype: 'float32' };
}
