/** @file Activations with options of their own. */

import { ValueError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { prelu } from '../ops/activations.js';
import { castTo } from '../ops/apply.js';
import { greater, maximum, minimum, mul, sub } from '../ops/binary.js';
import { elu, leakyRelu, relu } from '../ops/rectifiers.js';
import { softmax as softmaxOp } from '../ops/softmax.js';
import type { Variable } from '../runtime/variable.js';
import { numberIn } from './check.js';
import { knownSize } from './input_spec.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';
import { addFamilyWeight, familyNames, keepFamily, type WeightFamily } from './weight_family.js';

const infinity = Number.POSITIVE_INFINITY;

export interface ReLUOptions extends LayerOptions {
  /** Largest value of the result, at least 0; null (default) for no limit. */
  readonly maxValue?: number | null;
  /** Slope below the threshold, at least 0; default 0. */
  readonly negativeSlope?: number;
  /** Values up to it count as inactive, at least 0; default 0. */
  readonly threshold?: number;
}

/** See {@link reLU}. */
export class ReLU extends Layer {
  static override readonly optionNames = ['maxValue', 'negativeSlope', 'threshold'];
  readonly maxValue: number | null;
  readonly negativeSlope: number;
  readonly threshold: number;

  constructor(options: ReLUOptions = {}) {
    super(options);
    this.maxValue = options.maxValue == null ? null : numberIn('ReLU', 'maxValue', options.maxValue, 0, infinity);
    this.negativeSlope = numberIn('ReLU', 'negativeSlope', options.negativeSlope ?? 0, 0, infinity);
    this.threshold = numberIn('ReLU', 'threshold', options.threshold ?? 0, 0, infinity);
  }

  override call(input: Tensor): Tensor {
    const x = castTo(input, this.computeDtype);
    const { maxValue, negativeSlope, threshold } = this;
    if (threshold === 0 && maxValue === null) return negativeSlope === 0 ? relu(x) : leakyRelu(x, negativeSlope);
    const active = threshold === 0 ? relu(x) : mul(x, castTo(greater(x, threshold), this.computeDtype));
    const limited = maxValue === null ? active : minimum(maximum(active, 0), maxValue);
    return negativeSlope === 0 ? limited : sub(limited, mul(relu(sub(threshold, x)), negativeSlope));
  }
}

export interface LeakyReLUOptions extends LayerOptions {
  /** Slope below 0, at least 0; default 0.3. */
  readonly negativeSlope?: number;
}

/** See {@link leakyReLU}. */
export class LeakyReLU extends Layer {
  static override readonly optionNames = ['negativeSlope'];
  readonly negativeSlope: number;

  constructor(options: LeakyReLUOptions = {}) {
    super(options);
    this.negativeSlope = numberIn('LeakyReLU', 'negativeSlope', options.negativeSlope ?? 0.3, 0, infinity);
  }

  override call(x: Tensor): Tensor {
    return leakyRelu(castTo(x, this.computeDtype), this.negativeSlope);
  }
}

export interface PReLUOptions extends LayerOptions, WeightFamily<'alpha'> {
  /** Axes along which all elements share a slope: `[1, 2]` for one slope a channel of an image. */
  readonly sharedAxes?: readonly number[] | null;
}

/** See {@link pReLU}. */
export class PReLU extends Layer {
  static override readonly optionNames = [...familyNames('alpha'), 'sharedAxes'];
  readonly sharedAxes: readonly number[] | null;
  alpha: Variable | null = null;

  constructor(options: PReLUOptions = {}) {
    super(options);
    this.sharedAxes = options.sharedAxes ?? null;
    if (this.sharedAxes?.some((axis) => !Number.isInteger(axis) || axis < 1)) {
      throw new ValueError(
        `PReLU: sharedAxes is [${this.sharedAxes.join(', ')}]; expected axes counted from 1, the first after the batch`,
      );
    }
    keepFamily(this, 'alpha', options, 'zeros');
  }

  override build(inputShape: Shape): void {
    const shape = inputShape
      .slice(1)
      .map((_, i) => (this.sharedAxes?.includes(i + 1) ? 1 : knownSize(inputShape, i + 1, 'size of an axis')));
    this.alpha = addFamilyWeight(this, 'alpha', shape);
    const axes = Object.fromEntries(shape.flatMap((size, i) => (size === 1 ? [] : [[i + 1, size]])));
    this.inputSpec = [{ rank: inputShape.length, axes }];
  }

  override call(x: Tensor): Tensor {
    return prelu(castTo(x, this.computeDtype), this.alpha as Variable);
  }
}

export interface ELUOptions extends LayerOptions {
  /** Limit below 0 is `-alpha`; default 1. */
  readonly alpha?: number;
}

/** See {@link eLU}. */
export class ELU extends Layer {
  static override readonly optionNames = ['alpha'];
  readonly alpha: number;

  constructor(options: ELUOptions = {}) {
    super(options);
    this.alpha = options.alpha ?? 1;
  }

  override call(x: Tensor): Tensor {
    return elu(castTo(x, this.computeDtype), this.alpha);
  }
}

export interface SoftmaxOptions extends LayerOptions {
  /** The axis or axes whose elements sum to 1; default -1. */
  readonly axis?: number | readonly number[];
}

/** See {@link softmax}. */
export class Softmax extends Layer {
  static override readonly optionNames = ['axis'];
  readonly axis: number | readonly number[];

  constructor(options: SoftmaxOptions = {}) {
    super(options);
    this.axis = options.axis ?? -1;
  }

  override call(x: Tensor): Tensor {
    return softmaxOp(castTo(x, this.computeDtype), this.axis);
  }
}

/**
 * Rectifier: `x` where it is above `threshold` (at most `maxValue`), else `negativeSlope * (x - threshold)`; with the defaults `max(x, 0)`.
 *
 * @throws ValueError for negative options.
 * @see https://keras.io/api/layers/activation_layers/relu
 * @example
 * const y = reLU({ maxValue: 6 }).apply(x);
 */
export const reLU = (options: ReLUOptions = {}): ReLU => new ReLU(options);

/**
 * `x >= 0 ? x : negativeSlope * x`, with a slope of 0.3 by default (the activation 'leakyRelu' has 0.2).
 *
 * @throws ValueError for a negative slope.
 * @see https://keras.io/api/layers/activation_layers/leaky_relu
 * @example
 * const y = leakyReLU({ negativeSlope: 0.1 }).apply(x);
 */
export const leakyReLU = (options: LeakyReLUOptions = {}): LeakyReLU => new LeakyReLU(options);

/**
 * `x >= 0 ? x : alpha * x` with trained slopes (`alphaInitializer` is `zeros` by default). Weight: `alpha`, in the shape of a sample, with
 * size 1 along `sharedAxes`.
 *
 * @throws ValueError for shared axes below 1, ShapeError when a size that is not shared is unknown.
 * @see He et al. 2015, https://arxiv.org/abs/1502.01852
 * @example
 * const y = pReLU({ sharedAxes: [1, 2] }).apply(maps);
 */
export const pReLU = (options: PReLUOptions = {}): PReLU => new PReLU(options);

/** `x > 0 ? x : alpha * (exp(x) - 1)` (Clevert et al. 2015). */
export const eLU = (options: ELUOptions = {}): ELU => new ELU(options);

/** `exp(x) / sum(exp(x))` over `axis`. */
export const softmax = (options: SoftmaxOptions = {}): Softmax => new Softmax(options);
