/** @file Callbacks: hooks into fit, evaluate and predict, in Keras's order with Keras's logs. */

import type { Optimizer } from '../optimizers/optimizer.js';
import type { Variable } from '../runtime/variable.js';

/** Loss and metrics by name. A callback may add keys: later callbacks and History see them. */
export type Logs = Record<string, number>;

/** Keys in alphabetical order, as Keras 3 logs them. */
export const sortLogs = (logs: Logs): Logs => Object.fromEntries(Object.entries(logs).sort(([a], [b]) => (a < b ? -1 : 1)));

/** What a callback may know of the model. */
export interface CallbackModel {
  stopTraining: boolean;
  readonly optimizer: Optimizer;
  readonly weights: readonly Variable[];
  readonly metricsNames: string[];
  readonly name: string;
  /** Whether a metric of this name is better when it is larger; undefined for an unknown name. */
  metricDirection(name: string): 'up' | 'down' | undefined;
  save(path: string): Promise<void>;
  saveWeights(path: string): Promise<void>;
}

export interface CallbackParams {
  readonly verbose: number;
  readonly epochs: number;
  /** Batches an epoch; null when not known before the end. */
  readonly steps: number | null;
  /** Whether a training that was interrupted goes on: `setState` will be called where `getState` gave something. */
  readonly resumes?: boolean;
}

type Hook = void | Promise<void>;

/**
 * Base of callbacks: override the hooks you need. Hooks may be async; training waits for them.
 *
 * Reading a batch's logs costs a read-back from the device, so batch hooks receive them only when a callback overrides one of the batch-end
 * hooks (see `wantsBatchLogs`).
 *
 * @example
 * class Decay extends callbacks.Callback {
 *   onEpochEnd(epoch, logs) {
 *     this.model.optimizer.learningRate *= 0.5;
 *   }
 * }
 * await net.fit(x, y, { epochs: 3, callbacks: [new Decay()] });
 */
export class Callback {
  /** The model in training; set before the first hook. */
  model!: CallbackModel;
  params: CallbackParams = { verbose: 0, epochs: 1, steps: null };

  onTrainBegin(_logs: Logs): Hook {}
  onTrainEnd(_logs: Logs): Hook {}
  onEpochBegin(_epoch: number, _logs: Logs): Hook {}
  onEpochEnd(_epoch: number, _logs: Logs): Hook {}
  onTrainBatchBegin(batch: number, logs: Logs): Hook {
    return this.onBatchBegin(batch, logs);
  }
  onTrainBatchEnd(batch: number, logs: Logs): Hook {
    return this.onBatchEnd(batch, logs);
  }
  /** Alias that `onTrainBatchBegin` calls, as in Keras. */
  onBatchBegin(_batch: number, _logs: Logs): Hook {}
  /** Alias that `onTrainBatchEnd` calls, as in Keras. */
  onBatchEnd(_batch: number, _logs: Logs): Hook {}
  onTestBegin(_logs: Logs): Hook {}
  onTestEnd(_logs: Logs): Hook {}
  onTestBatchBegin(_batch: number, _logs: Logs): Hook {}
  onTestBatchEnd(_batch: number, _logs: Logs): Hook {}
  onPredictBegin(_logs: Logs): Hook {}
  onPredictEnd(_logs: Logs): Hook {}
  onPredictBatchBegin(_batch: number, _logs: Logs): Hook {}
  onPredictBatchEnd(_batch: number, _logs: Logs): Hook {}

  /**
   * What a backup of the training holds of this callback: plain objects, arrays, numbers, strings, booleans, null, typed arrays. Nothing by
   * default.
   */
  getState(): unknown {
    return undefined;
  }

  /**
   * Takes back what `getState` gave, when a training goes on that was interrupted (see `BackupAndRestore`): after `onTrainBegin`, and after
   * `onEpochBegin` when it goes on inside an epoch.
   */
  setState(_state: unknown): void {}

  /** Whether the coming batch-end hook needs this batch's logs. Override it to ask less often. */
  wantsBatchLogs(phase: 'train' | 'test'): boolean {
    const own = (name: keyof Callback): boolean => this[name] !== Callback.prototype[name];
    return phase === 'train' ? own('onTrainBatchEnd') || own('onBatchEnd') : own('onTestBatchEnd');
  }
}

/** A callback as an object literal with some of the hooks; in methods, `this.model` is the model. */
export type CallbackHooks = Partial<Omit<Callback, 'model' | 'params'>> & ThisType<Callback>;
