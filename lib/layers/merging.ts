/** @file Layers that join several tensors into one. */

import { ShapeError, ValueError } from '../core/errors.js';
import { broadcastShapes, compatible, type Dimension, formatShape, normalizeAxis, type Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { add as addOp, div, maximum as maximumOp, minimum as minimumOp, mul, sub } from '../ops/binary.js';
import { concat } from '../ops/concat.js';
import { matMul } from '../ops/matmul.js';
import { l2Normalize } from '../ops/normalization.js';
import { expandDims, reshape, squeeze } from '../ops/reshape.js';
import { moveAxis } from '../ops/transpose.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';
import type { LayerInput } from './structure.js';

/** The family's base: elementwise, after missing axes are put behind the batch. */
abstract class Merge extends Layer {
  /** How many inputs; at least one when undefined. */
  protected readonly inputCount: number | undefined;

  constructor(options: LayerOptions = {}, inputCount?: number) {
    super(options);
    this.inputCount = inputCount;
  }

  protected abstract merge(inputs: readonly Tensor[]): Tensor;

  override call(inputs: LayerInput): Tensor {
    return this.merge(this.aligned(this.checked(inputs)));
  }

  protected checked(inputs: LayerInput): Tensor[] {
    const expected = this.inputCount === undefined ? 'a list of tensors' : `a list of ${this.inputCount} tensors`;
    if (!Array.isArray(inputs) || inputs.length === 0 || (this.inputCount !== undefined && inputs.length !== this.inputCount)) {
      const received = Array.isArray(inputs) ? `a list of ${inputs.length}` : 'a tensor';
      throw new ValueError(`received ${received}; expected ${expected}: apply([a, b])`);
    }
    return inputs.map((input: Tensor) => castTo(input, this.computeDtype));
  }

  /** Inputs of one rank: missing axes stand after the batch (keras/src/layers/merging/base_merge.py). */
  protected aligned(inputs: readonly Tensor[]): Tensor[] {
    const rank = Math.max(...inputs.map((input) => input.rank));
    const result = inputs.map((input) => {
      let tensor = input;
      while (tensor.rank < rank) tensor = expandDims(tensor, 1);
      return tensor;
    });
    const shapes = inputs.map(({ shape }) => formatShape(shape)).join(' and ');
    const [first, ...others] = result.map(({ shape }) => shape) as [Shape, ...Shape[]];
    if (others.some((shape) => !compatible(shape[0] as Dimension, first[0] as Dimension))) {
      throw new ShapeError(`the batch sizes differ: received ${shapes}; expected one batch size`);
    }
    try {
      others.reduce((joint, shape) => broadcastShapes('', joint, shape), first);
    } catch {
      throw new ShapeError(`the shapes do not fit together: received ${shapes}; expected equal sizes or 1`);
    }
    return result;
  }
}

/** See {@link add}. */
export class Add extends Merge {
  protected merge(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((sum, input) => addOp(sum, input));
  }
}

/** See {@link subtract}. */
export class Subtract extends Merge {
  constructor(options: LayerOptions = {}) {
    super(options, 2);
  }

  protected merge([a, b]: readonly Tensor[]): Tensor {
    return sub(a as Tensor, b as Tensor);
  }
}

/** See {@link multiply}. */
export class Multiply extends Merge {
  protected merge(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((product, input) => mul(product, input));
  }
}

/** See {@link average}. */
export class Average extends Merge {
  protected merge(inputs: readonly Tensor[]): Tensor {
    return div(
      inputs.reduce((sum, input) => addOp(sum, input)),
      inputs.length,
    );
  }
}

/** See {@link maximum}. */
export class Maximum extends Merge {
  protected merge(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((largest, input) => maximumOp(largest, input));
  }
}

/** See {@link minimum}. */
export class Minimum extends Merge {
  protected merge(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((smallest, input) => minimumOp(smallest, input));
  }
}

export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which the inputs stand one after another; default -1. */
  readonly axis?: number;
}

/** See {@link concatenate}. */
export class Concatenate extends Merge {
  static override readonly optionNames = ['axis'];
  readonly axis: number;

  constructor(options: ConcatenateOptions = {}) {
    super(options);
    this.axis = options.axis ?? -1;
  }

  protected override aligned(inputs: readonly Tensor[]): Tensor[] {
    const [first, ...others] = inputs.map(({ shape }) => shape) as [Shape, ...Shape[]];
    const axis = normalizeAxis('axis', this.axis, first.length);
    const fits = (shape: Shape): boolean =>
      shape.length === first.length && shape.every((size, i) => i === axis || compatible(size, first[i] as Dimension));
    if (!others.every(fits)) {
      const shapes = inputs.map(({ shape }) => formatShape(shape)).join(' and ');
      throw new ShapeError(`the shapes differ beside axis ${axis}: received ${shapes}; expected equal sizes on all other axes`);
    }
    return [...inputs];
  }

