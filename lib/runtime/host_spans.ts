/** @file What the JavaScript thread did while a profile is made: calls into the device, and waiting for data. */

import { performance } from 'node:perf_hooks';
import type { Device } from './device.js';

/** Nanoseconds of the clock that device timelines use. */
export const nanoseconds = (): number => Number(process.hrtime.bigint());

/** A moment of the JavaScript thread, in nanoseconds. */
export interface HostMoment {
  readonly time: number;
  /** How long the event loop has had nothing to do, since the thread began. */
  readonly idle: number;
}

export interface HostSpan {
  readonly name: 'submit' | 'data';
  readonly begin: number;
  readonly end: number;
  /** Event loop's idle time up to the begin and up to the end. */
  readonly idle: readonly [number, number];
  /** Of `submit`: the program's number on its device. */
  readonly program?: number;
  readonly device?: Device;
}

/** A list for each recording that is being made. */
const recordings = new Set<HostSpan[]>();

const moment = (): HostMoment => ({ time: nanoseconds(), idle: performance.eventLoopUtilization().idle * 1e6 });

/** Where a span begins; undefined while nothing is recorded. */
export const spanBegin = (): HostMoment | undefined => (recordings.size === 0 ? undefined : moment());

/** Notes a span that ends now, if it began while spans were recorded. */
export function spanEnd(
  name: HostSpan['name'],
  begin: HostMoment | undefined,
  submitted?: { readonly program: number; readonly device: Device },
): void {
  if (begin === undefined) return;
  const end = moment();
  const span: HostSpan = { name, begin: begin.time, end: end.time, idle: [begin.idle, end.idle], ...submitted };
  for (const spans of recordings) spans.push(span);
}

/** Starts recording. @returns the function that ends it and gives what was recorded */
export function recordHost(): () => HostSpan[] {
  const spans: HostSpan[] = [];
  recordings.add(spans);
  return () => {
    recordings.delete(spans);
    return spans;
  };
}
