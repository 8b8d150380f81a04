/** @file Initializers whose variance follows the number of units: Glorot, He, LeCun and their general form. */

import type { FloatDType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { checkOptions, findByName } from '../core/options.js';
import type { Tensor } from '../graph/tensor.js';
import { randomNormal, randomUniform, truncatedNormal } from '../ops/random.js';
import { computeFans } from './fans.js';
import { RandomInitializer, type RandomInitializerOptions } from './random.js';

export type FanMode = 'fanIn' | 'fanOut' | 'fanAvg';
export type Distribution = 'truncatedNormal' | 'untruncatedNormal' | 'uniform';

export interface VarianceScalingOptions extends RandomInitializerOptions {
  /** Above 0; default 1. */
  readonly scale?: number;
  /** Which units count: those in, out, or their mean; default 'fanIn'. */
  readonly mode?: FanMode;
  /** Default 'truncatedNormal', also called 'normal'. */
  readonly distribution?: Distribution | 'normal';
}

const modes: Record<FanMode, FanMode> = { fanIn: 'fanIn', fanOut: 'fanOut', fanAvg: 'fanAvg' };
const distributions: Record<Distribution | 'normal', Distribution> = {
  truncatedNormal: 'truncatedNormal',
  untruncatedNormal: 'untruncatedNormal',
  uniform: 'uniform',
  normal: 'truncatedNormal',
};

/** The standard deviation of a standard normal distribution cut at two deviations. */
const truncatedDeviation = 0.8796256610342398;

/**
 * Values of variance `scale / n`, with n the units in, out, or their mean, at least 1. 'truncatedNormal' and 'untruncatedNormal' have that
 * variance around 0 (the first is cut at two of its deviations before the cut), 'uniform' lies in ±sqrt(3 scale / n).
 */
export class VarianceScaling extends RandomInitializer {
  readonly scale: number;
  readonly mode: FanMode;
  readonly distribution: Distribution;

  constructor(options: VarianceScalingOptions = {}, where = 'varianceScaling') {
    super(where, options, ['scale', 'mode', 'distribution']);
    this.scale = options.scale ?? 1;
    if (!(this.scale > 0)) throw new ValueError(`${where}: scale ${this.scale}; expected a number above 0`);
    this.mode = findByName(where, 'mode', options.mode ?? 'fanIn', modes);
    this.distribution = findByName(where, 'distribution', options.distribution ?? 'truncatedNormal', distributions);
  }

  protected draw(shape: readonly number[], dtype: FloatDType): Tensor {
    const { fanIn, fanOut } = computeFans(shape);
    const units = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[this.mode];
    const variance = this.scale / Math.max(1, units);
    const { seed } = this;
    if (this.distribution === 'uniform') {
      const limit = Math.sqrt(3 * variance);
      return randomUniform(shape, { min: -limit, max: limit, dtype, seed });
    }
    const stdDev = Math.sqrt(variance);
    if (this.distribution === 'untruncatedNormal') return randomNormal(shape, { stdDev, dtype, seed });
    return truncatedNormal(shape, { stdDev: stdDev / truncatedDeviation, dtype, seed });
  }

  override getConfig(): Record<string, unknown> {
    return { scale: this.scale, mode: this.mode, distribution: this.distribution, ...super.getConfig() };
  }
}

/** Base of the named cases, whose only option is the seed. */
abstract class NamedScaling extends VarianceScaling {
  constructor(where: string, options: RandomInitializerOptions, scaling: VarianceScalingOptions) {
    checkOptions(where, options, ['seed']);
    super({ ...options, ...scaling }, where);
  }

  override getConfig(): Record<string, unknown> {
    return { seed: super.getConfig().seed };
  }
}

/** Uniform in ±sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio, 2010). */
export class GlorotUniform extends NamedScaling {
  constructor(options: RandomInitializerOptions = {}) {
    super('glorotUniform', options, { scale: 1, mode: 'fanAvg', distribution: 'uniform' });
  }
}

/** Truncated normal of variance 2 / (fanIn + fanOut) (Glorot and Bengio, 2010). */
export class GlorotNormal extends NamedScaling {
  constructor(options: RandomInitializerOptions = {}) {
    super('glorotNormal', options, { scale: 1, mode: 'fanAvg' });
  }
}

/** Uniform in ±sqrt(6 / fanIn) (He et al., 2015). */
export class HeUniform extends NamedScaling {
  constructor(options: RandomInitializerOptions = {}) {
    super('heUniform', options, { scale: 2, distribution: 'uniform' });
  }
}

/** Truncated normal of variance 2 / fanIn (He et al., 2015). */
export class HeNormal extends NamedScaling {
  constructor(options: RandomInitializerOptions = {}) {
    super('heNormal', options, { scale: 2 });
  }
}

/** Uniform in ±sqrt(3 / fanIn) (LeCun et al., 1998). */
export class LecunUniform extends NamedScaling {
  constructor(options: RandomInitializerOptions = {}) {
    super('lecunUniform', options, { scale: 1, distribution: 'uniform' });
  }
}

/** Truncated normal of variance 1 / fanIn (LeCun et al., 1998). */
export class LecunNormal extends NamedScaling {
  constructor(options: RandomInitializerOptions = {}) {
    super('lecunNormal', options, { scale: 1 });
  }
}
