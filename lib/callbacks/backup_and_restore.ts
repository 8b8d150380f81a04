/** @file `BackupAndRestore`: a training that was interrupted goes on where it stopped. */

import { describeValue } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { type Backup, BackupFolder } from './backup_folder.js';
import { Callback } from './callback.js';

export interface BackupAndRestoreOptions {
  /** Folder of the backups of this training, and of nothing else. */
  backupDir: string;
  /** When to back up: after each epoch (default), or every so many batches, counted across epochs. */
  saveFreq?: 'epoch' | number;
  /** Keep the backup before the last one too, for a disk that damages files; false by default. */
  doubleCheckpoint?: boolean;
  /** Delete the backups when the training has reached its end; true by default. */
  deleteCheckpoint?: boolean;
}

/** The option `saveFreq`. @throws ValueError unless it is 'epoch' or an integer of at least 1. */
export function checkSaveFreq(where: string, saveFreq: 'epoch' | number): 'epoch' | number {
  if (saveFreq === 'epoch' || (Number.isInteger(saveFreq) && saveFreq >= 1)) return saveFreq;
  throw new ValueError(`${where}: saveFreq is ${describeValue(saveFreq)}; expected 'epoch' or a number of batches, at least 1`);
}

/**
 * Backs a training up in a folder. When `fit` is called again with the same model, data and options after an interruption, also in another
 * process and also after one that was killed, it goes on from the last backup, and ends with the weights, the optimizer's state and the history
 * that it would have had: the same bits on one machine's CPU. A training that reached its end leaves nothing behind, unless `deleteCheckpoint`
 * is false.
 *
 * A backup holds weights, optimizer, random generators, the order of the data and the place in it, sums of loss and metrics, the history, and the
 * states of callbacks that have `getState`. It cannot hold what a generator or a `Sequence` with `onEpochEnd` will give: `fit` warns then.
 *
 * Source: keras/src/callbacks/backup_and_restore.py, which restores weights, optimizer and epoch.
 *
 * @example
 * const backup = new callbacks.BackupAndRestore({ backupDir: 'backup', saveFreq: 100 });
 * const history = await net.fit(x, y, { epochs: 10, callbacks: [backup] });
 */
export class BackupAndRestore extends Callback {
  readonly backupDir: string;
  readonly saveFreq: 'epoch' | number;
  readonly #folder: BackupFolder;
  readonly #deletes: boolean;
  #batches = 0;

  /** @throws ValueError for unknown options, an empty `backupDir`, a `saveFreq` below 1. */
  constructor(options: BackupAndRestoreOptions) {
    const where = 'BackupAndRestore';
    checkOptions(where, options, ['backupDir', 'saveFreq', 'doubleCheckpoint', 'deleteCheckpoint']);
    super();
    const { backupDir, saveFreq = 'epoch', doubleCheckpoint = false, deleteCheckpoint = true } = options ?? {};
    if (typeof backupDir !== 'string' || backupDir === '') {
      throw new ValueError(`${where}: backupDir is ${describeValue(backupDir)}; expected the path of a folder`);
    }
    this.backupDir = backupDir;
    this.saveFreq = checkSaveFreq(where, saveFreq);
    this.#folder = new BackupFolder(backupDir, doubleCheckpoint ? 2 : 1);
    this.#deletes = deleteCheckpoint;
  }

  /** Whether a backup is to be made now; `fit` asks once after each batch and each epoch. */
  isDue(after: 'batch' | 'epoch'): boolean {
    if (this.saveFreq === 'epoch' || after === 'epoch') return this.saveFreq === after;
    this.#batches = (this.#batches + 1) % this.saveFreq;
    return this.#batches === 0;
  }

  /** Makes a backup of a state of `fit` and of the model's weights. @throws FileError when it cannot be written. */
  async save(state: unknown): Promise<void> {
    await this.#folder.write(`BackupAndRestore: the state of the training`, state, (path) => this.model.saveWeights(path));
  }

  /** The newest whole backup; undefined without any. @throws FileError when all are damaged. */
  load(): Promise<Backup | undefined> {
    this.#batches = 0;
    return this.#folder.read('BackupAndRestore');
  }

  /** The training has reached its end. */
  async finish(): Promise<void> {
    if (this.#deletes) await this.#folder.clear();
  }
}
