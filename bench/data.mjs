// Random samples as files, the same for every contestant: PREFIX.x holds images as float32 [4 * batch, height, width, channels] from -1
// to 1, PREFIX.y class numbers as int32.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchFolder } from './report.mjs';

export const batchesOfData = 4;

/** Writes the samples of a case. @returns the prefix of the files */
export function writeData(name, { inputShape, classes }, batch) {
  const samples = batchesOfData * batch;
  const pixels = inputShape.reduce((product, size) => product * size, samples);
  const random = generator(1);
  const folder = join(benchFolder, 'data');
  mkdirSync(folder, { recursive: true });
  const prefix = join(folder, name);
  writeFileSync(
    `${prefix}.x`,
    Float32Array.from({ length: pixels }, () => 2 * random() - 1),
  );
  writeFileSync(
    `${prefix}.y`,
    Int32Array.from({ length: samples }, () => Math.floor(classes * random())),
  );
  return prefix;
}

/** The samples of a prefix, as laminet takes them. */
export function readData(prefix, inputShape, batch) {
  const samples = batchesOfData * batch;
  const bytes = (ending) => {
    const { buffer, byteOffset, byteLength } = readFileSync(prefix + ending);
    return buffer.slice(byteOffset, byteOffset + byteLength);
  };
  return {
    x: { data: new Float32Array(bytes('.x')), shape: [samples, ...inputShape] },
    y: { data: new Int32Array(bytes('.y')), shape: [samples] },
  };
}

/** Numbers from 0 to 1, the same in every run: mulberry32. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
