// How much of a training's time the device is idle, and how much of that it waits for data: from the events of a profile's trace.

/**
 * Shares of the time from the first to the last run. The device waits for data where no program runs while the JavaScript thread waits for
 * the next batch; the rest of the idle time belongs to JavaScript itself and to the queue.
 *
 * @param {readonly { name: string, ph: string, cat?: string, ts?: number, dur?: number }[]} events of `profile.trace()`
 * @returns {{ steps: number, msPerStep: number, idle: number, waiting: number, waitPerStep: number }} shares from 0 to 1, milliseconds
 */
export function idleShares(events) {
  const spans = (category, name) =>
    events
      .filter((event) => event.ph === 'X' && event.cat === category && (name === undefined || event.name === name))
      .map(({ ts, dur }) => ({ begin: ts, end: ts + dur }))
      .sort((a, b) => a.begin - b.begin);
  const runs = spans('run');
  if (runs.length < 2) throw new Error(`bench: the profile has ${runs.length} runs; expected at least 2`);
  const [begin, end] = [runs[0].begin, runs.at(-1).end];
  const gaps = runs.slice(1).map((run, i) => ({ begin: runs[i].end, end: run.begin }));
  const steps = events.filter(({ cat, name }) => cat === 'run' && name.startsWith('step')).length;
  const idle = gaps.reduce((sum, gap) => sum + Math.max(0, gap.end - gap.begin), 0);
  const waiting = overlap(gaps, spans('host', 'data'));
  const all = end - begin;
  return { steps, msPerStep: all / steps / 1000, idle: idle / all, waiting: waiting / all, waitPerStep: waiting / steps / 1000 };
}

/** Time that lies in both of two sorted lists of spans. */
function overlap(a, b) {
  let [sum, j] = [0, 0];
  for (const span of a) {
    while (j < b.length && b[j].end <= span.begin) j++;
    for (let k = j; k < b.length && b[k].begin < span.end; k++) {
      sum += Math.max(0, Math.min(span.end, b[k].end) - Math.max(span.begin, b[k].begin));
    }
  }
  return sum;
}
