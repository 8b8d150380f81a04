import { expect, it } from 'vitest';
import { Profile } from '../../lib/profiler/profile.js';
import type { Recording } from '../../lib/profiler/recording.js';
import { traceText } from '../../lib/profiler/trace.js';
import { currentDevice } from '../../lib/runtime/device.js';

it('takes recordings of hundreds of thousands of runs, each joined to its own call', () => {
  const count = 150_000;
  const runs = Array.from({ length: count }, (_, i) => ({
    program: i % 2,
    kernels: [],
    begin: 1000 * i + 500,
    end: 1000 * i + 900,
    memory: i,
    trains: i % 2 === 0,
  }));
  const host = runs.map(({ program, begin }) => ({ name: 'submit' as const, begin: begin - 500, end: begin - 400, program }));
  const recording: Recording = { device: currentDevice(), runs, others: [], host, dropped: 0 };
  const profile = new Profile(recording, { flops: 1, bytes: 1 });
  expect(profile.peakMemory).toBe(count - 1);
  const { traceEvents } = profile.trace();
  const times = (ph: string) => traceEvents.filter((event) => event.ph === ph).map(({ ts }) => ts as number);
  const [starts, ends] = [times('s'), times('f')];
  expect(starts).toHaveLength(count);
  expect(starts.every((start, i) => Math.abs((ends[i] as number) - start - 0.5) < 1e-6)).toBe(true);
  expect(JSON.parse([...traceText(profile.trace())].join(''))).toEqual(profile.trace());
  expect(traceEvents.filter(({ name }) => name === `step ${count / 2 - 1}`)).toHaveLength(1);
});
