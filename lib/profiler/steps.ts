/** @file Where the time of training steps went: kernels, and what the device waited for. */

import type { HostMoment, HostSpan } from '../runtime/host_spans.js';
import type { Recording, Span } from './recording.js';

/** Times of one step of training, in milliseconds, from the end of the run before it to its own end. */
export interface StepTimes {
  /** Kernels. */
  readonly compute: number;
  /** Between the kernels of the step. */
  readonly between: number;
  /** Before the step the device compiled, took inputs over or handed results out. */
  readonly transfer: number;
  /** Before the step the device waited while JavaScript was at work: batches, callbacks, calls. */
  readonly host: number;
  /** Before the step the device waited while JavaScript waited too: for files, workers, timers. */
  readonly idle: number;
}

const millisecond = 1e-6; // of nanoseconds

/**
 * The steps of a recording. The event loop tells how long it was idle between two moments but not when; where a part of such a time lies before
 * the device began to wait, the idle time is taken to come first, since JavaScript waits for the device then.
 */
export function stepTimes({ runs, others, host }: Recording): StepTimes[] {
  const transferred = overlaps(others);
  const slept = overlaps(sleepsOf(host));
  return runs.flatMap((run, i): StepTimes[] => {
    if (!run.trains) return [];
    const compute = run.kernels.reduce((sum, { begin, end }) => sum + end - begin, 0);
    const wait = { begin: runs[i - 1]?.end ?? run.begin, end: run.begin };
    const transfer = transferred(wait);
    const idle = Math.min(slept(wait), wait.end - wait.begin - transfer);
    return [
      {
        compute: compute * millisecond,
        between: (run.end - run.begin - compute) * millisecond,
        transfer: transfer * millisecond,
        host: (wait.end - wait.begin - transfer - idle) * millisecond,
        idle: idle * millisecond,
      },
    ];
  });
}

/** When the event loop had nothing to do, by the moments at which spans begin and end. */
function sleepsOf(host: readonly HostSpan[]): Span[] {
  const moments = host
    .flatMap(({ begin, end, idle }): HostMoment[] => [
      { time: begin, idle: idle[0] },
      { time: end, idle: idle[1] },
    ])
    .sort((a, b) => a.time - b.time);
  return moments.slice(1).map((later, i) => {
    const { time, idle } = moments[i] as HostMoment;
    return { begin: time, end: Math.min(time + later.idle - idle, later.time) };
  });
}

/** A function that tells how much of a window is covered by `spans`, which follow each other; windows must follow each other too. */
function overlaps(spans: readonly Span[]): (window: Span) => number {
  let first = 0;
  return ({ begin, end }) => {
    while (first < spans.length && (spans[first] as Span).end <= begin) first++;
    let sum = 0;
    for (let i = first; i < spans.length && (spans[i] as Span).begin < end; i++) {
      const span = spans[i] as Span;
      sum += Math.max(0, Math.min(span.end, end) - Math.max(span.begin, begin));
    }
    return sum;
  };
}
