/** @file Layers that only move elements: reshape, permute, repeat. */

import { ShapeError, ValueError } from '../core/errors.js';
import { type Dimension, formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { broadcastTo } from '../ops/broadcast.js';
import { expandDims, reshape as reshapeOp } from '../ops/reshape.js';
import { transpose } from '../ops/transpose.js';
import { positiveInteger } from './check.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

export interface ReshapeOptions extends LayerOptions {
  /** The new shape without the batch; one size may be -1 and is computed. */
  readonly targetShape: readonly number[];
}

/** See {@link reshape}. */
export class Reshape extends Layer {
  static override readonly optionNames = ['targetShape'];
  readonly targetShape: readonly number[];

  constructor(options: ReshapeOptions) {
    super(options);
    const { targetShape } = options;
    const valid = Array.isArray(targetShape) && targetShape.every((size) => Number.isInteger(size) && (size > 0 || size === -1));
    if (!valid || targetShape.filter((size) => size === -1).length > 1) {
      throw new ValueError(
        `Reshape: targetShape is ${JSON.stringify(targetShape)}; expected positive integers and at most one -1`,
      );
    }
    this.targetShape = targetShape;
  }

  override call(x: Tensor): Tensor {
    return reshapeOp(x, [x.shape[0] ?? null, ...this.#resolve(x.shape.slice(1))]);
  }

  /** The target with -1 computed, where the sample's sizes are known. */
  #resolve(sample: Shape): Dimension[] {
    const total = sizeOf(sample);
    const known = this.targetShape.reduce((product, size) => (size === -1 ? product : product * size), 1);
    if (total === null) return this.targetShape.map((size) => (size === -1 ? null : size));
    if (this.targetShape.includes(-1) ? total % known !== 0 : total !== known) {
      throw new ShapeError(
        `${total} elements of a sample ${formatShape(sample)} do not fit targetShape ${formatShape(this.targetShape)}`,
      );
    }
    return this.targetShape.map((size) => (size === -1 ? total / known : size));
  }
}

export interface PermuteOptions extends LayerOptions {
  /** The new order of the axes, counted from 1: the batch stays first. */
  readonly dims: readonly number[];
}

/** See {@link permute}. */
export class Permute extends Layer {
  static override readonly optionNames = ['dims'];
  readonly dims: readonly number[];

  constructor(options: PermuteOptions) {
    super(options);
    const { dims } = options;
    const expected = Array.isArray(dims) ? dims.map((_, i) => i + 1) : [];
    if (!Array.isArray(dims) || expected.some((axis) => !dims.includes(axis))) {
      throw new ValueError(`Permute: dims is ${JSON.stringify(dims)}; expected each axis from 1 to the number of axes once`);
    }
    this.dims = dims;
    this.inputSpec = [{ rank: dims.length + 1 }];
  }

  override call(x: Tensor): Tensor {
    return transpose(x, [0, ...this.dims]);
  }
}

export interface RepeatVectorOptions extends LayerOptions {
  /** How often, at least 1. */
  readonly n: number;
}

/** See {@link repeatVector}. */
export class RepeatVector extends Layer {
  static override readonly optionNames = ['n'];
  readonly n: number;

  constructor(options: RepeatVectorOptions) {
    super(options);
    this.n = positiveInteger('RepeatVector', 'n', options.n);
    this.inputSpec = [{ rank: 2, dimensions: ['batch', 'features'] }];
  }

  override call(x: Tensor): Tensor {
    return broadcastTo(expandDims(x, 1), [x.shape[0] as Dimension, this.n, x.shape[1] as Dimension]);
  }
}

/**
 * The same elements in another shape: `[batch, ...]` to `[batch, ...targetShape]`.
 *
 * @throws ValueError for sizes that are neither positive nor -1, ShapeError when the number of elements differs.
 * @see https://keras.io/api/layers/reshaping_layers/reshape
 * @example
 * const images = reshape({ targetShape: [28, 28, 1] }).apply(rows);
 */
export const reshape = (options: ReshapeOptions): Reshape => new Reshape(options);

/**
 * Axes in another order: `dims` `[2, 1]` exchanges the two axes after the batch.
 *
 * @throws ValueError unless `dims` names each axis from 1 once.
 * @see https://keras.io/api/layers/reshaping_layers/permute
 * @example
 * const transposed = permute({ dims: [2, 1] }).apply(x);
 */
export const permute = (options: PermuteOptions): Permute => new Permute(options);

/** Each sample `n` times: `[batch, features]` to `[batch, n, features]`. */
export const repeatVector = (options: RepeatVectorOptions): RepeatVector => new RepeatVector(options);
