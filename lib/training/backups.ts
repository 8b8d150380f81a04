/** @file What `fit` does for `BackupAndRestore`. */

import { BackupAndRestore } from '../callbacks/backup_and_restore.js';
import type { CallbackList } from '../callbacks/callback_list.js';
import { ValueError } from '../core/errors.js';
import { captureState, checkState, type Progress, restoreState, type Training, type TrainingState } from './training_state.js';

/** A backup from which a training goes on. */
interface Found {
  readonly where: string;
  readonly state: TrainingState;
  readonly weightsPath: string;
}

/** The backups of one training. */
export class Backups {
  readonly #callback: BackupAndRestore;
  readonly #training: Training;
  readonly #found: Found | undefined;

  private constructor(callback: BackupAndRestore, training: Training, found: Found | undefined) {
    this.#callback = callback;
    this.#training = training;
    this.#found = found;
  }

  /**
   * Looks for a backup, when there is a BackupAndRestore among the callbacks.
   *
   * @throws FileError when it is damaged, StateError when it is that of another training, ValueError for two BackupAndRestores.
   */
  static async open(callbacks: readonly unknown[], training: Training): Promise<Backups | undefined> {
    const [callback, second] = callbacks.filter((each) => each instanceof BackupAndRestore);
    if (callback === undefined) return undefined;
    if (second !== undefined) throw new ValueError('fit: callbacks has two BackupAndRestores; expected one');
    const backup = await callback.load();
    if (backup === undefined) return new Backups(callback, training, undefined);
    const where = `BackupAndRestore: the backup in ${backup.path}`;
    const state = backup.state as TrainingState;
    checkState(where, training, state);
    return new Backups(callback, training, { where, state, weightsPath: backup.weightsPath });
  }

  /** Where the training goes on; undefined when it begins. */
  get state(): TrainingState | undefined {
    return this.#found?.state;
  }

  async restore(callbacks: CallbackList): Promise<void> {
    if (this.#found === undefined) return;
    const { where, state, weightsPath } = this.#found;
    await restoreState(where, this.#training, callbacks, state, weightsPath);
  }

  /** Makes a backup if it is time for one. `settle` waits for the steps that are queued. */
  async keep(after: 'batch' | 'epoch', callbacks: CallbackList, progress: Progress, settle?: () => Promise<void>): Promise<void> {
    if (!this.#callback.isDue(after)) return;
    await settle?.();
    await this.#callback.save(await captureState(this.#training, callbacks, progress));
  }

  /** The training has reached its end. */
  finish(): Promise<void> {
    return this.#callback.finish();
  }
}
