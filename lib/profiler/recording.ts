/** @file Recording what a device and the JavaScript thread do, as spans of time. */

import { StateError, ValueError } from '../core/errors.js';
import type { KernelInfo, NativeTimeline } from '../runtime/addon.js';
import { currentDevice, type Device } from '../runtime/device.js';
import { type HostSpan, nanoseconds, recordHost } from '../runtime/host_spans.js';

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
  /** The call that queued it. */
  readonly call?: HostSpan;
}

/** What the device did besides: compiling, taking inputs over, copying results out. */
export interface OtherSpan extends Span {
  readonly name: 'compile' | 'import' | 'download';
}

/** What the GPU did by its own account: a kernel of CUDA's, a copy, a fill. */
export interface ActivitySpan extends Span {
  readonly name: string;
  /** The kernel whose work it did part of. */
  readonly kernel: KernelInfo | undefined;
  /** What has one number happened in turn. */
  readonly stream: number;
  /** Copied or filled. */
  readonly bytes: number;
}

export interface Recording {
  readonly device: Device;
  readonly runs: readonly RunSpan[];
  readonly others: readonly OtherSpan[];
  /** Of a GPU that is recorded by CUPTI; else empty. */
  readonly activities: readonly ActivitySpan[];
  /** How times were taken, what is missing. */
  readonly notes: readonly string[];
  /** Of this device's programs and of none. */
  readonly host: readonly HostSpan[];
  /** Events that found no room: the recording was too long. */
  readonly dropped: number;
}

/** A recording that is being made. */
export interface OpenRecording {
  /** Ends it; waits until what was queued on the device has run. @throws the error of a run that nobody else saw. */
  end(): Promise<Recording>;
  /**
   * Ends it where nothing can be awaited any more: blocks until what was queued has run.
   *
   * @throws StateError when the device does not get there.
   */
  endNow(): Recording;
}

const otherNames: Readonly<Record<number, OtherSpan['name']>> = { [-2]: 'compile', [-3]: 'import', [-4]: 'download' };
const wholeRun = -1;
const numbersPerEvent = 5;
const numbersPerActivity = 7;
const longestBlock = 10e9; // nanoseconds
const nap = 2; // milliseconds

/** Devices that are recorded, and what to do about it when another recording is wanted. */
const recorded = new Map<Device, string>();

/**
 * Records the current device and this thread while `body` runs.
 *
 * @throws StateError when a recording is being made already.
 */
export async function record(body: () => unknown): Promise<Recording> {
  const open = startRecording(currentDevice(), 'a profile is being made already; wait for it to end');
  try {
    await body();
  } catch (error) {
    await open.end();
    throw error;
  }
  return open.end();
}

/**
 * Starts a recording of `device` and of this thread.
 *
 * @param conflict - what a second recording of the device is told
 */
export function startRecording(device: Device, conflict: string): OpenRecording {
  const reason = recorded.get(device);
  if (reason !== undefined) throw new StateError(`profile: ${reason}`);
  recorded.set(device, conflict);
  device.native.setProfiling(true);
  const stopHost = recordHost();
  const stop = (): HostSpan[] => {
    device.native.setProfiling(false);
    recorded.delete(device);
    return stopHost().filter((span) => span.device === undefined || span.device === device);
  };
  const recordingOf = (host: HostSpan[], timeline: NativeTimeline): Recording => {
    const { runs, ...more } = spansOf(timeline);
    return { device, host, runs: withCalls(runs, host), activities: activitiesOf(timeline), notes: timeline.notes, ...more };
  };
  return {
    end: async () => {
      const host = stop();
      await device.flush();
      return recordingOf(host, device.native.timeline());
    },
    endNow: () => {
      const host = stop();
      const submitted = host.some(({ name }) => name === 'submit');
      return recordingOf(host, submitted ? awaitTimeline(device) : device.native.timeline());
    },
  };
}

/** Looks for a timeline that has events until it is handed over, which the device's thread does when it has run what was queued before. */
function awaitTimeline(device: Device): NativeTimeline {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const deadline = nanoseconds() + longestBlock;
  for (;;) {
    const timeline = device.native.timeline();
    if (timeline.events.length > 0) return timeline;
    if (nanoseconds() > deadline)
      throw new StateError(`profile: device '${device.name}' did not finish what was queued within ${longestBlock / 1e9} s`);
    Atomics.wait(clock, 0, 0, nap);
  }
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

function activitiesOf({ plans, names, activities }: NativeTimeline): ActivitySpan[] {
  const spans: ActivitySpan[] = [];
  for (let at = 0; at < activities.length; at += numbersPerActivity) {
    const [name, plan, kernel, stream, begin, end, bytes] = activities.subarray(at, at + numbersPerActivity) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    spans.push({ name: names[name] as string, kernel: plans[plan]?.kernels[kernel], stream, begin, end, bytes });
  }
  return spans;
}

/** Joins each run with the call that queued it: a program's runs come in the order of the calls. */
function withCalls(runs: readonly RunSpan[], host: readonly HostSpan[]): RunSpan[] {
  const calls = new Map<number, HostSpan[]>();
  for (const span of host) {
    if (span.program === undefined) continue;
    const list = calls.get(span.program);
    if (list === undefined) calls.set(span.program, [span]);
    else list.push(span);
  }
  const used = new Map<number, number>();
  return runs.map((run) => {
    const next = used.get(run.program) ?? 0;
    used.set(run.program, next + 1);
    const call = calls.get(run.program)?.[next];
    return call === undefined ? run : { ...run, call };
  });
}

/**
 * The part of a recording from step `warmup` of training, `steps` long.
 *
 * @throws ValueError when it has no such step.
 */
export function cutRecording(recording: Recording, warmup: number, steps: number): Recording {
  if (warmup === 0 && steps === Number.POSITIVE_INFINITY) return recording;
  const made = recording.runs.filter(({ trains }) => trains);
  const chosen = made.slice(warmup, warmup + steps);
  const [first] = chosen;
  if (first === undefined)
    throw new ValueError(`profile: ${made.length} steps of training were made; expected more than the warmup of ${warmup}`);
  const begin = made[warmup - 1]?.end ?? first.begin;
  const { end } = chosen.at(-1) as { end: number };
  const isInside = (span: Span): boolean => span.begin >= begin && span.end <= end;
  const runs = recording.runs.filter(isInside);
  const calls = new Set(runs.map(({ call }) => call)); // made while earlier steps ran
  const host = recording.host.filter((span) => isInside(span) || calls.has(span));
  const [others, activities] = [recording.others.filter(isInside), recording.activities.filter(isInside)];
  return { ...recording, runs, others, activities, host };
}
