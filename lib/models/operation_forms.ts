/** @file What both directions between ops and Keras's operations share. */

import { StateError } from '../core/errors.js';
import type { Attributes } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import type { Config } from '../layers/config.js';

/** How an op is written: Keras's module and class, and what the class and its call are told. */
export interface Written {
  readonly module: 'numpy' | 'nn' | 'core' | 'math';
  readonly className: string;
  /** Options of the class. @throws StateError for attributes that Keras has no words for. */
  readonly config?: (attributes: Attributes) => Config;
  /** Whether the operands are one list. */
  readonly takesList?: boolean;
  /** Arguments of the call after the operands. */
  readonly args?: (attributes: Attributes) => readonly unknown[];
  readonly kwargs?: (attributes: Attributes) => Config;
}

export const numpy = (className: string, config?: Written['config']): Written => ({ module: 'numpy', className, config });
export const nn = (className: string, config?: Written['config']): Written => ({ module: 'nn', className, config });

/** The arguments of a call, its tensors made, and the options of the class. */
export type Read = (args: readonly [never, never, ...never[]], config: Config, kwargs: Config) => Tensor;

export function notInKeras(what: string): StateError {
  return new StateError(`${what} cannot be saved: Keras has no operation for it; write a layer class for it`);
}
