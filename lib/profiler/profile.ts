/** @file `profile`: where the time of a training goes. */

import { readableBytes } from '../core/bytes.js';
import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { writeAtomically } from '../saving/atomic_file.js';
import { averageKernels, type GroupBy, type KernelAverage } from './averages.js';
import { type Peaks, peaksOf } from './peaks.js';
import { cutRecording, type Recording, record } from './recording.js';
import { type StepTimes, stepTimes } from './steps.js';
import { kernelTable, type TableOptions } from './table.js';
import { type Trace, traceOf, traceText } from './trace.js';

export interface ProfileOptions {
  /** Steps of training to leave out at the start: the first ones compile; default 0. */
  readonly warmup?: number;
  /** Steps of training to look at after these; all by default. */
  readonly steps?: number;
}

/** Rows of kernels, and how to print them. */
export class KernelAverages {
  readonly rows: readonly KernelAverage[];

  constructor(rows: readonly KernelAverage[]) {
    this.rows = rows;
  }

  /**
   * The rows as a table: time, GFLOP/s, GB/s, and how near the roof of this machine each kernel comes.
   *
   * @throws ValueError for an unknown `sortBy`.
   * @example
   * process.stderr.write(profile.keyAverages().table({ sortBy: 'total', rowLimit: 10 }));
   */
  table(options: TableOptions = {}): string {
    return kernelTable(this.rows, options);
  }
}

/** The parts of a step as the summary calls them. */
const parts: readonly (readonly [keyof StepTimes, string])[] = [
  ['compute', 'kernels'],
  ['between', 'between them'],
  ['transfer', 'copies'],
  ['host', 'JavaScript'],
  ['idle', 'idle'],
];

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
    return new KernelAverages(averageKernels(this.#recording.runs, groupBy, this.peaks));
  }

  /** A few lines: device, steps, where their time went, compile time, memory. */
  summary(): string {
    const { device, dropped, notes } = this.#recording;
    const mean = (key: keyof StepTimes): number => this.steps.reduce((sum, step) => sum + step[key], 0) / this.steps.length;
    const lines = [`device ${device.name} (${device.description})`];
    lines.push(`peaks: ${(this.peaks.flops / 1e9).toFixed(0)} GFLOP/s, ${(this.peaks.bytes / 1e9).toFixed(1)} GB/s`);
    if (this.steps.length > 0) {
      const all = parts.reduce((sum, [key]) => sum + mean(key), 0);
      const shares = parts.map(([key, name]) => `${name} ${mean(key).toFixed(3)} ms (${((100 * mean(key)) / all).toFixed(1)} %)`);
      lines.push(`${this.steps.length} steps of ${all.toFixed(3)} ms: ${shares.join(', ')}`);
    }
    lines.push(`compiling ${this.compileTime.toFixed(0)} ms, most memory ${readableBytes(this.peakMemory)}`);
    lines.push(...notes);
    if (dropped > 0) lines.push(`${dropped} events were not recorded: the profile was too long; profile fewer steps`);
    return lines.join('\n');
  }

  /** The recording as trace events. */
  trace(): Trace {
    return traceOf([this.#recording]);
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
  return new Profile(cutRecording(whole, warmup, steps), await peaksOf(whole.device));
}
