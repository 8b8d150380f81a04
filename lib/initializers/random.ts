/** @file Random initializers: uniform, normal, truncated normal. */

import { type DType, type FloatDType, isFloat } from '../core/dtype.js';
import { DTypeError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import type { Tensor } from '../graph/tensor.js';
import { randomNormal, randomUniform, truncatedNormal } from '../ops/random.js';
import { drawSeed, SeedGenerator } from '../ops/seed_generator.js';
import { Initializer } from './initializer.js';

/** Options of every random initializer. */
export interface RandomInitializerOptions {
  /**
   * An integer, or a generator that gives new values at each call. By default one integer is drawn when the initializer is made, so that
   * one initializer given to two layers makes equal weights.
   */
  readonly seed?: number | SeedGenerator | null;
}

/** Base of the random initializers. */
export abstract class RandomInitializer extends Initializer {
  protected readonly seed: number | SeedGenerator;
  readonly #given: number | null;

  constructor(where: string, options: RandomInitializerOptions, own: readonly string[]) {
    super();
    checkOptions(where, options, ['seed', ...own]);
    const { seed = null } = options;
    if (seed !== null && !(seed instanceof SeedGenerator) && !Number.isInteger(seed)) {
      throw new ValueError(`${where}: seed ${seed}; expected an integer or a SeedGenerator`);
    }
    this.seed = seed ?? drawSeed();
    this.#given = typeof seed === 'number' ? seed : null;
  }

  protected abstract draw(shape: readonly number[], dtype: FloatDType): Tensor;

  protected values(shape: readonly number[], dtype: DType): Tensor {
    if (isFloat(dtype)) return this.draw(shape, dtype);
    throw new DTypeError(`${this.constructor.name}: random values of ${dtype}; expected a float type`);
  }

  override getConfig(): Record<string, unknown> {
    return { seed: this.#given };
  }
}

export interface RandomUniformOptions extends RandomInitializerOptions {
  /** Default -0.05. */
  readonly minval?: number;
  /** Default 0.05. */
  readonly maxval?: number;
}

/** Uniform in [minval, maxval). */
export class RandomUniform extends RandomInitializer {
  readonly minval: number;
  readonly maxval: number;

  constructor(options: RandomUniformOptions = {}) {
    super('randomUniform', options, ['minval', 'maxval']);
    this.minval = options.minval ?? -0.05;
    this.maxval = options.maxval ?? 0.05;
  }

  protected draw(shape: readonly number[], dtype: FloatDType): Tensor {
    return randomUniform(shape, { min: this.minval, max: this.maxval, dtype, seed: this.seed });
  }

  override getConfig(): Record<string, unknown> {
    return { minval: this.minval, maxval: this.maxval, ...super.getConfig() };
  }
}

export interface RandomNormalOptions extends RandomInitializerOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation; default 0.05. */
  readonly stddev?: number;
}

/** Normal with this mean and deviation. */
export class RandomNormal extends RandomInitializer {
  readonly mean: number;
  readonly stddev: number;

  constructor(options: RandomNormalOptions = {}) {
    super('randomNormal', options, ['mean', 'stddev']);
    this.mean = options.mean ?? 0;
    this.stddev = options.stddev ?? 0.05;
  }

  protected draw(shape: readonly number[], dtype: FloatDType): Tensor {
    return randomNormal(shape, { mean: this.mean, stdDev: this.stddev, dtype, seed: this.seed });
  }

  override getConfig(): Record<string, unknown> {
    return { mean: this.mean, stddev: this.stddev, ...super.getConfig() };
  }
}

/** Normal, without values further than two deviations from the mean. Its own deviation is therefore 0.88 of `stddev`. */
export class TruncatedNormal extends RandomInitializer {
  readonly mean: number;
  readonly stddev: number;

  constructor(options: RandomNormalOptions = {}) {
    super('truncatedNormal', options, ['mean', 'stddev']);
    this.mean = options.mean ?? 0;
    this.stddev = options.stddev ?? 0.05;
  }

  protected draw(shape: readonly number[], dtype: FloatDType): Tensor {
    return truncatedNormal(shape, { mean: this.mean, stdDev: this.stddev, dtype, seed: this.seed });
  }

  override getConfig(): Record<string, unknown> {
    return { mean: this.mean, stddev: this.stddev, ...super.getConfig() };
  }
}
