/** @file An optimizer's state: iteration count, learning rate and slots, in Keras's order. */

import { type TypedArray, typedArray } from '../core/dtype.js';
import { sameShape } from '../core/shape.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Variable } from '../runtime/variable.js';
import type { Hdf5Array } from './hdf5_contents.js';
import type { Restoration } from './restore.js';

/** The values of `optimizer.variables`; the learning rate as the host knows it, which the device learns with the next step. */
export function optimizerValues(optimizer: Optimizer): Promise<TypedArray>[] {
  return optimizer.variables.map((variable) =>
    optimizer.isLearningRate(variable) ? Promise.resolve(typedArray(variable.dtype, [optimizer.learningRate])) : variable.data(),
  );
}

/**
 * Restores an optimizer with the model's variables. As in Keras, a state of another optimizer is left out with a warning.
 *
 * @param trained - the weights that it trains, in case it is not built
 */
export function restoreOptimizer(
  where: string,
  optimizer: Optimizer,
  trained: readonly Variable[],
  arrays: readonly Hdf5Array[],
  restoration: Restoration,
): void {
  if (trained.length === 0 || arrays.length === 0) return;
  optimizer.build(trained);
  const { variables } = optimizer;
  const fits =
    variables.length === arrays.length &&
    variables.every((variable, i) => sameShape(variable.shape, (arrays[i] as Hdf5Array).shape));
  if (fits) {
    restoration.afterwards(() => optimizer.restore(arrays.map(({ data }) => data)));
    return;
  }
  process.emitWarning(
    `${where}: the file holds ${arrays.length} variables of an optimizer that do not fit '${optimizer.name}', which has ` +
      `${variables.length}; the optimizer keeps its state`,
  );
}
