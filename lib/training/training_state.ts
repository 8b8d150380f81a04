/** @file All that a training depends on between two steps: taken for a backup, compared with a model, put back. */

import type { Logs } from '../callbacks/callback.js';
import type { CallbackList } from '../callbacks/callback_list.js';
import type { TypedArray } from '../core/dtype.js';
import { StateError } from '../core/errors.js';
import { continueShuffle, upcomingShuffleSeed } from '../core/random.js';
import { formatShape, type Shape, sameShape } from '../core/shape.js';
import type { PassPosition } from '../data/batch.js';
import type { Epochs } from '../data/epochs.js';
import type { ValueType } from '../graph/graph.js';
import { type RandomState, randomState, restoreRandomState } from '../ops/seed_generator.js';
import { Variable } from '../runtime/variable.js';
import type { Compiled } from './compiled.js';
import type { Trainer } from './trainer.js';

/** What of a training is saved and restored. */
export interface Training {
  readonly model: Trainer;
  readonly compiled: Compiled;
  /** The data that it trains on. */
  readonly data: Epochs;
  /** Why another process would not be given the same batches. */
  readonly unrepeatable: readonly string[];
}

/** Where a training stands. */
export interface Progress {
  /** The epoch that comes next or goes on, from 0. */
  readonly epoch: number;
  /** Its batches that are done. */
  readonly batch: number;
  /** Logs of the last epoch. */
  readonly logs: Logs;
}

