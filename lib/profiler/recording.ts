/** @file Recording what the device and the JavaScript thread do, as spans of time. */

import { StateError } from '../core/errors.js';
import type { KernelInfo, NativeTimeline } from '../runtime/addon.js';
import { currentDevice, type Device } from '../runtime/device.js';
import { type HostSpan, recordHost, takeHost } from '../runtime/host_spans.js';

/** Times are in nanoseconds of one clock (`process.hrtime`) for the device and the host. */
export interface Span {
  readonly begin: number;
  readonly end: number;
}

/** A kernel that ran. */
export interface KernelSpan extends Span {
  readonly kernel: KernelInfo;
}

/** One run of a program, with its kernels in order. */
export interface RunSpan extends Span {
  /** The program's number, as in host spans. */
  readonly program: number;
  readonly kernels: readonly KernelSpan[];
  /** Bytes that the device held at its end. */
  readonly memory: number;
  /** Whether it changed weights: a step of training. */
  readonly trains: boolean;
}

/** What the device did besides: compiling, taking inputs over, copying results out. */
export interface OtherSpan extends Span {
  readonly name: 'compile' | 'import' | 'download';
}

export interface Recording {
  readonly device: Device;
  readonly runs: readonly RunSpan[];
  readonly others: readonly OtherSpan[];
  readonly host: readonly HostSpan[];
  /** Events that found no room: the recording was too long. */
  readonly dropped: number;
}

const otherNames: Readonly<Record<number, OtherSpan['name']>> = { [-2]: 'compile', [-3]: 'import', [-4]: 'download' };
const wholeRun = -1;
const numbersPerEvent = 5;

let recording = false;

/**
 * Records the current device and this thread while `body` runs.
 *
 * @throws StateError when a recording is being made already.
 */
export async function record(body: () => unknown): Promise<Recording> {
  const stop = startRecording(currentDevice());
  try {
    await body();
  } catch (error) {
    await stop();
    throw error;
  }
  return stop();
}

/** Starts a recording. @returns the function that ends it and gives what was recorded */
export function startRecording(device: Device): () => Promise<Recording> {
  if (recording) throw new StateError('profile: a profile is being made already; wait for it to end');
  recording = true;
  device.native.setProfiling(true);
  recordHost();
  return async () => {
    device.native.setProfiling(false);
    const host = takeHost();
    recording = false;
    await device.flush();
    return { device, host, ...spansOf(device.native.timeline()) };
  };
}

/** The events of a timeline, by run. */
function spansOf({ plans, events, dropped }: NativeTimeline): Pick<Recording, 'runs' | 'others' | 'dropped'> {
  const runs: RunSpan[] = [];
  const others: OtherSpan[] = [];
  let kernels: KernelSpan[] = [];
  for (let at = 0; at < events.length; at += numbersPerEvent) {
    const [plan, kernel, begin, end, memory] = events.subarray(at, at + numbersPerEvent) as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    const found = plans[plan];
    if (kernel >= 0 && found !== undefined) kernels.push({ kernel: found.kernels[kernel] as KernelInfo, begin, end });
    else if (kernel === wholeRun && found !== undefined) {
      const trains = found.kernels.some(({ layer }) => layer.endsWith('/update'));
      runs.push({ program: found.program, kernels, begin, end, memory, trains });
      kernels = [];
    } else if (otherNames[kernel] !== undefined) others.push({ name: otherNames[kernel], begin, end });
  }
  return { runs, others, dropped };
}
