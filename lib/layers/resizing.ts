/** @file Images in another size: up-sampling, resizing, centre crops. */

import { type Box, cropBox } from '../core/aspect_ratio.js';
import { ValueError } from '../core/errors.js';
import { checkChoice } from '../core/options.js';
import type { Dimension, Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { repeat } from '../ops/broadcast.js';
import { pad } from '../ops/pad.js';
import { resizeImages, upSampling2d as upSample } from '../ops/resize.js';
import { slice } from '../ops/slice.js';
import { channelsLast, checkDataFormat, type DataFormat } from '../ops/window.js';
import { imageDimensions, positiveInteger, type Size, sizes } from './check.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

export type Interpolation = 'nearest' | 'bilinear';

interface ImageOptions extends LayerOptions {
  /** Where the channels are; default `channelsLast`. */
  readonly dataFormat?: DataFormat;
}

/** The family's base: images, and the shape of the result without tracing, since the sizes of the input may be unknown. */
abstract class ImageLayer extends Layer {
  static override readonly optionNames: readonly string[] = ['dataFormat'];
  readonly dataFormat: DataFormat;

  constructor(options: ImageOptions) {
    super(options);
    this.dataFormat = checkDataFormat(new.target.name, options.dataFormat);
    this.inputSpec = [{ rank: 4, dimensions: imageDimensions(2, this.dataFormat) }];
  }

  protected abstract newSize(height: Dimension, width: Dimension): readonly [Dimension, Dimension];

  override computeOutputShape(inputShape: Shape): Shape {
    const [batch, ...rest] = inputShape as [Dimension, Dimension, Dimension, Dimension];
    if (this.dataFormat === 'channelsFirst') return [batch, rest[0], ...this.newSize(rest[1], rest[2])];
    return [batch, ...this.newSize(rest[0], rest[1]), rest[2]];
  }
}

export interface UpSampling2dOptions extends ImageOptions {
  /** Factors of height and width; default 2. */
  readonly size?: Size;
  /** Default `nearest`, which repeats cells. */
  readonly interpolation?: Interpolation;
}

/** See {@link upSampling2d}. */
export class UpSampling2D extends ImageLayer {
  static override readonly optionNames = ['size', 'interpolation'];
  readonly size: readonly number[];
  readonly interpolation: Interpolation;

  constructor(options: UpSampling2dOptions = {}) {
    super(options);
    this.size = sizes('UpSampling2D', 'size', options.size ?? 2, 2);
    this.interpolation = checkChoice('UpSampling2D', 'interpolation', options.interpolation ?? 'nearest', [
      'nearest',
      'bilinear',
    ]);
  }

  override call(x: Tensor): Tensor {
    const { interpolation, dataFormat } = this;
    return upSample(castTo(x, this.computeDtype), this.size, { interpolation, dataFormat });
  }

  protected newSize(height: Dimension, width: Dimension): readonly [Dimension, Dimension] {
    const [rows, columns] = this.size as [number, number];
    return [height === null ? null : height * rows, width === null ? null : width * columns];
  }
}

export interface UpSampling1dOptions extends LayerOptions {
  /** Default 2. */
  readonly size?: number;
}

/** See {@link upSampling1d}. */
export class UpSampling1D extends Layer {
  static override readonly optionNames = ['size'];
  readonly size: number;

  constructor(options: UpSampling1dOptions = {}) {
    super(options);
    this.size = positiveInteger('UpSampling1D', 'size', options.size ?? 2);
    this.inputSpec = [{ rank: 3, dimensions: imageDimensions(1, 'channelsLast') }];
  }

  override call(x: Tensor): Tensor {
    return repeat(x, this.size, 1);
  }
}

function cropTo(x: Tensor, { top, left, height, width }: Box): Tensor {
  return slice(x, [0, top, left, 0], [x.shape[0] as Dimension, height, width, x.shape[3] as Dimension]);
}

function cropToRatio(x: Tensor, height: number, width: number): Tensor {
  const [, rows, columns] = x.shape as [number, number, number];
  return cropTo(x, cropBox(rows, columns, height, width));
}

/** A small image of the ratio `width / height` that holds the whole image in its middle; both margins are rounded down, as in Keras. */
function padToRatio(x: Tensor, height: number, width: number, value: number): Tensor {
  const [, rows, columns] = x.shape as [number, number, number];
  const margin = (size: number, wanted: number): number => Math.max(0, Math.trunc((wanted - size) / 2));
  const vertical = margin(rows, Math.trunc((columns * height) / width));
  const horizontal = margin(columns, Math.trunc((rows * width) / height));
  return pad(
    x,
    [
      [0, 0],
      [vertical, vertical],
      [horizontal, horizontal],
      [0, 0],
    ],
    { value },
  );
}

export interface ResizingOptions extends ImageOptions {
  /** New height, at least 1. */
  readonly height: number;
  /** New width, at least 1. */
  readonly width: number;
  /** Default `bilinear`, without anti-aliasing. */
  readonly interpolation?: Interpolation;
  /** Whether to cut off what does not fit the new proportions, instead of distorting; default false. */
  readonly cropToAspectRatio?: boolean;
  /** Whether to add borders of `fillValue` to fit the new proportions, instead of distorting; default false. */
  readonly padToAspectRatio?: boolean;
  /** Default 0. */
  readonly fillValue?: number;
}

/** See {@link resizing}. */
export class Resizing extends ImageLayer {
  static override readonly optionNames = [
    'height',
    'width',
    'interpolation',
    'cropToAspectRatio',
    'padToAspectRatio',
    'fillValue',
  ];
  readonly height: number;
  readonly width: number;
  readonly interpolation: Interpolation;
  readonly cropToAspectRatio: boolean;
  readonly padToAspectRatio: boolean;
  readonly fillValue: number;

  constructor(options: ResizingOptions) {
    super(options);
    this.height = positiveInteger('Resizing', 'height', options.height);
    this.width = positiveInteger('Resizing', 'width', options.width);
    this.interpolation = checkChoice('Resizing', 'interpolation', options.interpolation ?? 'bilinear', ['nearest', 'bilinear']);
    this.cropToAspectRatio = options.cropToAspectRatio ?? false;
    this.padToAspectRatio = options.padToAspectRatio ?? false;
    this.fillValue = options.fillValue ?? 0;
    if (this.cropToAspectRatio && this.padToAspectRatio) {
      throw new ValueError('Resizing: cropToAspectRatio and padToAspectRatio are both true; expected at most one of them');
    }
  }

  override call(x: Tensor): Tensor {
    const { height, width, interpolation } = this;
    return channelsLast(castTo(x, this.computeDtype), this.dataFormat, (image) => {
      let fitted = image;
      if (this.cropToAspectRatio) fitted = cropToRatio(image, height, width);
      if (this.padToAspectRatio) fitted = padToRatio(image, height, width, this.fillValue);
      return resizeImages(fitted, [height, width], { interpolation });
    });
  }

  protected newSize(): readonly [number, number] {
    return [this.height, this.width];
  }
}

export interface CenterCropOptions extends ImageOptions {
  /** New height, at least 1. */
  readonly height: number;
  /** New width, at least 1. */
  readonly width: number;
}

/** See {@link centerCrop}. */
export class CenterCrop extends ImageLayer {
  static override readonly optionNames = ['height', 'width'];
  readonly height: number;
  readonly width: number;

  constructor(options: CenterCropOptions) {
    super(options);
    this.height = positiveInteger('CenterCrop', 'height', options.height);
    this.width = positiveInteger('CenterCrop', 'width', options.width);
  }

  override call(x: Tensor): Tensor {
    const { height, width } = this;
    return channelsLast(castTo(x, this.computeDtype), this.dataFormat, (image) => {
      const [top, left] = [(image.shape[1] as number) - height, (image.shape[2] as number) - width];
      if (top >= 0 && left >= 0) return cropTo(image, { top: Math.floor(top / 2), left: Math.floor(left / 2), height, width });
      return resizeImages(cropToRatio(image, height, width), [height, width], { interpolation: 'bilinear' });
    });
  }

  protected newSize(): readonly [number, number] {
    return [this.height, this.width];
  }
}

/**
 * Images enlarged by whole factors: `[batch, height, width, channels]` to `[batch, height * size, width * size, channels]`.
 *
 * @throws ValueError for factors below 1 or an unknown interpolation.
 * @see https://keras.io/api/layers/reshaping_layers/up_sampling2d
 * @example
 * const larger = upSampling2d({ size: 2, interpolation: 'bilinear' }).apply(maps);
 */
export const upSampling2d = (options: UpSampling2dOptions = {}): UpSampling2D => new UpSampling2D(options);

/** Each step `size` times: `[batch, steps, channels]` to `[batch, steps * size, channels]`. */
export const upSampling1d = (options: UpSampling1dOptions = {}): UpSampling1D => new UpSampling1D(options);

/**
 * Images in any other size, pixel centres at half integers. Integers become the layer's floats.
 *
 * Input `[batch, anyHeight, anyWidth, channels]`, output `[batch, height, width, channels]`.
 *
 * @throws ValueError for sizes below 1 or an unknown interpolation.
 * @see https://keras.io/api/layers/preprocessing_layers/image_preprocessing/resizing
 * @example
 * const small = resizing({ height: 64, width: 64 }).apply(photos);
 */
export const resizing = (options: ResizingOptions): Resizing => new Resizing(options);

/** The middle of images, `[batch, height, width, channels]`; images that are too small are resized. */
export const centerCrop = (options: CenterCropOptions): CenterCrop => new CenterCrop(options);
