/** @file Options that fit, evaluate and predict share. */

import { stdout } from 'node:process';
import type { Callback, CallbackHooks } from '../callbacks/callback.js';
import { ProgressBar } from '../callbacks/progress_bar.js';
import { describeValue } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { checkPositiveInteger } from '../data/batch.js';

/** Progress on stdout: 1 a bar (drawn live on a terminal), 2 a line an epoch, 0 nothing; 'auto' is 1 on a terminal, else 2. */
export type Verbosity = 'auto' | 0 | 1 | 2;

export interface RunOptions {
  /** Samples a step; 32 by default, or as many as make the number of steps asked for. Arrays only. */
  batchSize?: number;
  verbose?: Verbosity;
  callbacks?: readonly (Callback | CallbackHooks)[];
  /** Stops the run, which then throws an AbortedError. */
  signal?: AbortSignal;
}

/** @throws ValueError for options of the wrong kind. `counts` are names of options that must be at least 1. */
export function checkRunOptions<T extends RunOptions>(where: string, options: T, counts: readonly (keyof T & string)[]): void {
  for (const name of ['batchSize', ...counts] as const) {
    const value = options[name as keyof T];
    if (value !== undefined) checkPositiveInteger(where, name, value as number);
  }
  verbosity(where, options.verbose);
  const { callbacks } = options;
  if (callbacks !== undefined && !Array.isArray(callbacks)) {
    throw new ValueError(`${where}: callbacks is ${describeValue(callbacks)}; expected an array of callbacks`);
  }
}

/** The user's callbacks with what belongs to every run: a progress bar, unless there is one or it is not wanted. */
export function withProgress(callbacks: RunOptions['callbacks'] = [], verbose: 0 | 1 | 2): (Callback | CallbackHooks)[] {
  const isWanted = verbose !== 0 && !callbacks.some((callback) => callback instanceof ProgressBar);
  return [...callbacks, ...(isWanted ? [new ProgressBar()] : [])];
}

export function verbosity(where: string, verbose: Verbosity | undefined): 0 | 1 | 2 {
  if (verbose === undefined || verbose === 'auto') return stdout.isTTY ? 1 : 2;
  if (verbose === 0 || verbose === 1 || verbose === 2) return verbose;
  throw new ValueError(`${where}: verbose is ${describeValue(verbose)}; expected 'auto', 0, 1 or 2`);
}