interface VariableType {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** The state of a training, beside the weights and the optimizer's variables, which are in a file of Keras's format. */
export interface TrainingState extends Progress {
  readonly stopped: boolean;
  readonly device: string;
  /** Kernels chosen by timing: others would round differently. */
  readonly choices: string;
  /** Types of the inputs of the training step, by which it is traced. */
  readonly inputs: readonly ValueType[];
  readonly weights: readonly VariableType[];
  readonly optimizer: {
    readonly name: string;
    readonly variables: readonly VariableType[];
    readonly learningRate: number | null;
  };
  /** The other variables of the training step, in its order: sums of loss and metrics, random generators, state of the user's own. */
  readonly others: readonly { readonly type: VariableType; readonly values: TypedArray }[];
  readonly random: RandomState;
  readonly shuffleSeed: number;
  readonly position: PassPosition;
  readonly steps: number | null;
  readonly callbacks: readonly (readonly [string, unknown])[];
}

const typeOf = ({ path, dtype, shape }: Variable): VariableType => ({ name: path, dtype, shape });

/** Variables of the training step that are no weights and not the optimizer's. */
function otherVariables({ model, compiled }: Pick<Training, 'model' | 'compiled'>, inputs: readonly ValueType[]): Variable[] {
  const { optimizer } = compiled;
  const { captured } = compiled.program('train', inputs); // first: it makes the optimizer's variables
  const known = new Set<unknown>([...model.weights, ...optimizer.variables]);
  const isOther = (stored: unknown): stored is Variable =>
    stored instanceof Variable && !known.has(stored) && !optimizer.isLearningRate(stored);
  return captured.filter(isOther);
}

/** The state now. No step may be queued while it is taken. @throws StateError before the first step. */
export async function captureState(training: Training, callbacks: CallbackList, progress: Progress): Promise<TrainingState> {
  const { model, compiled, data } = training;
  const { optimizer, stepTypes: inputs } = compiled;
  const states = callbacks.states(); // first: reading from the device takes time
  const others = otherVariables(training, inputs).map(async (variable) => ({
    type: typeOf(variable),
    values: await variable.data(),
  }));
  const { device } = model.weights[0] as Variable;
  return {
    ...progress,
    stopped: model.stopTraining,
    device: device.description,
    choices: device.native.choices(),
    inputs,
    weights: model.weights.map(typeOf),
    optimizer: {
      name: optimizer.constructor.name,
      variables: optimizer.variables.map(typeOf),
      learningRate: optimizer.variables.some((variable) => optimizer.isLearningRate(variable)) ? optimizer.learningRate : null,
    },
    others: await Promise.all(others),
    random: await randomState(),
    shuffleSeed: upcomingShuffleSeed(),
    position: data.position,
    steps: data.steps ?? null,
    callbacks: states,
  };
}

/**
 * Prepares a model for the state of a training: builds it, traces its step, adopts the choices of kernels.
 *
 * @throws StateError when the state is that of another model, optimizer or data. Nothing was restored then.
 */
export function checkState(where: string, { model, compiled, data, unrepeatable }: Training, state: TrainingState): void {
  if (!model.built) {
    const shapes = state.inputs.slice(0, model.inputNames.length).map(({ shape }): Shape => [null, ...shape.slice(1)]);
    model.buildFor(shapes);
  }
  compareVariables(where, 'weight', state.weights, model.weights);
  const { optimizer } = compiled;
  if (optimizer.constructor.name !== state.optimizer.name) {
    throw new StateError(
      `${where} was made with the optimizer ${state.optimizer.name}; the model was compiled with ${optimizer.constructor.name}; ${remedy}`,
    );
  }
  const { device } = model.weights[0] as Variable;
  device.native.adoptChoices(state.choices);
  const others = otherVariables({ model, compiled }, state.inputs);
  compareVariables(where, 'variable of the optimizer', state.optimizer.variables, optimizer.variables);
  compareVariables(
    where,
    'variable of the training step',
    state.others.map(({ type }) => type),
    others,
  );
  if (state.batch > 0 && state.steps !== (data.steps ?? null)) {
    throw new StateError(
      `${where} was made inside an epoch of ${state.steps ?? 'unknown'} steps; the data has ${data.steps ?? 'unknown'}; ${remedy}`,
    );
  }
  warnOfDifferences(where, state, device.description, unrepeatable);
}

const remedy = 'go on with what it was made with, or delete the folder to begin anew';

function compareVariables(where: string, kind: string, saved: readonly VariableType[], present: readonly Variable[]): void {
  const words = (type: VariableType | undefined): string =>
    type === undefined ? 'none' : `'${type.name}' ${type.dtype} ${formatShape(type.shape)}`;
  for (let i = 0; i < Math.max(saved.length, present.length); i++) {
    const [before, now] = [saved[i], present[i]];
    if (before?.dtype === now?.dtype && sameShape(before?.shape ?? [], now?.shape ?? [])) continue;
    throw new StateError(
      `${where} is of another model: ${kind} ${i} is ${words(before)}, the model has ${words(now && typeOf(now))}; ${remedy}`,
    );
  }
}

function warnOfDifferences(where: string, state: TrainingState, device: string, unrepeatable: readonly string[]): void {
  if (device !== state.device) {
    process.emitWarning(
      `${where} was made on '${state.device}'; the training goes on on '${device}', where results can differ in the last digits`,
    );
  }
  for (const reason of unrepeatable) {
    process.emitWarning(
      `${where} does not hold what the data will give: ${reason}; the training goes on with its next batches, ` +
        'which can be others than without the interruption',
    );
  }
}

/** Puts a state that was checked back, after the hooks that begin the training. */
export async function restoreState(
  where: string,
  { model, compiled, data }: Training,
  callbacks: CallbackList,
  state: TrainingState,
  weightsPath: string,
): Promise<void> {
  await model.loadWeights(weightsPath);
  const { optimizer } = compiled;
  if (state.optimizer.learningRate !== null) optimizer.learningRate = state.optimizer.learningRate;
  otherVariables({ model, compiled }, state.inputs).forEach((variable, i) => {
    variable.assign((state.others[i] as TrainingState['others'][number]).values);
  });
  restoreRandomState(state.random);
  continueShuffle(state.shuffleSeed);
  data.resume(state.position, state.batch);
  callbacks.restore(where, state.callbacks);
  model.stopTraining = state.stopped;
}
