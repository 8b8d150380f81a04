/** @file Normalisations of each sample by itself: over axes, groups of channels, or to unit length. */

import { wideDType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { type Dimension, formatShape, normalizeAxes, normalizeAxis, type Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { add, mul } from '../ops/binary.js';
import { l2Normalize, layerNorm } from '../ops/normalization.js';
import { mean } from '../ops/reduce.js';
import { reshape } from '../ops/reshape.js';
import { rsqrt, square } from '../ops/unary.js';
import type { Variable } from '../runtime/variable.js';
import { numberIn } from './check.js';
import { knownSize } from './input_spec.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';
import { ScaleLayer, type ScaleOptions } from './scale_layer.js';

type AxisOption = number | readonly number[];

/** `weight` in the type of `x` and a shape that broadcasts against it, the weight's axes being `axes`. */
function alongAxes(weight: Variable | null, axes: readonly number[], x: Tensor): Tensor | null {
  if (weight === null) return null;
  const typed = castTo(weight, x.dtype);
  if (axes[0] === x.rank - axes.length) return typed;
  const shape = new Array<number>(x.rank).fill(1);
  axes.forEach((axis, i) => {
    shape[axis] = weight.shape[i] as number;
  });
  return reshape(typed, shape);
}

export interface LayerNormalizationOptions extends ScaleOptions {
  /** The axis or axes that mean and variance are taken over; default -1. */
  readonly axis?: AxisOption;
}

/** See {@link layerNormalization}. */
export class LayerNormalization extends ScaleLayer {
  static override readonly optionNames: readonly string[] = ['axis'];
  protected override autocast = false;
  readonly axis: AxisOption;

  constructor(options: LayerNormalizationOptions = {}) {
    super(options);
    this.axis = options.axis ?? -1;
  }

  override build(inputShape: Shape): void {
    const axes = normalizeAxes('axis', this.axis, inputShape.length);
    this.addScale(axes.map((axis) => knownSize(inputShape, axis, 'size of a normalised axis')));
  }

  override call(input: Tensor): Tensor {
    const x = this.widened(input);
    const axes = normalizeAxes('axis', this.axis, x.rank);
    const [gamma, beta] = [alongAxes(this.gamma, axes, x), alongAxes(this.beta, axes, x)];
    return castTo(layerNorm(x, { axis: axes, gamma, beta, epsilon: this.epsilon }), this.computeDtype);
  }
}

export interface GroupNormalizationOptions extends ScaleOptions {
  /** Number of groups, which divides the channels; -1 for one channel a group. Default 32. */
  readonly groups?: number;
  /** The axis of the channels; default -1. */
  readonly axis?: number;
}

/** See {@link groupNormalization}. */
export class GroupNormalization extends ScaleLayer {
  static override readonly optionNames: readonly string[] = ['groups', 'axis'];
  protected override autocast = false;
  readonly groups: number;
  readonly axis: number;

  constructor(options: GroupNormalizationOptions = {}) {
    super(options);
    this.groups = options.groups ?? 32;
    if (!Number.isInteger(this.groups) || (this.groups < 1 && this.groups !== -1)) {
      throw new ValueError(
        `GroupNormalization: groups is ${this.groups}; expected an integer of at least 1, or -1 for one channel a group`,
      );
    }
    this.axis = options.axis ?? -1;
  }

  override build(inputShape: Shape): void {
    const axis = normalizeAxis('axis', this.axis, inputShape.length);
    const channels = knownSize(inputShape, axis, 'number of channels');
    if (channels % (this.groups === -1 ? 1 : this.groups) !== 0) {
      throw new ValueError(`${channels} channels do not divide into ${this.groups} groups, received ${formatShape(inputShape)}`);
    }
    this.inputSpec = [{ rank: inputShape.length, axes: { [axis]: channels } }];
    this.addScale([channels]);
  }

  override call(input: Tensor): Tensor {
    const x = this.widened(input);
    const axis = normalizeAxis('axis', this.axis, x.rank);
    const channels = x.shape[axis] as number;
    const groups = this.groups === -1 ? channels : this.groups;
    const apart = (shape: Shape): Dimension[] => [...shape.slice(0, axis), groups, channels / groups, ...shape.slice(axis + 1)];
    const vector = (weight: Variable | null): Tensor | null =>
      weight && reshape(castTo(weight, x.dtype), apart(x.shape.map((_, i) => (i === axis ? channels : 1))));
    const axes = Array.from({ length: x.rank }, (_, i) => i + 1).filter((i) => i !== axis);
    const y = layerNorm(reshape(x, apart(x.shape)), {
      axis: axes,
      gamma: vector(this.gamma),
      beta: vector(this.beta),
      epsilon: this.epsilon,
    });
    return castTo(reshape(y, x.shape), this.computeDtype);
  }
}

export interface RmsNormalizationOptions extends LayerOptions {
  /** The normalised axis; default -1. */
  readonly axis?: number;
  /** Added to the mean square; default 1e-6. */
  readonly epsilon?: number;
}

/** See {@link rmsNormalization}. */
export class RMSNormalization extends Layer {
  static override readonly optionNames = ['axis', 'epsilon'];
  readonly axis: number;
  readonly epsilon: number;
  scale: Variable | null = null;

  constructor(options: RmsNormalizationOptions = {}) {
    super(options);
    this.axis = options.axis ?? -1;
    this.epsilon = numberIn('RMSNormalization', 'epsilon', options.epsilon ?? 1e-6, 0, Number.POSITIVE_INFINITY);
  }

  override build(inputShape: Shape): void {
    const axis = normalizeAxis('axis', this.axis, inputShape.length);
    this.scale = this.addWeight({
      name: 'scale',
      shape: [knownSize(inputShape, axis, 'size of the normalised axis')],
      initializer: 'ones',
    });
  }

  override call(input: Tensor): Tensor {
    const x = castTo(input, wideDType(this.computeDtype));
    const axis = normalizeAxis('axis', this.axis, x.rank);
    const root = rsqrt(add(mean(square(x), axis, { keepDims: true }), this.epsilon));
    return castTo(mul(mul(x, root), alongAxes(this.scale, [axis], x) as Tensor), this.computeDtype);
  }
}

export interface UnitNormalizationOptions extends LayerOptions {
  /** The axis or axes that the norm is taken over; default -1. */
  readonly axis?: AxisOption;
}

/** See {@link unitNormalization}. */
export class UnitNormalization extends Layer {
  static override readonly optionNames = ['axis'];
  readonly axis: AxisOption;

  constructor(options: UnitNormalizationOptions = {}) {
    super(options);
    this.axis = options.axis ?? -1;
  }

  override call(x: Tensor): Tensor {
    return l2Normalize(castTo(x, this.computeDtype), this.axis);
  }
}

/**
 * Layer normalisation: `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, mean and variance over `axis` of each sample.
 *
 * Input and output have the same shape. Weights: `gamma`, `beta`, in the shape of the normalised axes.
 *
 * @throws ValueError for an axis out of range, ShapeError when a normalised size is not known.
 * @see Ba et al. 2016, https://arxiv.org/abs/1607.06450
 * @example
 * const y = layerNormalization().apply(x);
 */
export const layerNormalization = (options: LayerNormalizationOptions = {}): LayerNormalization =>
  new LayerNormalization(options);

/**
 * Group normalisation: mean and variance over each group of channels of each sample.
 *
 * Input and output `[batch, ..., channels]`. Weights: `gamma`, `beta`, each `[channels]`.
 *
 * @throws ValueError when the groups do not divide the channels.
 * @see Wu and He 2018, https://arxiv.org/abs/1803.08494
 * @example
 * const y = groupNormalization({ groups: 8 }).apply(maps);
 */
export const groupNormalization = (options: GroupNormalizationOptions = {}): GroupNormalization =>
  new GroupNormalization(options);

/** `scale * x / sqrt(mean(x^2) + epsilon)` over one axis (Zhang and Sennrich 2019). Weight: `scale`, of the size of that axis. */
export const rmsNormalization = (options: RmsNormalizationOptions = {}): RMSNormalization => new RMSNormalization(options);

/** `x` divided by its Euclidean norm over `axis`: each sample gets the length 1. */
export const unitNormalization = (options: UnitNormalizationOptions = {}): UnitNormalization => new UnitNormalization(options);
