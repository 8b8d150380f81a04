/** @file Targets and predictions of one type and shape, as Keras makes them. */

import { wideDType } from '../core/dtype.js';
import { ShapeError } from '../core/errors.js';
import { formatShape, sameShape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { expandDims, squeeze } from '../ops/reshape.js';

export interface Pair {
  readonly yTrue: Tensor;
  readonly yPred: Tensor;
}

/** Predictions as floats of at least 32 bits: losses and metrics of models that compute in 16 bits are taken in float32. */
export const floats = (yPred: Tensor): Tensor => castTo(yPred, wideDType(yPred.dtype));

/**
 * Where the ranks differ by one and the larger tensor ends in a 1, that 1 is dropped; a vector beside a column gets a 1 instead, unless
 * `expandVectors` is false.
 */
export function matchRanks(a: Tensor, b: Tensor, expandVectors = true): [Tensor, Tensor] {
  if (a.rank === b.rank + 1 && a.shape.at(-1) === 1) {
    return b.rank === 1 && expandVectors ? [a, expandDims(b, -1)] : [squeeze(a, -1), b];
  }
  if (b.rank === a.rank + 1 && b.shape.at(-1) === 1) {
    return a.rank === 1 && expandVectors ? [expandDims(a, -1), b] : [a, squeeze(b, -1)];
  }
  return [a, b];
}

/**
 * Targets and predictions of equal shape and type.
 *
 * @throws ShapeError when they differ by more than a trailing 1.
 */
export function matchPair(where: string, yTrue: Tensor, yPred: Tensor): Pair {
  const predictions = floats(yPred);
  const [left, right] = matchRanks(castTo(yTrue, predictions.dtype), predictions);
  if (sameShape(left.shape, right.shape)) return { yTrue: left, yPred: right };
  const sparse = yTrue.rank === yPred.rank - 1 || (yTrue.rank === yPred.rank && yTrue.shape.at(-1) === 1);
  const hint =
    sparse && where.startsWith('categorical') ? '; for labels that are class numbers use sparseCategoricalCrossentropy' : '';
  throw new ShapeError(
    `${where}: yTrue ${formatShape(yTrue.shape)} does not fit yPred ${formatShape(yPred.shape)}; expected equal shapes${hint}`,
  );
}

/**
 * Class numbers as int32 without a trailing 1.
 *
 * @throws ShapeError unless their shape is that of the predictions without its last axis.
 */
export function matchLabels(where: string, yTrue: Tensor, yPred: Tensor): Pair {
  const predictions = floats(yPred);
  const labels = castTo(yTrue.rank === yPred.rank && yTrue.shape.at(-1) === 1 ? squeeze(yTrue, -1) : yTrue, 'int32');
  if (sameShape(labels.shape, yPred.shape.slice(0, -1))) return { yTrue: labels, yPred: predictions };
  const oneHot = sameShape(yTrue.shape, yPred.shape)
    ? '; for one-hot labels use categoricalCrossentropy or categoricalAccuracy'
    : '';
  throw new ShapeError(
    `${where}: yTrue ${formatShape(yTrue.shape)} does not fit yPred ${formatShape(yPred.shape)}; ` +
      `expected class numbers of shape ${formatShape(yPred.shape.slice(0, -1))}${oneHot}`,
  );
}
