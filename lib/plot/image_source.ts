/** @file Images as users give them: arrays of one image or of several, checked at the call. */

import { describeValue } from '../core/describe.js';
import { type DType, dtypeOfArray, type TypedArray } from '../core/dtype.js';
import { DataError, ShapeError } from '../core/errors.js';
import { formatShape, isStatic, sizeOf } from '../core/shape.js';
import { type ArrayLike, isArrayLike } from '../data/arrays.js';
import { isShapedArray, Tensor } from '../graph/tensor.js';
import { shapedArray } from '../ops/apply.js';
import { hostArray } from '../runtime/device_tensor.js';

/** Numbers with a shape; those of a tensor are still on their way from the device. */
export interface Source {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: TypedArray | Promise<TypedArray>;
}

/** `[height, width, channels]`, row by row. */
export interface ImageSource {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly dtype: DType;
  readonly data: TypedArray | Promise<TypedArray>;
}

/** A rejection is reported by whoever awaits the picture; nobody may. */
function heldBack<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/**
 * The numbers of one array, copied, so that a change after the call does not show.
 *
 * @throws DataError for what is no array, ShapeError when values do not fill the shape.
 */
export function sourceOf(where: string, value: unknown): Source {
  if (!isArrayLike(value)) {
    throw new DataError(`${where}: received ${describeValue(value)}; expected a tensor, { data, shape } or nested arrays`);
  }
  if (value instanceof Tensor) return tensorSource(where, value);
  const numbers = isShapedArray(value) ? value.data : value;
  if (!Array.isArray(numbers) && dtypeOfArray(numbers) === undefined) {
    throw new DataError(
      `${where}: received ${describeValue(numbers)}; expected a Float32Array, Float64Array, Int32Array or Uint8Array`,
    );
  }
  const array = isShapedArray(value) ? shapedArray(where, value) : hostArray(where, value);
  return { ...array, data: array.data.slice() };
}

function tensorSource(where: string, value: Tensor): Source {
  if (!isStatic(value.shape)) throw new DataError(`${where}: received a symbolic tensor; expected numbers`);
  return { shape: value.shape, dtype: value.dtype, data: heldBack(value.data()) };
}

const oneImage = '[height, width] or [height, width, channels] with 1, 3 or 4 channels';

/** One image. @throws ShapeError when the shape is not that of one. */
export function imageSource(where: string, value: ArrayLike): ImageSource {
  return asImage(where, sourceOf(where, value));
}

function asImage(where: string, { shape, dtype, data }: Source): ImageSource {
  const [height = 0, width = 0, channels = 1] = shape;
  if (shape.length < 2 || shape.length > 3 || ![1, 3, 4].includes(channels)) {
    const fix = shape.length === 4 ? '; draw a batch with plot.images' : '';
    const maps = shape.length === 3 ? '; draw feature maps with plot.featureMaps' : '';
    throw new ShapeError(`${where}: received the shape ${formatShape(shape)}; expected ${oneImage}${fix}${maps}`);
  }
  if (height === 0 || width === 0) throw new ShapeError(`${where}: the image is empty: received the shape ${formatShape(shape)}`);
  return { height, width, channels, dtype, data };
}

/** Several images: a list of arrays, or one array whose first axis counts them. @throws ShapeError and DataError as for one; for none. */
export function imageSources(where: string, value: ArrayLike | readonly ArrayLike[]): ImageSource[] {
  const images = isArrayLike(value) ? batchOf(where, sourceOf(where, value)) : listOf(where, value);
  if (images.length === 0) throw new DataError(`${where}: there are no images; expected at least 1`);
  return images;
}

function listOf(where: string, value: unknown): ImageSource[] {
  if (!Array.isArray(value)) throw new DataError(`${where}: received ${describeValue(value)}; expected a list of images`);
  return value.map((image, i) => imageSource(`${where}: image ${i}`, image));
}

function batchOf(where: string, { shape, dtype, data }: Source): ImageSource[] {
  const [count = 0, ...rest] = shape;
  if (rest.length < 2 && count > 0) {
    throw new ShapeError(
      `${where}: received the shape ${formatShape(shape)}; expected a list of images, or [images, height, width] or [images, height, width, channels]`,
    );
  }
  const size = sizeOf(rest) as number;
  const part = (all: TypedArray, i: number): TypedArray => all.subarray(i * size, (i + 1) * size);
  return Array.from({ length: count }, (_, i) => {
    const own = data instanceof Promise ? heldBack(data.then((all) => part(all, i))) : part(data, i);
    return asImage(where, { shape: rest, dtype, data: own });
  });
}
