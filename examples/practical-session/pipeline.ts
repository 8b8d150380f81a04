/** @file The image pipeline: CIFAR-10's cats and dogs as folders of pictures, and batches of these pictures at 48 x 48. */

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  type BatchTuple,
  datasets,
  listImages,
  loadImage,
  Sequence,
  type ShapedArray,
  saveImage,
  shuffleArrays,
  type TypedArray,
  toCategorical,
} from 'laminet';
import { loadDataset } from '../common.js';
import { side } from './model.js';

/** The two classes, in the order of their folders' names: label 0 and label 1. */
export const classNames = ['cat', 'dog'];

/** Beside the data sets of the library. */
export const pictureFolder = join(process.env.LAMINET_HOME ?? join(homedir(), '.cache', 'laminet'), 'datasets', 'cats-and-dogs');

/**
 * Writes the cats and dogs of CIFAR-10 as `train/cat/00029.png` and so on: 10,000 to train on and 2,000 to test with. The folder appears
 * when it is whole; a second call does nothing.
 */
export async function writePictures(folder: string = pictureFolder): Promise<void> {
  if (existsSync(folder)) return;
  const cifar = await loadDataset(datasets.cifar10);
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  try {
    for (const part of ['train', 'test'] as const) {
      const { x, y } = cifar[part];
      await writePart(join(fresh, part), x, y.data as Uint8Array, cifar.classNames);
    }
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function writePart(folder: string, x: ShapedArray, labels: Uint8Array, names: readonly string[]): Promise<void> {
  const [, height = 0, width = 0] = x.shape;
  const size = height * width * 3;
  for (const name of classNames) await mkdir(join(folder, name), { recursive: true });
  const wanted = [...labels.keys()].filter((i) => classNames.includes(names[labels[i] as number] as string));
  const write = (i: number): Promise<void> => {
    const path = join(folder, names[labels[i] as number] as string, `${String(i).padStart(5, '0')}.png`);
    return saveImage(path, { data: x.data.slice(i * size, (i + 1) * size), shape: [height, width, 3] }, { scale: false });
  };
  // Files are encoded off the main thread: a few dozen at a time keep all cores busy.
  for (let at = 0; at < wanted.length; at += 32) await Promise.all(wanted.slice(at, at + 32).map(write));
}

/** The paths of the pictures in a directory of class folders, and their labels. */
export async function pathsAndLabels(directory: string): Promise<{ paths: string[]; labels: number[] }> {
  const paths = await listImages(directory);
  return { paths, labels: paths.map((path) => classNames.indexOf(basename(dirname(path)))) };
}

/** A picture enlarged to the size that the nets take, with 8 bits a colour. */
export async function loadPicture(path: string): Promise<Uint8Array> {
  const { data } = await loadImage(path, { targetSize: [side, side], interpolation: 'bilinear' });
  return Uint8Array.from(data, Math.round);
}

/**
 * Batches of pictures, with colours in 0..1, and one-hot labels, in a new order each epoch. A picture is read when a batch first needs it,
 * and kept: several nets are trained on the same ones.
 */
export class DataGenerator extends Sequence {
  readonly #pictures: (Promise<Uint8Array> | undefined)[] = [];
  readonly #paths: readonly string[];
  readonly #labels: readonly number[];
  readonly #batchSize: number;
  readonly #classes: number;
  #seed: number;
  #order: Promise<TypedArray>;

  constructor(paths: readonly string[], labels: readonly number[], batchSize: number, classes: number, seed = 0) {
    // Two batches wait for their files at a time, while the device computes; four are ready at most.
    super({ workers: 2, maxQueueSize: 4 });
    this.#paths = paths;
    this.#labels = labels;
    this.#batchSize = batchSize;
    this.#classes = classes;
    this.#seed = seed;
    this.#order = shuffled(paths.length, seed);
  }

  get length(): number {
    return Math.ceil(this.#paths.length / this.#batchSize);
  }

  async getItem(index: number): Promise<BatchTuple> {
    const order = await this.#order;
    const chosen = [...order.subarray(index * this.#batchSize, (index + 1) * this.#batchSize)];
    const pictures = await Promise.all(chosen.map((i) => this.#picture(i)));
    const labels = chosen.map((i) => this.#labels[i] as number);
    return [batchOf(pictures), await toCategorical(labels, this.#classes)];
  }

  override onEpochEnd(): void {
    this.#seed += 1;
    this.#order = shuffled(this.#paths.length, this.#seed);
  }

  #picture(i: number): Promise<Uint8Array> {
    this.#pictures[i] ??= loadPicture(this.#paths[i] as string);
    return this.#pictures[i];
  }
}

/** Pictures as one array `[batch, 48, 48, 3]` in 0..1. */
export function batchOf(pictures: readonly Uint8Array[]): ShapedArray {
  const size = side * side * 3;
  const data = new Float32Array(pictures.length * size);
  for (const [i, picture] of pictures.entries()) {
    for (let at = 0; at < size; at++) data[i * size + at] = (picture[at] as number) / 255;
  }
  return { data, shape: [pictures.length, side, side, 3] };
}

/** The numbers 0 to `count - 1` in random order: paths come class by class, and a batch needs both classes. */
async function shuffled(count: number, seed: number): Promise<TypedArray> {
  const [order] = await shuffleArrays([Int32Array.from({ length: count }, (_, i) => i)], { seed });
  return order.data;
}
