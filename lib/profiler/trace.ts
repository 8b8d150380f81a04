/**
 * @file The Trace Event Format that Perfetto (https://ui.perfetto.dev) and chrome://tracing open
 * (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU).
 */

import type { HostSpan } from '../runtime/host_spans.js';
import { placeOf } from './averages.js';
import type { Recording, RunSpan, Span } from './recording.js';

/** One event; times in microseconds. */
export interface TraceEvent {
  readonly name: string;
  /** X a span, M a name, C a counter, s and f the ends of an arrow. */
  readonly ph: 'X' | 'M' | 'C' | 's' | 'f';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly [key: string]: unknown;
}

export interface Trace {
  readonly schemaVersion: 1;
  readonly displayTimeUnit: 'ms';
  readonly deviceProperties: readonly { readonly name: string; readonly description: string }[];
  readonly traceEvents: readonly TraceEvent[];
}

const pid = process.pid;
const hostThread = 1;
const deviceThread = 2;
const layerThread = 3;

/** A recording as a trace: JavaScript, layers and kernels as threads, arrows from calls to the runs they queued, memory as a counter. */
export function traceOf({ device, runs, others, host }: Recording): Trace {
  const start = [...runs, ...others, ...host].reduce(
    (earliest, { begin }) => Math.min(earliest, begin),
    Number.POSITIVE_INFINITY,
  );
  const microseconds = (time: number): number => (time - start) / 1e3;
  const span = (name: string, tid: number, { begin, end }: Span, more: object = {}): TraceEvent => ({
    name,
    ph: 'X',
    pid,
    tid,
    ts: microseconds(begin),
    dur: (end - begin) / 1e3,
    ...more,
  });
  let step = 0;
  const runName = (run: RunSpan): string => (run.trains ? `step ${step++}` : `program ${run.program}`);
  return {
    schemaVersion: 1,
    displayTimeUnit: 'ms',
    deviceProperties: [{ name: device.name, description: device.description }],
    traceEvents: [
      name('process_name', 0, 'laminet'),
      name('thread_name', hostThread, 'JavaScript'),
      name('thread_name', deviceThread, `device ${device.name}`),
      name('thread_name', layerThread, 'layers'),
      ...host.map((each) => span(each.name, hostThread, each, { cat: 'host' })),
      ...others.map((each) => span(each.name, deviceThread, each, { cat: each.name })),
      ...runs.flatMap((run) => [
        span(runName(run), deviceThread, run, { cat: 'run' }),
        ...run.kernels.map(({ kernel, begin, end }) =>
          span(
            kernel.name,
            deviceThread,
            { begin, end },
            {
              cat: 'kernel',
              args: { layer: kernel.layer, implementation: kernel.detail, flops: kernel.flops, bytes: kernel.bytes },
            },
          ),
        ),
        ...layerSpans(run).map(({ label, ...times }) => span(label, layerThread, times, { cat: placeOf(label).phase })),
        { name: 'memory', ph: 'C', pid, tid: deviceThread, ts: microseconds(run.end), args: { bytes: run.memory } } as const,
      ]),
      ...arrows(host, runs).flatMap(({ from, to }, id): TraceEvent[] => [
        { name: 'queued', ph: 's', id, cat: 'queue', pid, tid: hostThread, ts: microseconds(from) },
        { name: 'queued', ph: 'f', bp: 'e', id, cat: 'queue', pid, tid: deviceThread, ts: microseconds(to) },
      ]),
    ],
  };
}

const eventsPerPiece = 1000;

/** A trace as JSON, in pieces: a long one does not fit into one string. */
export function* traceText({ traceEvents, ...head }: Trace): Generator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"traceEvents":[`;
  for (let at = 0; at < traceEvents.length; at += eventsPerPiece) {
    const piece = traceEvents.slice(at, at + eventsPerPiece).map((event) => JSON.stringify(event));
    yield `${at === 0 ? '' : ','}${piece.join(',')}`;
  }
  yield ']}';
}

const name = (what: string, tid: number, text: string): TraceEvent => ({ name: what, ph: 'M', pid, tid, args: { name: text } });

/** Kernels of one layer and phase that follow each other, as one span. */
function layerSpans({ kernels }: RunSpan): (Span & { label: string })[] {
  const spans: { label: string; begin: number; end: number }[] = [];
  for (const { kernel, begin, end } of kernels) {
    const last = spans.at(-1);
    if (last?.label === kernel.layer) last.end = end;
    else if (kernel.layer !== '') spans.push({ label: kernel.layer, begin, end });
  }
  return spans;
}

/** From each call to the run that it queued: programs run in the order of the calls. */
function arrows(host: readonly HostSpan[], runs: readonly RunSpan[]): { from: number; to: number }[] {
  const waiting = new Map<number, RunSpan[]>();
  for (const run of [...runs].reverse()) {
    const later = waiting.get(run.program);
    if (later === undefined) waiting.set(run.program, [run]);
    else later.push(run);
  }
  return host.flatMap(({ name: what, program, begin }) => {
    const run = what === 'submit' && program !== undefined ? waiting.get(program)?.pop() : undefined;
    return run === undefined ? [] : [{ from: begin, to: run.begin }];
  });
}
