/** @file `ModelCheckpoint`: saves the model while it is trained. */

import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeValue } from '../core/describe.js';
import { FileError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { type FormatValue, fieldNames, formatTemplate } from '../core/python_format.js';
import { checkSaveFreq } from './backup_and_restore.js';
import type { Logs } from './callback.js';
import { Monitor, type MonitorOptions } from './monitor.js';
import { print } from './output.js';

export interface ModelCheckpointOptions extends Omit<MonitorOptions, 'minDelta'> {
  /**
   * Where to save. Fields of a Python format string are filled in: `epoch` (from 1), `batch` (from 1, when saving by batches) and the names in
   * the logs, as in `'{epoch:02d}-{val_loss:.2f}.keras'`. Ends in `.keras` or `.h5`; with `saveWeightsOnly` in `.weights.h5`.
   */
  filepath: string;
  /** Save only when `monitor` is better than at all earlier saves. */
  saveBestOnly?: boolean;
  /** Save the weights (with the optimizer's state) instead of the whole model. */
  saveWeightsOnly?: boolean;
  /** When to save: after each epoch (default), or every so many batches, counted across epochs. */
  saveFreq?: 'epoch' | number;
  /** A value that must be beaten for the first save, with `saveBestOnly`. */
  initialValueThreshold?: number;
}

const where = 'ModelCheckpoint';

/**
 * Saves the model, or its weights, after each epoch or every so many batches. Each file is written whole or not at all; folders are made.
 * The best value and the count of batches carry over to a later `fit`. Source: keras/src/callbacks/model_checkpoint.py.
 *
 * @example
 * const best = new callbacks.ModelCheckpoint({ filepath: 'best-{epoch:02d}.keras', monitor: 'val_loss', saveBestOnly: true });
 * await net.fit(x, y, { epochs: 5, validationSplit: 0.1, callbacks: [best] });
 */
export class ModelCheckpoint extends Monitor {
  readonly filepath: string;
  readonly saveFreq: 'epoch' | number;
  /** The best value so far. */
  best: number | undefined;
  readonly #bestOnly: boolean;
  readonly #weightsOnly: boolean;
  /** Whether a name in the logs is part of the path. */
  readonly #namesLogs: boolean;
  #epoch = 0;
  #batches = 0;

  /** @throws ValueError for unknown options, a path with another ending or with fields that Python does not read, a `saveFreq` below 1. */
  constructor(options: ModelCheckpointOptions) {
    const own = ['filepath', 'saveBestOnly', 'saveWeightsOnly', 'saveFreq', 'initialValueThreshold'];
    checkOptions(where, options, ['monitor', 'mode', 'verbose', ...own]);
    super(where, options ?? {}, 0);
    const { filepath, saveBestOnly = false, saveWeightsOnly = false, saveFreq = 'epoch', initialValueThreshold } = options ?? {};
    this.filepath = checkPath(filepath, saveWeightsOnly);
    this.#namesLogs = fieldNames(`${where}: filepath`, filepath).some((name) => name !== 'epoch' && name !== 'batch');
    this.#bestOnly = saveBestOnly;
    this.#weightsOnly = saveWeightsOnly;
    this.saveFreq = checkSaveFreq(where, saveFreq);
    this.best = initialValueThreshold;
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override async onTrainBatchEnd(batch: number, logs: Logs): Promise<void> {
    if (this.saveFreq === 'epoch') return;
    this.#batches = (this.#batches + 1) % this.saveFreq;
    if (this.#batches === 0) await this.#saveIfWanted(this.#epoch, logs, { batch: { kind: 'integer', value: batch + 1 } });
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.saveFreq === 'epoch') await this.#saveIfWanted(epoch, logs, {});
  }

  /** Logs are read only for a batch after which they matter. */
  override wantsBatchLogs(phase: 'train' | 'test'): boolean {
    if (phase === 'test' || this.saveFreq === 'epoch') return false;
    return (this.#bestOnly || this.#namesLogs) && this.#batches === this.saveFreq - 1;
  }

  override getState(): { best: number | undefined; batches: number } {
    return { best: this.best, batches: this.#batches };
  }

  override setState({ best, batches }: ReturnType<ModelCheckpoint['getState']>): void {
    this.best = best;
    this.#batches = batches;
  }

  async #saveIfWanted(epoch: number, logs: Logs, batch: Readonly<Record<string, FormatValue>>): Promise<void> {
    const logged = Object.entries(logs).map(([name, value]): [string, FormatValue] => [name, { kind: 'float', value }]);
    const fields = { epoch: { kind: 'integer', value: epoch + 1 } as const, ...batch, ...Object.fromEntries(logged) };
    const path = formatTemplate(`${where}: filepath`, this.filepath, fields);
    if (!this.#isWanted(epoch, logs, path)) return;
    await makeRoom(path);
    await (this.#weightsOnly ? this.model.saveWeights(path) : this.model.save(path));
    this.#say(epoch, `finished saving model to ${path}`);
  }

  #isWanted(epoch: number, logs: Logs, path: string): boolean {
    if (!this.#bestOnly) {
      this.#say(epoch, `saving model to ${path}`);
      return true;
    }
    if (logs[this.monitor] === undefined) {
      process.emitWarning(
        `${where}: '${this.monitor}' is not in the logs, by which the best model is found: received ${Object.keys(logs).join(', ')}; ` +
          'the model is saved whatever it is',
      );
      return true;
    }
    const value = this.current(logs) as number;
    const best = this.best === undefined ? 'None' : this.best.toFixed(5);
    if (!this.improves(value, this.best)) {
      this.#say(epoch, `${this.monitor} did not improve from ${best}`);
      return false;
    }
    this.#say(epoch, `${this.monitor} improved from ${best} to ${value.toFixed(5)}, saving model to ${path}`);
    this.best = value;
    return true;
  }

  #say(epoch: number, words: string): void {
    if (this.verbose > 0) print(`\nEpoch ${epoch + 1}: ${words}\n`);
  }
}

/** @throws ValueError for a path that `save` or `saveWeights` would not take. */
function checkPath(filepath: string, weightsOnly: boolean): string {
  if (typeof filepath !== 'string') throw new ValueError(`${where}: filepath is ${describeValue(filepath)}; expected a path`);
  const isWeights = filepath.endsWith('.weights.h5');
  if (weightsOnly && !isWeights) {
    throw new ValueError(
      `${where}: filepath is '${filepath}'; expected a path that ends in .weights.h5, since saveWeightsOnly is true`,
    );
  }
  if (!weightsOnly && (isWeights || !/\.(keras|h5)$/.test(filepath))) {
    const fix = isWeights ? '; set saveWeightsOnly' : '';
    throw new ValueError(`${where}: filepath is '${filepath}'; expected a path that ends in .keras or .h5${fix}`);
  }
  return filepath;
}

async function makeRoom(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true) throw new FileError(`${where}: ${path} is a folder; expected the path of a file`);
  await mkdir(dirname(path), { recursive: true });
}
