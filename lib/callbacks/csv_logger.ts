/** @file `CSVLogger`: the logs of each epoch as a line of a CSV file. */

import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { describeValue } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { Callback, type Logs } from './callback.js';

export interface CSVLoggerOptions {
  /** Between the fields; a comma by default. */
  separator?: string;
  /** Go on at the end of an existing file. */
  append?: boolean;
}

/**
 * Writes `epoch` (from 0) and the logs, keys in alphabetical order, one line an epoch. Columns are those of the first epoch; when it has no
 * validation, `val_` columns are kept for later and hold `NA`. Source: keras/src/callbacks/csv_logger.py.
 *
 * @example
 * await net.fit(x, y, { epochs: 5, callbacks: [new callbacks.CSVLogger('training.csv')] });
 */
export class CSVLogger extends Callback {
  readonly #filename: string;
  readonly #separator: string;
  readonly #append: boolean;
  #file: number | undefined;
  #keys: string[] | undefined;
  #needsHeader = true;

  constructor(filename: string, options: CSVLoggerOptions = {}) {
    checkOptions('CSVLogger', options, ['separator', 'append']);
    super();
    if (typeof filename !== 'string' || filename === '') {
      throw new ValueError(`CSVLogger: filename is ${describeValue(filename)}; expected the path of a file`);
    }
    this.#filename = filename;
    this.#separator = options.separator ?? ',';
    this.#append = options.append ?? false;
  }

  override onTrainBegin(): void {
    this.#close();
    this.#keys = undefined;
    const goesOn = this.#append || this.params.resumes === true;
    this.#needsHeader = !(goesOn && existsSync(this.#filename) && statSync(this.#filename).size > 0);
    this.#file = openSync(this.#filename, goesOn ? 'a' : 'w');
  }

  override getState(): { keys: string[] | undefined; needsHeader: boolean; size: number } | undefined {
    if (this.#file === undefined) return undefined;
    return { keys: this.#keys, needsHeader: this.#needsHeader, size: fstatSync(this.#file).size };
  }

  /** Lines that were written after the backup are written again. */
  override setState({ keys, needsHeader, size }: NonNullable<ReturnType<CSVLogger['getState']>>): void {
    if (this.#file === undefined) return;
    if (fstatSync(this.#file).size < size) {
      process.emitWarning(`CSVLogger: '${this.#filename}' is shorter than it was; lines of the training before are missing`);
    } else ftruncateSync(this.#file, size);
    this.#keys = keys;
    this.#needsHeader = needsHeader;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    if (this.#keys === undefined) {
      this.#keys = Object.keys(logs).sort();
      if (!this.#keys.some((key) => key.startsWith('val_'))) this.#keys.push(...this.#keys.map((key) => `val_${key}`));
      if (this.#needsHeader) this.#line(['epoch', ...this.#keys]);
    }
    this.#line([epoch, ...this.#keys.map((key) => logs[key] ?? 'NA')]);
  }

  override onTrainEnd(): void {
    this.#close();
  }

  /** Fields that hold the separator, a quote or a line break are quoted (RFC 4180); lines end as Python's csv module ends them. */
  #line(fields: readonly (string | number)[]): void {
    const texts = fields
      .map(String)
      .map((text) => (text.includes(this.#separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text));
    if (this.#file !== undefined) writeSync(this.#file, `${texts.join(this.#separator)}\r\n`);
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
