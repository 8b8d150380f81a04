import { describe, expect, it } from 'vitest';
import { Profile } from '../../lib/profiler/profile.js';
import type { Recording, RunSpan } from '../../lib/profiler/recording.js';
import { stepTimes } from '../../lib/profiler/steps.js';
import { traceOf, traceText } from '../../lib/profiler/trace.js';
import { currentDevice, type Device } from '../../lib/runtime/device.js';
import type { HostSpan } from '../../lib/runtime/host_spans.js';
import { traceProblems } from './trace_format.js';

const device = currentDevice();
const kernel = { name: 'k', detail: '', layer: 'a', flops: 0, bytes: 0 };

/** A step of training from `begin` to `end`, in microseconds, with one kernel in it. */
const step = (begin: number, end: number, call?: HostSpan): RunSpan => ({
  program: 1,
  kernels: [{ kernel, begin: 1000 * begin + 100, end: 1000 * end - 100 }],
  begin: 1000 * begin,
  end: 1000 * end,
  memory: 1,
  trains: true,
  ...(call !== undefined && { call }),
});

/** A span of JavaScript in microseconds, with the event loop's idle time before and after it. */
const span = (name: HostSpan['name'], begin: number, end: number, idle: [number, number]): HostSpan => ({
  name,
  begin: 1000 * begin,
  end: 1000 * end,
  idle: [1000 * idle[0], 1000 * idle[1]],
  ...(name === 'submit' && { program: 1, device }),
});

const recordingOf = (parts: Partial<Recording>): Recording => ({
  device,
  runs: [],
  others: [],
  activities: [],
  notes: [],
  host: [],
  dropped: 0,
  ...parts,
});

it('takes recordings of hundreds of thousands of runs', () => {
  const count = 150_000;
  const host = Array.from({ length: count }, (_, i) => span('submit', i, i + 0.1, [0, 0]));
  const runs = host.map((call, i) => ({ ...step(i + 0.5, i + 0.9, call), kernels: [], memory: i, trains: i % 2 === 0 }));
  const profile = new Profile(recordingOf({ runs, host }), { flops: 1, bytes: 1 });
  expect(profile.peakMemory).toBe(count - 1);
  const { traceEvents } = profile.trace();
  const times = (ph: string) => traceEvents.filter((event) => event.ph === ph).map(({ ts }) => ts as number);
  const [starts, ends] = [times('s'), times('f')];
  expect(starts).toHaveLength(count);
  expect(starts.every((start, i) => Math.abs((ends[i] as number) - start - 0.5) < 1e-6)).toBe(true);
  expect([...traceText(profile.trace())].join('').length).toBeGreaterThan(count);
  expect(traceEvents.filter(({ name }) => name === `step ${count / 2 - 1}`)).toHaveLength(1);
});

it('shows each device as a process, and waits for data once', () => {
  const data = span('data', 0, 5, [0, 0]);
  const calls = [span('submit', 6, 7, [0, 0]), span('submit', 8, 9, [0, 0])] as const;
  const other = { name: 'other', description: 'of its own' } as Device;
  const trace = traceOf([
    recordingOf({ host: [data, calls[0]], runs: [step(10, 20, calls[0])] }),
    recordingOf({ device: other, host: [data, calls[1]], runs: [step(10, 30, calls[1])] }),
  ]);
  expect(traceProblems(trace)).toEqual([]);
  expect(JSON.parse([...traceText(trace)].join(''))).toEqual(trace);
  expect(trace.traceEvents.filter(({ name }) => name === 'data')).toHaveLength(1);
  expect(new Set(trace.traceEvents.map(({ pid }) => pid)).size).toBe(3);
  expect(trace.deviceProperties.map(({ name }) => name)).toEqual([device.name, 'other']);
});

it('shows what a GPU did below the kernels, and other streams in threads of their own', () => {
  const activity = { kernel: undefined, stream: 7, bytes: 0 };
  const recording = recordingOf({
    runs: [{ ...step(2, 5), kernels: [{ kernel, begin: 2000, end: 5000 }] }],
    others: [{ name: 'download', begin: 1000, end: 6000 }],
    activities: [
      { ...activity, name: 'copy to the device', stream: 9, bytes: 64, begin: 1000, end: 3000 },
      { ...activity, name: 'pad', kernel, begin: 2000, end: 3000 },
      { ...activity, name: 'multiply', kernel, begin: 4000, end: 5000 },
      { ...activity, name: 'copy from the device', bytes: 4, begin: 5000, end: 5500 },
    ],
    notes: ['kernel times: by a GPU'],
  });
  expect(new Profile(recording, { flops: 1, bytes: 1 }).summary()).toContain('\nkernel times: by a GPU');
  const trace = traceOf([recording]);
  expect(traceProblems(trace)).toEqual([]);
  const threads = trace.traceEvents.filter(({ name }) => name === 'thread_name');
  const threadOf = (pid: number, tid: number) => threads.find((each) => each.pid === pid && each.tid === tid)?.args;
  const placed = trace.traceEvents
    .filter(({ ph }) => ph === 'X')
    .map(({ name, pid, tid, ts, dur }) => [name, (threadOf(pid, tid) as { name: string }).name, ts, dur]);
  expect(placed).toEqual([
    ['download', 'queue', 0, 5],
    ['step 0', 'kernels', 1, 3],
    ['k', 'kernels', 1, 3],
    ['a', 'layers', 1, 3],
    ['copy to the device', 'stream 9', 0, 2],
    ['pad', 'kernels', 1, 1],
    ['multiply', 'kernels', 3, 1],
    ['copy from the device', 'kernels', 4, 0.5],
  ]);
  const args = (what: string) => trace.traceEvents.find(({ name }) => name === what)?.args;
  expect(args('pad')).toEqual({ layer: 'a' });
  expect(args('copy to the device')).toEqual({ bytes: 64 });
});

describe('the time before a step', () => {
  const between = (host: HostSpan[], others: Recording['others'] = []) => {
    const [, second] = stepTimes(recordingOf({ runs: [step(0, 100), step(200, 300)], host, others }));
    const rounded = Object.entries(second ?? {}).map(([key, milliseconds]) => [key, Math.round(1000 * milliseconds)]);
    return Object.fromEntries(rounded) as Record<string, number>;
  };

  it('belongs to JavaScript while that is at work', () => {
    const host = [span('data', 20, 30, [0, 0]), span('submit', 190, 210, [70, 70])];
    // Idle from 30 to 100, while the step before ran.
    expect(between(host)).toMatchObject({ host: 100, idle: 0, transfer: 0, between: 0 });
  });

  it('is idle while JavaScript waits', () => {
    expect(between([span('data', 110, 180, [5, 65]), span('submit', 190, 210, [65, 65])])).toMatchObject({ host: 40, idle: 60 });
    expect(between([span('data', 90, 180, [5, 65]), span('submit', 190, 210, [65, 65])])).toMatchObject({ host: 50, idle: 50 });
  });

  it('leaves out what the device copied and compiled', () => {
    const others = [
      { name: 'download', begin: 100_000, end: 110_000 },
      { name: 'import', begin: 170_000, end: 200_000 },
    ] as const;
    expect(between([], others)).toMatchObject({ transfer: 40, host: 60, idle: 0 });
  });

  it('is unknown before the first', () => {
    expect(stepTimes(recordingOf({ runs: [step(10, 20)] }))[0]).toMatchObject({ host: 0, idle: 0, transfer: 0 });
    expect(stepTimes(recordingOf({}))).toEqual([]);
  });
});
