/** @file What an initializer is: the first values of a weight, from its shape. */

import type { DType } from '../core/dtype.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { formatShape, sameShape } from '../core/shape.js';
import { outsideTrace } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { DeviceTensor } from '../runtime/device_tensor.js';

/**
 * Base of all initializers. A subclass computes its values with ops in `values`; layers ask for them with `call`.
 *
 * @example
 * class Halves extends initializers.Initializer {
 *   values(shape, dtype) {
 *     return ops.fill(shape, 0.5, dtype);
 *   }
 * }
 */
export abstract class Initializer {
  /** The values as a tensor of this shape and type. */
  protected abstract values(shape: readonly number[], dtype: DType): Tensor;

  /** The options that make an equal initializer. */
  getConfig(): Record<string, unknown> {
    return {};
  }

  /**
   * The values, on the current device. They are computed at once, even while a graph is traced.
   *
   * @throws ShapeError when `values` gives another shape.
   */
  call(shape: readonly number[], dtype: DType = 'float32'): DeviceTensor {
    const where = this.constructor.name;
    if (shape.some((size) => !Number.isInteger(size) || size < 0)) {
      throw new ValueError(`${where}: shape ${formatShape(shape)}: expected integers of at least 0`);
    }
    const result = outsideTrace(() => this.values(shape, dtype));
    if (!(result instanceof DeviceTensor)) throw new ValueError(`${where}: returned ${result}; expected a tensor made by ops`);
    if (!sameShape(result.shape, shape)) {
      throw new ShapeError(`${where}: returned shape ${formatShape(result.shape)}; expected ${formatShape(shape)}`);
    }
    return result;
  }
}

/** An initializer from a function of shape and type. */
export class FunctionInitializer extends Initializer {
  readonly #function: InitializerFunction;

  constructor(body: InitializerFunction) {
    super();
    this.#function = body;
  }

  protected values(shape: readonly number[], dtype: DType): Tensor {
    return this.#function(shape, dtype);
  }
}

export type InitializerFunction = (shape: readonly number[], dtype: DType) => Tensor;
