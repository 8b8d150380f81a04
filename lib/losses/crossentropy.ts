/** @file The cross-entropy that fits the shapes of targets and predictions. */

import type { Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { BinaryCrossentropy } from './binary.js';
import { CategoricalCrossentropy, SparseCategoricalCrossentropy } from './categorical.js';
import { Loss, type LossOptions } from './loss.js';

/** What the shapes of targets and predictions say about the labels, by Keras 3's rule. */
export function labelKind(yTrue: Shape, yPred: Shape): 'binary' | 'sparse' | 'categorical' {
  const classes = yPred.at(-1);
  if (classes === 1) return 'binary';
  return yTrue.length < yPred.length || yTrue.at(-1) === 1 ? 'sparse' : 'categorical';
}

/** 'crossentropy': binary for predictions that end in a 1, sparse for class numbers, else categorical. Chosen at each call, by shapes. */
export class Crossentropy extends Loss {
  readonly #kinds: Record<'binary' | 'sparse' | 'categorical', Loss>;

  constructor(options?: LossOptions) {
    super(options, 'crossentropy');
    this.#kinds = {
      binary: new BinaryCrossentropy(),
      sparse: new SparseCategoricalCrossentropy(),
      categorical: new CategoricalCrossentropy(),
    };
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.#kinds[labelKind(yTrue.shape, yPred.shape)].call(yTrue, yPred);
  }
}
