/**
 * @file The Trace Event Format that Perfetto (https://ui.perfetto.dev) and chrome://tracing open
 * (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU).
 */

import { placeOf } from './averages.js';
import type { ActivitySpan, Recording, RunSpan, Span } from './recording.js';

/** One event; times in microseconds. (A `displayTimeUnit` is left out: some versions of Perfetto take it for the unit of all times.) */
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
  readonly deviceProperties: readonly { readonly name: string; readonly description: string }[];
  readonly traceEvents: readonly TraceEvent[];
}

/** A row of spans in the viewer, below the name of its process. */
interface Track {
  readonly pid: number;
  readonly tid: number;
}

const host: Track = { pid: process.pid, tid: 1 };
/** A device is shown as a process of its own, since counters belong to processes. */
const layersOf = (index: number): Track => ({ pid: process.pid + 1 + index, tid: 1 });
const kernelsOf = (index: number): Track => ({ pid: process.pid + 1 + index, tid: 2 });
/** Of a GPU that tells its own times: with these the work of its thread on the host overlaps. */
const queueOf = (index: number): Track => ({ pid: process.pid + 1 + index, tid: 3 });
const firstStream = 4;

/**
 * Recordings of one thread as a trace: JavaScript as a process; each device as another one, with its layers and kernels as threads and its memory
 * as a counter; arrows from calls to the runs that they queued. What a GPU did by its own account lies below the kernels, and in a thread for
 * each further stream.
 */
export function traceOf(recordings: readonly Recording[]): Trace {
  // Waits for data are part of every device's recording.
  const calls = [...new Set(recordings.flatMap((recording) => recording.host))].sort((a, b) => a.begin - b.begin);
  const first = (spans: readonly Span[]): number =>
    spans.reduce((least, { begin }) => Math.min(least, begin), Number.POSITIVE_INFINITY);
  const start = Math.min(
    first(calls),
    ...recordings.flatMap(({ runs, others, activities }) => [runs, others, activities].map(first)),
  );
  const draw = new Drawing(start);
  draw.process(host.pid, 'JavaScript', process.version, 0);
  draw.thread(host, 'calls');
  for (const each of calls) draw.span(each.name, host, each, 'host');
  recordings.forEach((recording, index) => {
    drawDevice(recording, index, draw);
  });
  return {
    schemaVersion: 1,
    deviceProperties: recordings.map(({ device: { name, description } }) => ({ name, description })),
    traceEvents: draw.events,
  };
}

/** Collects events, whose times count from the start of the recording. */
class Drawing {
  readonly events: TraceEvent[] = [];
  readonly #start: number;
  #arrows = 0;

  constructor(start: number) {
    this.#start = start;
  }

  #microseconds(time: number): number {
    return (time - this.#start) / 1e3;
  }

  #name(what: string, { pid, tid }: Track, args: object): void {
    this.events.push({ name: what, ph: 'M', pid, tid, args });
  }

  process(pid: number, name: string, labels: string, order: number): void {
    const track = { pid, tid: 0 };
    this.#name('process_name', track, { name });
    this.#name('process_labels', track, { labels });
    this.#name('process_sort_index', track, { sort_index: order });
  }

  thread(track: Track, name: string): void {
    this.#name('thread_name', track, { name });
    this.#name('thread_sort_index', track, { sort_index: track.tid });
  }

  span(name: string, { pid, tid }: Track, { begin, end }: Span, cat: string, args: object = {}): void {
    this.events.push({ name, ph: 'X', pid, tid, ts: this.#microseconds(begin), dur: (end - begin) / 1e3, cat, args });
  }

  counter(name: string, { pid, tid }: Track, time: number, args: object): void {
    this.events.push({ name, ph: 'C', pid, tid, ts: this.#microseconds(time), args });
  }

  /** Its ends bind to the spans that begin there. */
  arrow(call: Span, run: Span, { pid, tid }: Track): void {
    const id = this.#arrows++;
    this.events.push({ name: 'queued', ph: 's', id, cat: 'queue', ...host, ts: this.#microseconds(call.begin) });
    this.events.push({ name: 'queued', ph: 'f', bp: 'e', id, cat: 'queue', pid, tid, ts: this.#microseconds(run.begin) });
  }
}

function drawDevice({ device, runs, others, activities }: Recording, index: number, draw: Drawing): void {
  const [layers, kernels] = [layersOf(index), kernelsOf(index)];
  draw.process(kernels.pid, `device ${device.name}`, device.description, 1 + index);
  draw.thread(layers, 'layers');
  draw.thread(kernels, 'kernels');
  const queue = activities.length > 0 ? queueOf(index) : kernels;
  if (queue !== kernels) draw.thread(queue, 'queue');
  for (const each of others) draw.span(each.name, queue, each, each.name);
  let step = 0;
  for (const run of runs) {
    draw.span(run.trains ? `step ${step++}` : `program ${run.program}`, kernels, run, 'run');
    for (const each of run.kernels) {
      const { name, layer, detail, flops, bytes } = each.kernel;
      draw.span(name, kernels, each, 'kernel', { layer, implementation: detail, flops, bytes });
    }
    for (const each of layerSpans(run)) draw.span(each.label, layers, each, placeOf(each.label).phase);
    draw.counter('memory', kernels, run.end, { bytes: run.memory });
    if (run.call !== undefined) draw.arrow(run.call, run, kernels);
  }
  drawActivities(activities, kernels, draw);
}

/** The stream that the kernels of programs run in is their thread, any other is one of its own. */
function drawActivities(activities: readonly ActivitySpan[], kernels: Track, draw: Drawing): void {
  const main = activities.find(({ kernel }) => kernel !== undefined)?.stream;
  const tracks = new Map<number, Track>();
  for (const { name, kernel, stream, bytes, ...times } of activities) {
    const track = stream === main ? kernels : (tracks.get(stream) ?? { pid: kernels.pid, tid: firstStream + tracks.size });
    if (track !== kernels && !tracks.has(stream)) {
      tracks.set(stream, track);
      draw.thread(track, `stream ${stream}`);
    }
    draw.span(name, track, times, 'activity', { ...(kernel && { layer: kernel.layer }), ...(bytes > 0 && { bytes }) });
  }
}

const eventsPerPiece = 1000;

/** A trace as JSON, in pieces: a long one does not fit into one string. Events come first: older viewers stop at keys that they do not know. */
export function* traceText({ traceEvents, ...more }: Trace): Generator<string> {
  yield '{"traceEvents":[';
  for (let at = 0; at < traceEvents.length; at += eventsPerPiece) {
    const piece = traceEvents.slice(at, at + eventsPerPiece).map((event) => JSON.stringify(event));
    yield `${at === 0 ? '' : ','}${piece.join(',')}`;
  }
  yield `],${JSON.stringify(more).slice(1)}`;
}

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
