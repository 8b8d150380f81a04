/** @file Layers that add or remove cells at the border: zero padding and cropping. */

import { ShapeError, ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { pad } from '../ops/pad.js';
import { checkDataFormat, type DataFormat } from '../ops/window.js';
import { imageDimensions } from './check.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

/** Cells before and after an axis. */
type Side = readonly [number, number];

/** A number for all sides, one an axis (both its sides), or `[before, after]` for each axis. */
export type Margins2d = number | readonly number[] | readonly (readonly number[])[];
/** A number for both sides, or `[before, after]`. */
export type Margins1d = number | readonly number[];

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
const isSide = (value: unknown): value is Side => Array.isArray(value) && value.length === 2 && value.every(isCount);

function margins2d(where: string, name: string, value: Margins2d): readonly Side[] {
  const axes = typeof value === 'number' ? [value, value] : value;
  const sides =
    Array.isArray(axes) && axes.length === 2 ? axes.map((side: unknown) => (isCount(side) ? [side, side] : side)) : [];
  if (sides.length === 2 && sides.every(isSide)) return sides;
  throw new ValueError(
    `${where}: ${name} is ${JSON.stringify(value)}; expected an integer of at least 0, [rows, columns] or [[top, bottom], [left, right]]`,
  );
}

function margins1d(where: string, name: string, value: Margins1d): readonly Side[] {
  const side = typeof value === 'number' ? [value, value] : value;
  if (isSide(side)) return [side];
  throw new ValueError(`${where}: ${name} is ${JSON.stringify(value)}; expected an integer of at least 0, or [before, after]`);
}

/** The family's base: cells at the sides of the spatial axes. */
abstract class MarginLayer extends Layer {
  readonly dataFormat: DataFormat;

  constructor(rank: number, options: LayerOptions & { readonly dataFormat?: DataFormat }) {
    super(options);
    this.dataFormat = checkDataFormat(new.target.name, options.dataFormat);
    this.inputSpec = [{ rank: rank + 2, dimensions: imageDimensions(rank, this.dataFormat) }];
  }

  /** Margins of all axes of the input. */
  protected allSides(sides: readonly Side[]): Side[] {
    const none: Side = [0, 0];
    return this.dataFormat === 'channelsFirst' ? [none, none, ...sides] : [none, ...sides, none];
  }

  protected crop(x: Tensor, sides: readonly Side[]): Tensor {
    const all = this.allSides(sides);
    if (
      all.some(
        ([before, after], axis) => x.shape[axis] !== null && before + after >= (x.shape[axis] as number) && before + after > 0,
      )
    ) {
      throw new ShapeError(
        `cropping ${JSON.stringify(sides)} leaves nothing of ${formatShape(x.shape)}; crop less than the size of each axis`,
      );
    }
    return pad(
      x,
      all.map(([before, after]) => [-before, -after]),
    );
  }
}

export interface ZeroPadding2dOptions extends LayerOptions {
  /** Default 1. */
  readonly padding?: Margins2d;
  /** Where the channels are; default `channelsLast`. */
  readonly dataFormat?: DataFormat;
}

/** See {@link zeroPadding2d}. */
export class ZeroPadding2D extends MarginLayer {
  static override readonly optionNames = ['padding', 'dataFormat'];
  readonly padding: readonly Side[];

  constructor(options: ZeroPadding2dOptions = {}) {
    super(2, options);
    this.padding = margins2d('ZeroPadding2D', 'padding', options.padding ?? 1);
  }

  override call(x: Tensor): Tensor {
    return pad(x, this.allSides(this.padding));
  }
}

export interface ZeroPadding1dOptions extends LayerOptions {
  /** Default 1. */
  readonly padding?: Margins1d;
  /** Where the channels are; default `channelsLast`. */
  readonly dataFormat?: DataFormat;
}

/** See {@link zeroPadding1d}. */
export class ZeroPadding1D extends MarginLayer {
  static override readonly optionNames = ['padding', 'dataFormat'];
  readonly padding: readonly number[];

  constructor(options: ZeroPadding1dOptions = {}) {
    super(1, options);
    this.padding = margins1d('ZeroPadding1D', 'padding', options.padding ?? 1)[0] as Side;
  }

  override call(x: Tensor): Tensor {
    return pad(x, this.allSides([this.padding as Side]));
  }
}

export interface Cropping2dOptions extends LayerOptions {
  /** Default 0. */
  readonly cropping?: Margins2d;
  /** Where the channels are; default `channelsLast`. */
  readonly dataFormat?: DataFormat;
}

/** See {@link cropping2d}. */
export class Cropping2D extends MarginLayer {
  static override readonly optionNames = ['cropping', 'dataFormat'];
  readonly cropping: readonly Side[];

  constructor(options: Cropping2dOptions = {}) {
    super(2, options);
    this.cropping = margins2d('Cropping2D', 'cropping', options.cropping ?? 0);
  }

  override call(x: Tensor): Tensor {
    return this.crop(x, this.cropping);
  }
}

export interface Cropping1dOptions extends LayerOptions {
  /** Default 1. */
  readonly cropping?: Margins1d;
}

/** See {@link cropping1d}. */
export class Cropping1D extends MarginLayer {
  static override readonly optionNames = ['cropping'];
  readonly cropping: readonly number[];

  constructor(options: Cropping1dOptions = {}) {
    super(1, options);
    this.cropping = margins1d('Cropping1D', 'cropping', options.cropping ?? 1)[0] as Side;
  }

  override call(x: Tensor): Tensor {
    return this.crop(x, [this.cropping as Side]);
  }
}

/**
 * Rows and columns of zeros around images: `[batch, height, width, channels]` to `[batch, height + top + bottom, width + left + right, channels]`.
 *
 * @param options.padding - cells on all sides, `[rows, columns]`, or `[[top, bottom], [left, right]]`
 * @throws ValueError for negative or ill-formed paddings.
 * @see https://keras.io/api/layers/reshaping_layers/zero_padding2d
 * @example
 * const padded = zeroPadding2d({ padding: [[0, 1], [0, 1]] }).apply(images);
 */
export const zeroPadding2d = (options: ZeroPadding2dOptions = {}): ZeroPadding2D => new ZeroPadding2D(options);

/** Steps of zeros before and after sequences: `[batch, steps, channels]` to `[batch, before + steps + after, channels]`. */
export const zeroPadding1d = (options: ZeroPadding1dOptions = {}): ZeroPadding1D => new ZeroPadding1D(options);

/**
 * Images without the cells at their border: the opposite of `zeroPadding2d`.
 *
 * @param options.cropping - cells on all sides, `[rows, columns]`, or `[[top, bottom], [left, right]]`
 * @throws ValueError for negative or ill-formed croppings, ShapeError when nothing is left.
 * @see https://keras.io/api/layers/reshaping_layers/cropping2d
 * @example
 * const centre = cropping2d({ cropping: 2 }).apply(images);
 */
export const cropping2d = (options: Cropping2dOptions = {}): Cropping2D => new Cropping2D(options);

/** Sequences without the steps at their ends: `[batch, steps, channels]` to `[batch, steps - before - after, channels]`. */
export const cropping1d = (options: Cropping1dOptions = {}): Cropping1D => new Cropping1D(options);
