/** @file Transposed convolution, which enlarges. */

import { ValueError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { conv2dTranspose as convolve2d } from '../ops/conv2d_transpose.js';
import { conv1dTranspose as convolve1d } from '../ops/one_dimensional.js';
import type { Variable } from '../runtime/variable.js';
import { positiveInteger, type Size, sizes } from './check.js';
import { addFamilyWeight, familyNames, keepFamily, type WeightFamily } from './weight_family.js';
import { WindowLayer, type WindowOptions } from './window_layer.js';

export interface ConvTransposeOptions extends WindowOptions, WeightFamily<'kernel'> {
  /** Channels of the output, at least 1. */
  readonly filters: number;
  /** Cells added at the end of each spatial axis, fewer than the strides; by default what makes `same` give `size * stride`. */
  readonly outputPadding?: Size | null;
}

/** The family's base; `rank` is the number of spatial axes. */
abstract class ConvTranspose extends WindowLayer {
  static override readonly optionNames: readonly string[] = ['filters', 'outputPadding', ...familyNames('kernel')];
  readonly filters: number;
  readonly outputPadding: readonly number[] | null;
  kernel: Variable | null = null;

  constructor(rank: number, options: ConvTransposeOptions) {
    super(rank, options, ['valid', 'same']);
    const where = new.target.name;
    this.filters = positiveInteger(where, 'filters', options.filters);
    this.outputPadding = options.outputPadding == null ? null : sizes(where, 'outputPadding', options.outputPadding, rank, 0);
    if (this.outputPadding?.some((cells, axis) => cells >= (this.strides[axis] as number))) {
      throw new ValueError(
        `${where}: outputPadding ${formatShape(this.outputPadding)} and strides ${formatShape(this.strides)}; expected less than the strides`,
      );
    }
    keepFamily(this, 'kernel', options, 'glorotUniform');
  }

  override build(inputShape: Shape): void {
    const channels = this.fixChannels(inputShape);
    this.kernel = addFamilyWeight(this, 'kernel', [...this.kernelSize, this.filters, channels]);
    this.addBias(this.filters);
  }
}

/** See {@link conv2dTranspose}. */
export class Conv2DTranspose extends ConvTranspose {
  constructor(options: ConvTransposeOptions) {
    super(2, options);
  }

  override call(x: Tensor): Tensor {
    return this.finish(x, (image) =>
      convolve2d(image, this.kernel as Variable, { ...this.window, outputPadding: this.outputPadding }),
    );
  }
}

/** See {@link conv1dTranspose}. */
export class Conv1DTranspose extends ConvTranspose {
  constructor(options: ConvTransposeOptions) {
    super(1, options);
  }

  override call(x: Tensor): Tensor {
    const { strides, dilationRate } = this.window1d;
    const options = {
      strides,
      dilationRate,
      padding: this.padding as 'same' | 'valid',
      outputPadding: this.outputPadding?.[0] ?? null,
    };
    return this.finish(x, (steps) => convolve1d(steps, this.kernel as Variable, options));
  }
}

/**
 * Transposed convolution: every input cell adds the kernel, weighted, to the output. Enlarges by the strides.
 *
 * Input `[batch, height, width, channels]`, output `[batch, newHeight, newWidth, filters]`, with padding `same` `size * stride`. Weights:
 * `kernel [height, width, filters, channels]`, `bias [filters]`.
 *
 * @throws ValueError for options out of range, ShapeError when the number of channels changes.
 * @see https://keras.io/api/layers/convolution_layers/convolution2d_transpose
 * @example
 * const larger = conv2dTranspose({ filters: 16, kernelSize: 3, strides: 2, padding: 'same' }).apply(maps);
 */
export const conv2dTranspose = (options: ConvTransposeOptions): Conv2DTranspose => new Conv2DTranspose(options);

/** `conv2dTranspose` along the steps of a sequence: `[batch, steps, channels]` to `[batch, newSteps, filters]`. */
export const conv1dTranspose = (options: ConvTransposeOptions): Conv1DTranspose => new Conv1DTranspose(options);
