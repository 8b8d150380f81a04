/** Reads golden files recorded from Keras; test/golden/README.md describes them. */
import { readFileSync } from 'node:fs';
import { lcg } from './lcg.js';

/** A tensor in a golden file: drawn from the generator, or written out. */
export type GoldenTensor = { shape: number[] } & (
  | { seed: number; low: number; high: number }
  | { seed: number; classes: number }
  | { seed: number; oneHot: true }
  | { data: GoldenNumber[] }
);

/** JSON has no infinities and no NaN, so these are strings. */
export type GoldenNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/** What is recorded of a tensor too large to write out. */
export interface GoldenDigest {
  shape: number[];
  sum: number;
  absoluteSum: number;
  first: GoldenNumber[];
}

/** Parses test/golden/<name>.json. */
export function loadGolden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** The numbers a description stands for, row by row. */
export function goldenValues(tensor: GoldenTensor): Float64Array {
  const count = tensor.shape.reduce((product, size) => product * size, 1);
  if ('data' in tensor) return Float64Array.from(tensor.data, Number);
  if ('oneHot' in tensor) return oneHot(tensor.seed, count, tensor.shape.at(-1) ?? 1);
  if ('classes' in tensor) return lcg(tensor.seed, count, 0, tensor.classes).map(Math.floor);
  return lcg(tensor.seed, count, tensor.low, tensor.high);
}

/** The digest of computed values, for comparison with a recorded one. */
export function goldenDigest(values: ArrayLike<number>, shape: number[]): GoldenDigest & { first: number[] } {
  let sum = 0;
  let absoluteSum = 0;
  for (let index = 0; index < values.length; index++) {
    sum += values[index]!;
    absoluteSum += Math.abs(values[index]!);
  }
  return { shape, sum, absoluteSum, first: Array.from(values).slice(0, 16) };
}

function oneHot(seed: number, count: number, classes: number): Float64Array {
  const values = new Float64Array(count);
  const places = lcg(seed, count / classes, 0, classes);
  places.forEach((place, row) => {
    values[row * classes + Math.floor(place)] = 1;
  });
  return values;
}
