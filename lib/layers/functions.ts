/** @file Layers without weights around a function: lambda, identity, a penalty on activities. */

import { ValueError } from '../core/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { L1L2 } from '../regularizers/l1_l2.js';
import type { Config } from './config.js';
import { Layer } from './layer.js';
import type { CallOptions, LayerOptions } from './layer_options.js';
import type { LayerInput } from './structure.js';

export type LambdaFunction = (inputs: never, options: CallOptions) => Tensor | Tensor[];

export interface LambdaOptions extends LayerOptions {
  /** What is computed, with ops. */
  readonly function: LambdaFunction;
}

/** See {@link lambda}. */
export class Lambda extends Layer {
  static override readonly optionNames = ['function'];
  readonly function: LambdaFunction;

  constructor(options: LambdaOptions) {
    super(options);
    this.function = options.function;
    if (typeof this.function !== 'function') {
      throw new ValueError(
        `Lambda: function is ${typeof this.function}; expected a function of the inputs; functions are not saved, pass it again`,
      );
    }
  }

  override call(inputs: LayerInput, options: CallOptions): Tensor | Tensor[] {
    return this.function(inputs as never, options);
  }
}

/** See {@link identity}. */
export class Identity extends Layer {
  override call(inputs: LayerInput): Tensor | Tensor[] {
    return inputs as Tensor | Tensor[];
  }
}

export interface ActivityRegularizationOptions extends Omit<LayerOptions, 'activityRegularizer'> {
  /** Factor of the sum of absolute values, at least 0; default 0. */
  readonly l1?: number;
  /** Factor of the sum of squares, at least 0; default 0. */
  readonly l2?: number;
}

/** See {@link activityRegularization}. */
export class ActivityRegularization extends Layer {
  static override readonly optionNames = ['l1', 'l2'];
  readonly l1: number;
  readonly l2: number;

  constructor(options: ActivityRegularizationOptions = {}) {
    const { l1 = 0, l2 = 0 } = options;
    super({ ...options, activityRegularizer: new L1L2({ l1, l2 }) });
    this.l1 = l1;
    this.l2 = l2;
  }

  override call(x: Tensor): Tensor {
    return x;
  }

  override getConfig(): Config {
    const { activityRegularizer: _, ...config } = super.getConfig();
    return config;
  }
}

/**
 * A function as a layer, written with ops; its gradient is derived.
 *
 * @param body - of the input (a tensor, or a list when it is applied to one) and `{ training }`
 * @see https://keras.io/api/layers/core_layers/lambda
 * @example
 * const squares = lambda((x) => ops.square(x)).apply(x);
 */
export const lambda = <Inputs extends LayerInput = Tensor>(
  body: (inputs: Inputs, options: CallOptions) => Tensor | Tensor[],
  options: LayerOptions = {},
): Lambda => new Lambda({ ...options, function: body as LambdaFunction });

/** Passes its input on. */
export const identity = (options: LayerOptions = {}): Identity => new Identity(options);

/** Passes its input on and adds `l1 * sum(|x|) + l2 * sum(x^2)`, divided by the batch size, to the loss. */
export const activityRegularization = (options: ActivityRegularizationOptions = {}): ActivityRegularization =>
  new ActivityRegularization(options);
