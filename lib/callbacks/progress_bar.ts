/** @file `ProgressBar`: Keras's progress lines, a live bar on a terminal and one line an epoch elsewhere. */

import { stdout } from 'node:process';
import { Callback, type Logs } from './callback.js';
import { barLine, type Progress, summaryLine } from './progress_line.js';

/** Seconds between two drawings of the bar; reading the logs for it costs a read-back from the device. */
const redrawSeconds = 0.05;

const codes = { strong: '\x1b[1m', done: '\x1b[32m', left: '\x1b[37m' };
const paint = (part: keyof typeof codes, text: string): string => (text === '' ? '' : `${codes[part]}${text}\x1b[0m`);

let guarded = false;

/** Lets a run go on when the reader of its output has gone (`node train.js | head`). */
function guardBrokenPipe(): void {
  if (guarded) return;
  guarded = true;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** Some launchers report a terminal without a width; drawing there only fills a log. */
const isLive = (): boolean => stdout.isTTY === true && stdout.columns > 0;

/**
 * Prints the progress of fit, evaluate and predict; `verbose` installs one. On a terminal it redraws one line; into a pipe or file it writes
 * one line when an epoch is done.
 */
export class ProgressBar extends Callback {
  #inFit = false;
  #current = 0;
  #logs: Logs = {};
  #start = 0;
  #afterFirst = 0;
  #drawn = 0;
  #width = 0;

  override onTrainBegin(): void {
    this.#inFit = true;
  }

  override onEpochBegin(epoch: number): void {
    this.#begin();
    if (this.params.epochs > 1) this.#write(`Epoch ${epoch + 1}/${this.params.epochs}\n`);
  }

  override onTrainBatchEnd(batch: number, logs: Logs): void {
    this.#step(batch, logs);
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    this.#finish(logs);
  }

  override onTestBegin(): void {
    if (!this.#inFit) this.#begin();
  }

  override onTestBatchEnd(batch: number, logs: Logs): void {
    if (!this.#inFit) this.#step(batch, logs);
  }

  override onTestEnd(logs: Logs): void {
    if (!this.#inFit) this.#finish(logs);
  }

  override onPredictBegin(): void {
    this.#begin();
  }

  override onPredictBatchEnd(batch: number): void {
    this.#step(batch, {});
  }

  override onPredictEnd(): void {
    this.#finish({});
  }

  /** Logs are read only for a drawing that is due. */
  override wantsBatchLogs(phase: 'train' | 'test'): boolean {
    return this.params.verbose === 1 && isLive() && !(phase === 'test' && this.#inFit) && this.#due();
  }

  #due(): boolean {
    return performance.now() / 1000 - this.#drawn >= redrawSeconds;
  }

  #begin(): void {
    guardBrokenPipe();
    this.#current = 0;
    this.#logs = {};
    this.#width = 0;
    this.#drawn = 0;
    this.#start = performance.now() / 1000;
  }

  #step(batch: number, logs: Logs): void {
    this.#current = batch + 1;
    if (batch === 0) this.#afterFirst = performance.now() / 1000;
    if (Object.keys(logs).length > 0) this.#logs = logs;
    if (this.params.verbose === 1 && isLive() && this.#due()) this.#draw(false);
  }

  #finish(logs: Logs): void {
    this.#logs = logs;
    if (this.params.verbose === 1 && isLive()) this.#draw(true);
    else this.#write(`${this.params.verbose === 1 ? barLine(this.#progress(true)) : summaryLine(this.#progress(true))}\n`);
  }

  #draw(finished: boolean): void {
    const progress = this.#progress(finished);
    const width = barLine(progress).length;
    // A line longer than the terminal would wrap and could not be drawn over.
    const line = width < stdout.columns || finished ? barLine(progress, paint) : barLine(progress).slice(0, stdout.columns - 1);
    this.#write(`\r${line}${' '.repeat(Math.max(0, Math.min(this.#width, stdout.columns - 1) - width))}${finished ? '\n' : ''}`);
    this.#width = width;
    this.#drawn = performance.now() / 1000;
  }

  #progress(finished: boolean): Progress {
    const now = performance.now() / 1000;
    const target = this.params.steps ?? (finished ? this.#current : null);
    const laterSteps = this.#current - 1;
    // As Keras: the first step, which traces and compiles, does not count in the mean.
    const secondsPerStep = laterSteps > 0 ? (now - this.#afterFirst) / laterSteps : now - this.#start;
    return {
      current: finished ? (target as number) : this.#current,
      target,
      elapsedSeconds: now - this.#start,
      secondsPerStep,
      logs: this.#logs,
      finished,
    };
  }

  #write(text: string): void {
    stdout.write(text);
  }
}
