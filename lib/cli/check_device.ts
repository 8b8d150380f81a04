/** @file Compares a device with the reference device: the same computations on both, and how far their results are apart. */

import { performance } from 'node:perf_hooks';
import { clearSession } from '../core/naming.js';
import { setRandomSeed } from '../ops/seed_generator.js';
import { type DeviceName, type MemoryInfo, setDevice } from '../runtime/device.js';
import { type Case, conformanceCases, shortCases } from './cases.js';

export interface CaseResult {
  readonly name: string;
  readonly ok: boolean;
  /** Largest difference of an element, relative to the largest element of the result (at least 1). */
  readonly difference: number;
  readonly tolerance: number;
  /** Of the device, compilation included. */
  readonly milliseconds: number;
  /** Why there is no comparison. */
  readonly error?: string;
}

export interface CheckResult {
  readonly device: string;
  readonly description: string;
  readonly memory: MemoryInfo;
  readonly cases: readonly CaseResult[];
  /** What the device chose by timing; empty when it chooses nothing so. */
  readonly choices: string;
}

/** float32 sums in another order. */
const sameSums = 2e-4;

function difference(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 1;
  let apart = 0;
  for (const [index, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    const distance = Math.abs((found[index] as number) - value);
    apart = Math.max(apart, Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance);
  }
  return apart / largest;
}

async function runOn(device: DeviceName, { run }: Case): Promise<Float32Array[]> {
  setDevice(device);
  clearSession();
  setRandomSeed(7);
  return run();
}

async function compare(device: DeviceName, each: Case): Promise<CaseResult> {
  const { name, tolerance = sameSums } = each;
  let milliseconds = 0;
  try {
    const expected = await runOn('reference', each);
    const started = performance.now();
    const found = await runOn(device, each);
    milliseconds = performance.now() - started;
    const apart = Math.max(...expected.map((result, index) => difference(found[index] ?? new Float32Array(), result)));
    return { name, ok: apart <= tolerance, difference: apart, tolerance, milliseconds };
  } catch (error) {
    return { name, ok: false, difference: Number.NaN, tolerance, milliseconds, error: (error as Error).message };
  }
}

/** @throws DeviceError when the device is not available. */
export async function checkDevice(name: string, thorough: boolean): Promise<CheckResult> {
  // TF32 rounds on purpose, which would hide what is compared here.
  const gpu = name.startsWith('cuda');
  const device = setDevice(name as DeviceName, gpu ? { tensorFloat32: false } : {});
  const cases: CaseResult[] = [];
  for (const each of thorough ? conformanceCases : shortCases) cases.push(await compare(name as DeviceName, each));
  return {
    device: device.name,
    description: device.description,
    memory: device.memory(),
    cases,
    choices: device.native.choices(),
  };
}
