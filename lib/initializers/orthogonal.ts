/** @file Orthogonal matrices (Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013). */

import type { FloatDType } from '../core/dtype.js';
import { ShapeError } from '../core/errors.js';
import { hostGenerator } from '../core/random.js';
import { formatShape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { drawSeed, SeedGenerator } from '../ops/seed_generator.js';
import { tensor } from '../runtime/device_tensor.js';
import { RandomInitializer, type RandomInitializerOptions } from './random.js';

export interface OrthogonalOptions extends RandomInitializerOptions {
  /** Factor of the matrix; default 1. */
  readonly gain?: number;
}

/** Numbers of the standard normal distribution, by Box and Muller's method. */
function normalNumbers(count: number, seed: number): Float64Array {
  const next = hostGenerator(seed);
  const uniform = (): number => (next() + 0.5) / 2 ** 32;
  return Float64Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

/**
 * Makes the columns of a matrix [rows, columns], rows >= columns, orthonormal: modified Gram-Schmidt, twice for accuracy. That is the Q of
 * a QR factorisation whose R has a positive diagonal.
 */
function orthonormalize(matrix: Float64Array, rows: number, columns: number): void {
  const dot = (a: number, b: number): number => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += (matrix[row * columns + a] as number) * (matrix[row * columns + b] as number);
    return sum;
  };
  for (let column = 0; column < columns; column++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let before = 0; before < column; before++) {
        const share = dot(before, column);
        for (let row = 0; row < rows; row++) {
          matrix[row * columns + column] =
            (matrix[row * columns + column] as number) - share * (matrix[row * columns + before] as number);
        }
      }
    }
    const norm = Math.sqrt(dot(column, column));
    for (let row = 0; row < rows; row++) matrix[row * columns + column] = (matrix[row * columns + column] as number) / norm;
  }
}

/**
 * `gain` times a random matrix with orthonormal columns (or rows, where there are fewer). A kernel of more dimensions counts as the matrix
 * of its last axis against all others. Computed on the host, in float64.
 */
export class Orthogonal extends RandomInitializer {
  readonly gain: number;

  constructor(options: OrthogonalOptions = {}) {
    super('orthogonal', options, ['gain']);
    this.gain = options.gain ?? 1;
  }

  protected draw(shape: readonly number[], dtype: FloatDType): Tensor {
    if (shape.length < 2)
      throw new ShapeError(`orthogonal: the weight has shape ${formatShape(shape)}; expected at least 2 dimensions`);
    const columns = shape.at(-1) as number;
    const rows = sizeOf(shape.slice(0, -1)) as number;
    const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
    const matrix = normalNumbers(long * short, this.seed instanceof SeedGenerator ? drawSeed() : this.seed);
    orthonormalize(matrix, long, short);
    const at = rows >= columns ? (i: number) => i : (i: number) => (i % columns) * short + Math.floor(i / columns);
    return tensor(
      matrix.map((_, i) => this.gain * (matrix[at(i)] as number)),
      shape,
      dtype,
    );
  }

  override getConfig(): Record<string, unknown> {
    return { gain: this.gain, ...super.getConfig() };
  }
}
