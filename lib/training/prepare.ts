/** @file Data made ready for a model: built, checked against its inputs and targets, and the step traced for it. */

import { isFloat } from '../core/dtype.js';
import { DataError, located, ShapeError } from '../core/errors.js';
import { compatible, formatShape, type Shape } from '../core/shape.js';
import type { Samples } from '../data/batch.js';
import type { ValueType } from '../graph/graph.js';
import { Crossentropy, labelKind } from '../losses/crossentropy.js';
import { SparseCategoricalCrossentropy } from '../losses/index.js';
import type { Loss } from '../losses/loss.js';
import type { HostArray } from '../runtime/function.js';
import { type ClassWeight, withClassWeight } from './class_weight.js';
import type { Compiled, Phase } from './compiled.js';
import type { Trainer } from './trainer.js';

/** The types of all arrays of a step, in the order of the program's inputs. */
export const stepInputs = ({ x, y, sampleWeight }: Samples): HostArray[] => [...x, ...y, ...sampleWeight];

/**
 * Samples in the model's shapes for a training or test step. Builds the model, if its first data does that, and traces the step, so that
 * whatever does not fit is found here.
 *
 * @param where - the call, for errors
 * @param stepSize - samples in a step
 * @throws ShapeError, DataError and whatever layers, losses and metrics throw.
 */
export function prepareStep(
  where: string,
  model: Trainer,
  compiled: Compiled,
  samples: Samples,
  phase: Phase,
  stepSize: number,
  classWeight?: ClassWeight,
): Samples {
  const x = fitInputs(where, model, samples.x);
  checkTargetsGiven(where, compiled, samples);
  const ready = withClassWeight(where, { ...samples, x }, classWeight);
  const types = stepInputs(ready).map(({ dtype, shape }): ValueType => ({ dtype, shape: [stepSize, ...shape.slice(1)] }));
  inPlace(where, () => compiled.program(phase, types));
  ready.y.forEach((target, output) => {
    const name = ready.y.length === 1 ? 'y' : `y '${model.outputNames[output]}'`;
    checkNumbers(`${where}: ${name}`, target);
    checkLabels(`${where}: ${name}`, target, compiled.losses[output] ?? null, compiled.outputShapes[output] as Shape);
  });
  for (const weights of ready.sampleWeight) checkNumbers(`${where}: sampleWeight`, weights);
  return ready;
}

/** Samples in the model's shapes for `predict`. */
export function preparePredict(where: string, model: Trainer, samples: Samples, stepSize: number): Samples {
  const x = fitInputs(where, model, samples.x);
  const types = x.map(({ dtype, shape }): ValueType => ({ dtype, shape: [stepSize, ...shape.slice(1)] }));
  inPlace(where, () => model.predictStep.program(types));
  return { ...samples, x };
}

/** Runs `body`; its errors get the call in front. */
function inPlace<T>(where: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw located(where, error);
  }
}

/** Inputs in the model's shapes: a missing or extra trailing axis of 1 is adjusted, as in Keras. @throws ShapeError */
function fitInputs(where: string, model: Trainer, arrays: readonly HostArray[]): HostArray[] {
  if (!model.built) inPlace(where, () => model.buildFor(arrays.map(({ shape }) => [null, ...shape.slice(1)])));
  const expected = model.inputShapes();
  return arrays.map((array, i) => {
    const shape = expected[i];
    if (!shape) return array;
    const adjusted = adjustRank(array, shape);
    const fits = adjusted.shape.every((size, axis) => axis === 0 || compatible(size, shape[axis] as number | null));
    if (fits && adjusted.shape.length === shape.length) return adjusted;
    const name = arrays.length === 1 ? 'x' : `x '${model.inputNames[i]}'`;
    throw new ShapeError(
      `${where}: ${name} has shape ${formatShape(array.shape)}; model '${model.name}' expects ${formatShape(shape)}; reshape the data`,
    );
  });
}

function adjustRank(array: HostArray, expected: Shape): HostArray {
  const { shape } = array;
  if (shape.length === expected.length - 1 && expected.at(-1) === 1) return { ...array, shape: [...shape, 1] };
  if (shape.length === expected.length + 1 && shape.at(-1) === 1) return { ...array, shape: shape.slice(0, -1) };
  return array;
}

function checkTargetsGiven(where: string, compiled: Compiled, { y, sampleWeight }: Samples): void {
  if (y.length > 0) return;
  const needed = compiled.neededTargets;
  if (needed.length > 0) {
    throw new DataError(
      `${where}: y is missing; expected targets for ${needed.join(', ')}, since the model was compiled with a loss or metrics`,
    );
  }
  if (sampleWeight.length > 0) throw new DataError(`${where}: sampleWeight is given without y; expected both`);
}

/** @throws DataError when a value is NaN. */
function checkNumbers(where: string, { data, dtype }: HostArray): void {
  if (!isFloat(dtype)) return;
  for (let i = 0; i < data.length; i++) {
    if (Number.isNaN(data[i])) throw new DataError(`${where} holds NaN at element ${i}; expected numbers; clean the data`);
  }
}

/** @throws DataError when the loss takes class numbers, and one is outside [0, classes). */
function checkLabels(where: string, target: HostArray, loss: Loss | null, output: Shape): void {
  const isSparse =
    loss instanceof SparseCategoricalCrossentropy ||
    (loss instanceof Crossentropy && labelKind(target.shape, output) === 'sparse');
  const { axis, ignoreClass } = loss instanceof SparseCategoricalCrossentropy ? loss : { axis: -1, ignoreClass: null };
  const classes = output.at(axis);
  if (!isSparse || typeof classes !== 'number') return;
  const { data } = target;
  for (let i = 0; i < data.length; i++) {
    const label = data[i] as number;
    if ((label < 0 || label >= classes || !Number.isInteger(label)) && label !== ignoreClass) {
      throw new DataError(
        `${where} holds the label ${label} at element ${i}; expected integers in [0, ${classes}), ` +
          `since the model's output has ${classes} classes`,
      );
    }
  }
}
