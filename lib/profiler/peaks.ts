/** @file What the device reaches at best, measured on the spot: the roof of the roofline. */

import { nativeDType } from '../core/dtype.js';
import type { Tensor } from '../graph/tensor.js';
import { add } from '../ops/binary.js';
import { matMul } from '../ops/matmul.js';
import type { Device } from '../runtime/device.js';
import { DeviceTensor } from '../runtime/device_tensor.js';
import { TracedFunction } from '../runtime/function.js';
import { type OpenRecording, type Recording, startRecording } from './recording.js';

export interface Peaks {
  /** Floating-point operations a second, of a float32 matrix product. */
  readonly flops: number;
  /** Bytes a second from and to memory, of an addition of arrays that no cache holds. */
  readonly bytes: number;
}

const side = 512;
const elements = 1 << 23;
// The first runs wake the threads; slow devices get fewer.
const mostRuns = 60;
const timeOfRuns = 1e9; // nanoseconds

const known = new Map<Device, Peaks>();

/** The peaks of a device, measured the first time: takes some tenths of a second. */
export async function peaksOf(device: Device): Promise<Peaks> {
  const found = known.get(device);
  if (found !== undefined) return found;
  const measurement = measure(device);
  let step = measurement.next();
  while (step.done !== true) step = measurement.next(await step.value.end());
  known.set(device, step.value);
  return step.value;
}

/** `peaksOf` where nothing can be awaited any more: blocks. */
export function peaksNow(device: Device): Peaks {
  const found = known.get(device);
  if (found !== undefined) return found;
  const measurement = measure(device);
  let step = measurement.next();
  while (step.done !== true) step = measurement.next(step.value.endNow());
  return step.value;
}

/** Hands out each recording, for the caller to end it as it can. */
type Measurement<T> = Generator<OpenRecording, T, Recording>;

function* measure(device: Device): Measurement<Peaks> {
  return { flops: yield* best(device, matMul, [side, side], 'flops'), bytes: yield* best(device, add, [elements], 'bytes') };
}

/** The best rate of an op's kernel over several runs. */
function* best(
  device: Device,
  op: (a: Tensor, b: Tensor) => Tensor,
  shape: readonly number[],
  unit: 'flops' | 'bytes',
): Measurement<number> {
  const operand = new DeviceTensor(device, 'float32', shape, device.native.allocate(nativeDType('float32'), shape));
  const program = new TracedFunction(([a, b]) => [op(a as Tensor, b as Tensor)]).program([operand, operand], device);
  const runs = (count: number): OpenRecording => {
    const open = startRecording(device, 'peaks are being measured; wait for the profile to end');
    for (let i = 0; i < count; i++) for (const output of program.run([operand, operand])) output.dispose();
    return open;
  };
  try {
    const first = yield runs(1);
    const time = first.runs.reduce((sum, { begin, end }) => sum + end - begin, 1);
    const rest = yield runs(Math.max(1, Math.min(mostRuns, Math.floor(timeOfRuns / time))));
    const rates = rest.runs.flatMap(({ kernels }) =>
      kernels.map(({ kernel, begin, end }) => kernel[unit] / ((end - begin) * 1e-9)),
    );
    return Math.max(...rates);
  } finally {
    operand.dispose();
  }
}
