/**
 * What is wrong with a trace, by the Trace Event Format (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU) and by
 * what viewers make of it.
 */
import type { profiler } from 'laminet';

type Event = profiler.TraceEvent;

const rounding = 1e-6; // microseconds
const track = ({ pid, tid }: Event): string => `${pid}/${tid}`;
const end = ({ ts = 0, dur = 0 }: Event): number => ts + dur;

/** Events by what `key` says of them. */
function groups(events: readonly Event[], key: (event: Event) => string): Event[][] {
  const found = new Map<string, Event[]>();
  for (const event of events) found.set(key(event), [...(found.get(key(event)) ?? []), event]);
  return [...found.values()];
}

/** Sentences; none when viewers show all of it. */
export function traceProblems({ traceEvents }: profiler.Trace): string[] {
  const of = (ph: string): Event[] => traceEvents.filter((event) => event.ph === ph);
  return [
    ...traceEvents.filter((event) => !['X', 'M', 'C', 's', 'f'].includes(event.ph)).map(({ ph }) => `unknown phase ${ph}`),
    ...nameProblems(of('M'), traceEvents),
    ...of('X')
      .filter(({ ts = -1, dur = -1 }) => !(ts >= 0 && dur >= 0))
      .map(({ name }) => `span ${name} has no time`),
    ...nestingProblems(of('X')),
    ...flowProblems(of('s'), of('f'), of('X')),
    ...counterProblems(of('C')),
  ];
}

/** Every process and thread that has events has a name and a place. */
function nameProblems(names: readonly Event[], events: readonly Event[]): string[] {
  const known = new Set(names.map(({ name, pid, tid }) => `${name} ${pid}/${name.startsWith('thread') ? tid : ''}`));
  const wanted = events
    .filter(({ ph }) => ph === 'X')
    .flatMap(({ pid, tid }) => [
      `process_name ${pid}/`,
      `process_sort_index ${pid}/`,
      `thread_name ${pid}/${tid}`,
      `thread_sort_index ${pid}/${tid}`,
    ]);
  return [...new Set(wanted)].filter((each) => !known.has(each)).map((each) => `missing ${each}`);
}

/** Spans of a thread lie inside each other or apart; viewers draw others wrongly. */
function nestingProblems(spans: readonly Event[]): string[] {
  const problems: string[] = [];
  for (const own of groups(spans, track)) {
    const open: Event[] = [];
    for (const span of own.toSorted((a, b) => (a.ts ?? 0) - (b.ts ?? 0) || end(b) - end(a))) {
      while (open.length > 0 && end(open.at(-1) as Event) <= (span.ts ?? 0) + rounding) open.pop();
      const around = open.at(-1);
      if (around !== undefined && end(span) > end(around) + rounding)
        problems.push(`${span.name} crosses the end of ${around.name}`);
      open.push(span);
    }
  }
  return problems;
}

/** An arrow has one begin and one end, each on a span that begins there, and goes forward. */
function flowProblems(starts: readonly Event[], finishes: readonly Event[], spans: readonly Event[]): string[] {
  const begins = new Set(spans.map((span) => `${track(span)} ${span.ts}`));
  const targets = new Map(finishes.map((event) => [event.id, event]));
  if (targets.size !== finishes.length || new Set(starts.map(({ id }) => id)).size !== starts.length)
    return ['ids of arrows are used twice'];
  if (starts.length !== finishes.length) return [`${starts.length} arrows begin, ${finishes.length} end`];
  return starts.flatMap((start) => {
    const finish = targets.get(start.id);
    if (finish === undefined) return [`arrow ${start.id} has no end`];
    if (finish.cat !== start.cat || finish.name !== start.name) return [`the ends of arrow ${start.id} have other names`];
    if ((finish.ts ?? 0) < (start.ts ?? 0)) return [`arrow ${start.id} goes backward`];
    return [start, finish]
      .filter((event) => !begins.has(`${track(event)} ${event.ts}`))
      .map(() => `arrow ${start.id} hangs in the air`);
  });
}

/** A counter's values are numbers, in the order of time. */
function counterProblems(counters: readonly Event[]): string[] {
  return [
    ...counters
      .filter(({ args }) => Object.values(args as object).some((value) => typeof value !== 'number'))
      .map(({ name }) => `counter ${name} is no number`),
    ...groups(counters, ({ pid, name }) => `${pid} ${name}`)
      .filter((own) => own.some(({ ts }, i) => i > 0 && (ts ?? 0) < (own[i - 1]?.ts ?? 0)))
      .map(() => 'a counter goes back in time'),
  ];
}
