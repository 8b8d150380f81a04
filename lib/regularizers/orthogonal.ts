/** @file A penalty on rows or columns of a matrix that are not orthogonal to each other. */

import { ShapeError, ValueError } from '../core/errors.js';
import { checkChoice, checkOptions } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { div, maximum, mul, sub } from '../ops/binary.js';
import { eye } from '../ops/create.js';
import { matMul } from '../ops/matmul.js';
import { sum } from '../ops/reduce.js';
import { abs, sqrt, square } from '../ops/unary.js';
import { Regularizer } from './regularizer.js';

export interface OrthogonalRegularizerOptions {
  /** At least 0; default 0.01. */
  readonly factor?: number;
  /** Which vectors shall be orthogonal; default 'rows'. */
  readonly mode?: 'rows' | 'columns';
}

/** `factor` times the mean absolute cosine between different rows (or columns) of a matrix, as in Keras. */
export class OrthogonalRegularizer extends Regularizer {
  readonly factor: number;
  readonly mode: 'rows' | 'columns';

  constructor(options: OrthogonalRegularizerOptions = {}) {
    super();
    checkOptions('orthogonalRegularizer', options, ['factor', 'mode']);
    this.factor = options.factor ?? 0.01;
    if (!(this.factor >= 0 && Number.isFinite(this.factor))) {
      throw new ValueError(`orthogonalRegularizer: factor ${this.factor}; expected a finite number of at least 0`);
    }
    this.mode = checkChoice('orthogonalRegularizer', 'mode', options.mode ?? 'rows', ['rows', 'columns']);
  }

  /** @throws ShapeError when the weight is not a matrix. */
  call(weight: Tensor): Tensor {
    if (weight.rank !== 2)
      throw new ShapeError(`orthogonalRegularizer: the weight has shape ${formatShape(weight.shape)}; expected 2 dimensions`);
    const axis = this.mode === 'rows' ? 1 : 0;
    const size = weight.shape[1 - axis] as number;
    const unit = div(weight, sqrt(maximum(sum(square(weight), axis, { keepDims: true }), 1e-12)));
    const cosines = this.mode === 'rows' ? matMul(unit, unit, { transposeB: true }) : matMul(unit, unit, { transposeA: true });
    const offDiagonal = sub(1, eye(size, size, weight.dtype));
    const pairs = (size * (size - 1)) / 2;
    return mul(sum(abs(mul(cosines, offDiagonal))), (this.factor * 0.5) / pairs);
  }

  override getConfig(): Record<string, unknown> {
    return { factor: this.factor, mode: this.mode };
  }
}
