/** @file `profile`: where the time of a training goes. */

import { readableBytes } from '../core/bytes.js';
import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { writeAtomically } from '../saving/atomic_file.js';
import { averageKernels, type GroupBy, type KernelAverage } from './averages.js';
import { type Peaks, peaksOf } from './peaks.js';
import { type Recording, record } from './recording.js';
import { kernelTable, type TableOptions } from './table.js';
import { type Trace, traceOf, traceText } from './trace.js';

export interface ProfileOptions {
  /** Steps of training to leave out at the start: the first ones compile; default 0. */
  readonly warmup?: number;
  /** Steps of training to look at after these; all by default. */
  readonly steps?: number;
}

/** Times of one step of training, in milliseconds. */
export interface StepTimes {
  /** Kernels. */
  readonly compute: number;
  /** Between the kernels of the step. */
  readonly between: number;
  /** From the end of the step before to the beginning of this one: the device waits for data, or runs other programs. */
  readonly before: number;
}

/** Rows of kernels, and how to print them. */
export class KernelAverages {
  readonly rows: readonly KernelAverage[];
  readonly #peaks: Peaks;

  constructor(rows: readonly KernelAverage[], peaks: Peaks) {
    this.rows = rows;
    this.#peaks = peaks;
  }

  /**
   * The rows as a table: time, GFLOP/s, GB/s, and how near the roof of this machine each kernel comes.
   *
   * @throws ValueError for an unknown `sortBy`.
   * @example
   * process.stderr.write(profile.keyAverages().table({ sortBy: 'total', rowLimit: 10 }));
   */
  table(options: TableOptions = {}): string {
    return kernelTable(this.rows, this.#peaks, options);
  }
}

/** What a profile found. */
export class Profile {
  /** The best that the device reaches, measured when the profile was made. */
  readonly peaks: Peaks;
  readonly steps: readonly StepTimes[];
  /** Milliseconds spent on compiling programs. */
  readonly compileTime: number;
  /** Most bytes that the device held. */
  readonly peakMemory: number;
  readonly #recording: Recording;

  constructor(recording: Recording, peaks: Peaks) {
    this.#recording = recording;
    this.peaks = peaks;
    this.steps = stepTimes(recording);
    this.compileTime = recording.others
      .filter(({ name }) => name === 'compile')
      .reduce((total, { begin, end }) => total + (end - begin) * 1e-6, 0);
    this.peakMemory = recording.runs.reduce((most, { memory }) => Math.max(most, memory), 0);
  }

  /** Times of kernels added up: by kernel and layer, or by `name`, `layer` or `phase` alone. */
  keyAverages({ groupBy = 'kernel' }: { readonly groupBy?: GroupBy } = {}): KernelAverages {
    return new KernelAverages(averageKernels(this.#recording.runs, groupBy), this.peaks);
  }

  /** A few lines: device, steps, where their time went, compile time, memory. */
  summary(): string {
    const { device, dropped } = this.#recording;
    const mean = (key: keyof StepTimes): number => this.steps.reduce((sum, step) => sum + step[key], 0) / this.steps.length;
    const lines = [`device ${device.name} (${device.description})`];
    lines.push(`peaks: ${(this.peaks.flops / 1e9).toFixed(0)} GFLOP/s, ${(this.peaks.bytes / 1e9).toFixed(1)} GB/s`);
    if (this.steps.length > 0) {
      const [compute, between, before] = [mean('compute'), mean('between'), mean('before')];
      const all = compute + between + before;
      const part = (value: number): string => `${value.toFixed(3)} ms (${((100 * value) / all).toFixed(1)} %)`;
      lines.push(
        `${this.steps.length} steps of ${all.toFixed(3)} ms: kernels ${part(compute)}, between them ${part(between)}, before them ${part(before)}`,
      );
    }
    lines.push(`compiling ${this.compileTime.toFixed(0)} ms, most memory ${readableBytes(this.peakMemory)}`);
    if (dropped > 0) lines.push(`${dropped} events were not recorded: the profile was too long; profile fewer steps`);
    return lines.join('\n');
  }

  /** The recording as trace events. */
  trace(): Trace {
    return traceOf(this.#recording);
  }

  /**
   * Writes the trace, which Perfetto (https://ui.perfetto.dev) and chrome://tracing open.
   *
   * @throws FileError when the file cannot be written.
   * @example
   * await profile.exportChromeTrace('step.trace.json');
   */
  async exportChromeTrace(path: string): Promise<void> {
    await writeAtomically(path, async (file) => {
      for (const piece of traceText(this.trace())) await file.appendFile(piece);
    });
  }
}

/**
 * Runs `body` and records every kernel of the current device meanwhile.
 *
 * @param options - `warmup` and `steps` choose among the steps of training that `body` makes
 * @throws ValueError when `body` made fewer steps than `warmup` leaves out, StateError while another profile is being made.
 * @example
 * const profile = await profiler.profile(() => net.fit(x, y, { epochs: 1 }), { warmup: 5, steps: 20 });
 * const lines = [profile.summary(), profile.keyAverages().table({ rowLimit: 10 })];
 */
export async function profile(body: () => unknown, options: ProfileOptions = {}): Promise<Profile> {
  checkOptions('profile', options, ['warmup', 'steps']);
  const { warmup = 0, steps = Number.POSITIVE_INFINITY } = options;
  if (!Number.isInteger(warmup) || warmup < 0)
    throw new ValueError(`profile: warmup is ${String(warmup)}; expected an integer of at least 0`);
  if (steps !== Number.POSITIVE_INFINITY && (!Number.isInteger(steps) || steps < 1))
    throw new ValueError(`profile: steps is ${String(steps)}; expected an integer of at least 1`);
  const whole = await record(body);
  const recording = warmup === 0 && steps === Number.POSITIVE_INFINITY ? whole : cut(whole, warmup, steps);
  return new Profile(recording, await peaksOf(whole.device));
}

/** The part of a recording from step `warmup` of training, `steps` long. */
function cut(recording: Recording, warmup: number, steps: number): Recording {
  const made = recording.runs.filter(({ trains }) => trains);
  const chosen = made.slice(warmup, warmup + steps);
  const [first] = chosen;
  if (first === undefined)
    throw new ValueError(`profile: ${made.length} steps of training were made; expected more than the warmup of ${warmup}`);
  const begin = made[warmup - 1]?.end ?? first.begin;
  const { end } = chosen.at(-1) as { end: number };
  const inside = <T extends { begin: number; end: number }>(spans: readonly T[]): T[] =>
    spans.filter((span) => span.begin >= begin && span.end <= end);
  return { ...recording, runs: inside(recording.runs), others: inside(recording.others), host: inside(recording.host) };
}

function stepTimes({ runs }: Recording): StepTimes[] {
  return runs.flatMap((run, i) => {
    if (!run.trains) return [];
    const compute = run.kernels.reduce((sum, { begin, end }) => sum + end - begin, 0);
    const before = i === 0 ? 0 : run.begin - (runs[i - 1] as { end: number }).end;
    return [{ compute: compute * 1e-6, between: (run.end - run.begin - compute) * 1e-6, before: before * 1e-6 }];
  });
}
