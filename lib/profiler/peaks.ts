/** @file What the device reaches at best, measured on the spot: the roof of the roofline. */

import type { Tensor } from '../graph/tensor.js';
import { add } from '../ops/binary.js';
import { zeros } from '../ops/create.js';
import { matMul } from '../ops/matmul.js';
import type { Device } from '../runtime/device.js';
import { TracedFunction } from '../runtime/function.js';
import { record } from './recording.js';

export interface Peaks {
  /** Floating-point operations a second, of a float32 matrix product. */
  readonly flops: number;
  /** Bytes a second from and to memory, of an addition of arrays that no cache holds. */
  readonly bytes: number;
}

const side = 512;
const elements = 1 << 23;
// The first runs wake the threads.
const repetitions = 60;

const known = new Map<Device, Promise<Peaks>>();

/** The peaks of the current device, measured the first time: takes some tenths of a second. */
export function peaksOf(device: Device): Promise<Peaks> {
  let peaks = known.get(device);
  if (peaks === undefined) {
    peaks = measure();
    known.set(device, peaks);
  }
  return peaks;
}

async function measure(): Promise<Peaks> {
  const square = zeros([side, side]);
  const row = zeros([elements]);
  try {
    return { flops: await best(matMul, square, 'flops'), bytes: await best(add, row, 'bytes') };
  } finally {
    square.dispose();
    row.dispose();
  }
}

/** The best rate of an op's kernel over several runs. */
async function best(op: (a: Tensor, b: Tensor) => Tensor, operand: Tensor, unit: 'flops' | 'bytes'): Promise<number> {
  const traced = new TracedFunction(([a, b]) => [op(a as Tensor, b as Tensor)]);
  const { runs } = await record(() => {
    for (let i = 0; i < repetitions; i++) for (const output of traced.run([operand, operand])) output.dispose();
  });
  const rates = runs.flatMap(({ kernels }) => kernels.map(({ kernel, begin, end }) => kernel[unit] / ((end - begin) * 1e-9)));
  return Math.max(...rates);
}
