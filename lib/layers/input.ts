/** @file `input`: where a functional model begins. */

import { floatx } from '../core/config.js';
import { checkDType, type DType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import type { Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { Layer } from './layer.js';
import { checkShape } from './layer_options.js';
import { LayerNode } from './node.js';
// Ops on symbolic tensors become layers.
import './operation.js';

export interface InputOptions {
  /** Sizes without the batch; null for sizes that may vary. */
  readonly shape?: Shape;
  /** Sizes with the batch, instead of `shape`. */
  readonly batchShape?: Shape;
  /** `float32` unless `setFloatx` chose otherwise; data of other types is cast to it. */
  readonly dtype?: DType;
  readonly name?: string;
}

/** The start of a model: no weights, gives what the model is called with. */
export class InputLayer extends Layer {
  static override readonly optionNames = ['batchShape'];
  readonly batchShape: Shape;

  constructor(options: InputOptions & { readonly trainable?: boolean }) {
    const { shape, batchShape, ...rest } = options;
    super({ ...rest, dtype: options.dtype ?? floatx() });
    if ((shape === undefined) === (batchShape === undefined)) {
      throw new ValueError(
        `input: received ${shape === undefined ? 'neither shape nor batchShape' : 'both shape and batchShape'}; expected one of them`,
      );
    }
    this.batchShape = checkShape('input: shape', batchShape ?? [null, ...checkShape('input: shape', shape as Shape)]);
    this.built = true;
    this.inboundNodes.push(new LayerNode(this, [], undefined, { dtype: this.dtype, shape: this.batchShape }, this.name));
  }

  call(): Tensor {
    return this.output as Tensor;
  }
}

/**
 * A symbolic tensor to start a functional model with.
 *
 * @param options.shape - sizes without the batch, `[28, 28, 1]`; null for sizes that may vary
 * @throws ValueError for sizes that are not positive.
 * @example
 * const x = input({ shape: [28, 28, 1] });
 */
export function input(options: InputOptions): Tensor {
  checkOptions('input', options, ['shape', 'batchShape', 'dtype', 'name']);
  if (options.dtype !== undefined) checkDType('input', options.dtype);
  return new InputLayer(options).output as Tensor;
}
