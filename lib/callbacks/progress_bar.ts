/** @file `ProgressBar`: Keras's progress lines, a live bar on a terminal and one line an epoch elsewhere. */

import { Callback, type Logs } from './callback.js';
import { print, terminalColumns } from './output.js';
import { barLine, type Progress, summaryLine } from './progress_line.js';

/** Seconds between two drawings of the bar; reading the logs for it costs a read-back from the device. */
const redrawSeconds = 0.05;

const codes = { strong: '\x1b[1m', done: '\x1b[32m', left: '\x1b[37m' };
const paint = (part: keyof typeof codes, text: string): string => (text === '' ? '' : `${codes[part]}${text}\x1b[0m`);

const seconds = (): number => performance.now() / 1000;

/**
 * Prints the progress of fit, evaluate and predict; `verbose` installs one. On a terminal it redraws one line; into a pipe or file it writes
 * one line when an epoch is done.
 */
export class ProgressBar extends Callback {
  #inFit = false;
  #current = 0;
  #target: number | null = null;
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
    if (this.params.epochs > 1) print(`Epoch ${epoch + 1}/${this.params.epochs}\n`);
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
    return this.#isLive && !(phase === 'test' && this.#inFit) && this.#due();
  }

  get #isLive(): boolean {
    return this.params.verbose === 1 && terminalColumns() > 0;
  }

  #due(): boolean {
    return seconds() - this.#drawn >= redrawSeconds;
  }

  #begin(): void {
    this.#current = 0;
    this.#logs = {};
    this.#width = 0;
    this.#drawn = 0;
    this.#start = seconds();
  }

  #step(batch: number, logs: Logs): void {
    this.#current = batch + 1;
    if (batch === 0) this.#afterFirst = seconds();
    if (Object.keys(logs).length > 0) this.#logs = logs;
    if (this.#isLive && this.#due()) this.#draw(false);
  }

  #finish(logs: Logs): void {
    this.#logs = logs;
    if (this.#isLive) this.#draw(true);
    else print(`${this.params.verbose === 1 ? barLine(this.#progress(true)) : summaryLine(this.#progress(true))}\n`);
  }

  #draw(finished: boolean): void {
    const progress = this.#progress(finished);
    const columns = terminalColumns();
    const plain = barLine(progress);
    // A line longer than the terminal would wrap and could not be drawn over.
    const line = plain.length < columns || finished ? barLine(progress, paint) : plain.slice(0, columns - 1);
    const rest = Math.max(0, Math.min(this.#width, columns - 1) - plain.length);
    print(`\r${line}${' '.repeat(rest)}${finished ? '\n' : ''}`);
    this.#width = plain.length;
    this.#drawn = seconds();
  }

  #progress(finished: boolean): Progress {
    const now = seconds();
    // How many steps an epoch has is known after the first one at the latest.
    if (finished) this.#target ??= this.#current;
    const target = this.params.steps ?? this.#target;
    const elapsedSeconds = now - this.#start;
    // As Keras: where each step is drawn, the first one, which traces and compiles, does not count in the mean.
    const laterSteps = this.params.verbose === 1 ? this.#current - 1 : 0;
    return {
      current: finished && target !== null ? target : this.#current,
      target,
      elapsedSeconds,
      secondsPerStep: laterSteps > 0 ? (now - this.#afterFirst) / laterSteps : elapsedSeconds / Math.max(this.#current, 1),
      logs: this.#logs,
      finished,
    };
  }
}