  protected merge(inputs: readonly Tensor[]): Tensor {
    return concat(inputs, this.axis);
  }
}

export interface DotOptions extends LayerOptions {
  /** The axis that is summed over, for both inputs or one for each; not the batch. */
  readonly axes: number | readonly number[];
  /** Whether both inputs are divided by their norm along it first: the cosine of the angle. Default false. */
  readonly normalize?: boolean;
}

/** See {@link dot}. */
export class Dot extends Merge {
  static override readonly optionNames = ['axes', 'normalize'];
  readonly axes: number | readonly number[];
  readonly normalize: boolean;

  constructor(options: DotOptions) {
    super(options, 2);
    const { axes } = options;
    if (![axes].flat().every(Number.isInteger) || (Array.isArray(axes) && axes.length !== 2)) {
      throw new ValueError(`Dot: axes is ${JSON.stringify(axes)}; expected an axis, or one for each of the two inputs`);
    }
    this.axes = axes;
    this.normalize = options.normalize ?? false;
  }

  protected override aligned(inputs: readonly Tensor[]): Tensor[] {
    return [...inputs];
  }

  protected merge(inputs: readonly Tensor[]): Tensor {
    const [a, b] = inputs as [Tensor, Tensor];
    const axes = [a, b].map((input, i) =>
      normalizeAxis('axes', typeof this.axes === 'number' ? this.axes : (this.axes[i] as number), input.rank),
    );
    const [axisA, axisB] = axes as [number, number];
    if (axisA === 0 || axisB === 0)
      throw new ValueError(`axes is ${JSON.stringify(this.axes)}; expected axes other than the batch`);
    if (!compatible(a.shape[axisA] as Dimension, b.shape[axisB] as Dimension)) {
      throw new ShapeError(
        `the sizes that are summed over differ: ${a.shape[axisA]} on axis ${axisA} of ${formatShape(a.shape)}, ` +
          `${b.shape[axisB]} on axis ${axisB} of ${formatShape(b.shape)}; expected equal sizes`,
      );
    }
    const unit = (x: Tensor, axis: number): Tensor => (this.normalize ? l2Normalize(x, axis) : x);
    return batchDot(moveAxis(unit(a, axisA), axisA, -1), moveAxis(unit(b, axisB), axisB, 1));
  }
}

/** `[batch, ...A, k]` times `[batch, k, ...B]` as `[batch, ...A, ...B]`, at least two axes. */
function batchDot(a: Tensor, b: Tensor): Tensor {
  const [batch, ...rest] = a.shape;
  const rows = rest.slice(0, -1);
  const columns = b.shape.slice(2);
  const inner = rest.at(-1) as Dimension;
  const left = a.rank === 3 ? a : reshape(a, [batch as Dimension, a.rank === 2 ? 1 : null, inner]);
  const right = b.rank === 3 ? b : reshape(b, [batch as Dimension, b.shape[1] as Dimension, b.rank === 2 ? 1 : null]);
  const product = matMul(left, right);
  if (a.rank === 2 && b.rank === 2) return squeeze(product, 1);
  return reshape(product, [batch as Dimension, ...rows, ...columns]);
}

/**
 * The sum of all inputs, which broadcast; missing axes are put after the batch.
 *
 * @throws ValueError unless it is applied to a list, ShapeError when the shapes do not fit together.
 * @see https://keras.io/api/layers/merging_layers/add
 * @example
 * const y = add().apply([x, shortcut]);
 */
export const add = (options: LayerOptions = {}): Add => new Add(options);

/** The first of two inputs minus the second. @throws as `add`. */
export const subtract = (options: LayerOptions = {}): Subtract => new Subtract(options);

/** The product of all inputs, elementwise. @throws as `add`. */
export const multiply = (options: LayerOptions = {}): Multiply => new Multiply(options);

/** The mean of all inputs, elementwise. @throws as `add`. */
export const average = (options: LayerOptions = {}): Average => new Average(options);

/** The largest of all inputs, elementwise. @throws as `add`. */
export const maximum = (options: LayerOptions = {}): Maximum => new Maximum(options);

/** The smallest of all inputs, elementwise. @throws as `add`. */
export const minimum = (options: LayerOptions = {}): Minimum => new Minimum(options);

/**
 * All inputs one after another along `axis`.
 *
 * @throws ShapeError when other axes differ.
 * @see https://keras.io/api/layers/merging_layers/concatenate
 * @example
 * const y = concatenate().apply([left, right]);
 */
export const concatenate = (options: ConcatenateOptions = {}): Concatenate => new Concatenate(options);

/**
 * Products of two inputs summed over an axis of each, for each sample.
 *
 * @throws ShapeError when the sizes of the axes differ.
 * @see https://keras.io/api/layers/merging_layers/dot
 * @example
 * const similarity = dot({ axes: 1, normalize: true }).apply([a, b]);
 */
export const dot = (options: DotOptions): Dot => new Dot(options);
