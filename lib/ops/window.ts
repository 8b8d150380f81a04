/** @file Windows that slide over an image: what convolution and pooling share. native/runtime/geometry.h has the same rule. */

import { ShapeError, ValueError } from '../core/errors.js';
import { checkChoice } from '../core/options.js';
import { type Dimension, formatShape, type Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { transpose } from './transpose.js';

/** `same`: as many windows as strides fit, the image padded evenly, the odd cell after; `valid`: no padding; or [top, bottom, left, right]. */
export type Padding = 'same' | 'valid' | 'SAME' | 'VALID' | readonly number[];

/** Where the channels are: last, `[batch, height, width, channels]`, or first, `[batch, channels, height, width]`. */
export type DataFormat = 'channelsLast' | 'channelsFirst';

/** The word of the listing, or four integers. @throws ValueError otherwise. */
export function checkPadding(where: string, padding: Padding): 'same' | 'valid' | readonly number[] {
  if (typeof padding === 'string') return checkChoice<'same' | 'valid'>(where, 'padding', padding, ['same', 'valid']);
  if (padding.length === 4 && padding.every((cells) => Number.isInteger(cells))) return padding;
  throw new ValueError(`${where}: padding is ${JSON.stringify(padding)}; expected 'same', 'valid' or [top, bottom, left, right]`);
}

/** @throws ValueError unless `format` is one of the two. */
export const checkDataFormat = (where: string, format: DataFormat = 'channelsLast'): DataFormat =>
  checkChoice(where, 'dataFormat', format, ['channelsLast', 'channelsFirst']);

/** One axis: number of window positions; null when the image's size is unknown. */
function positions(size: Dimension, extent: number, stride: number, padding: string | readonly [number, number]): Dimension {
  if (size === null) return null;
  if (padding === 'same') return Math.ceil(size / stride);
  const [before, after] = typeof padding === 'string' ? [0, 0] : padding;
  return Math.floor((size + before + after - extent) / stride) + 1;
}

/**
 * Height and width of the result of sliding a window over `image`, `[batch, height, width, channels]`.
 *
 * @throws ShapeError when the window does not fit the image.
 */
export function slide(
  where: string,
  image: Shape,
  window: Shape,
  options: { strides: readonly number[]; padding: string | readonly number[]; dilations?: readonly number[] },
): [Dimension, Dimension] {
  const { strides, padding, dilations = [1, 1] } = options;
  const results = [0, 1].map((axis) => {
    const extent = ((window[axis] as number) - 1) * (dilations[axis] as number) + 1;
    const cells = typeof padding === 'string' ? padding : ([padding[2 * axis], padding[2 * axis + 1]] as [number, number]);
    return positions(image[axis + 1] as Dimension, extent, strides[axis] as number, cells);
  });
  if (results.some((count) => count !== null && count < 1) && !image.slice(1, 3).includes(0)) {
    throw new ShapeError(
      `${where}: a window of ${formatShape(window.slice(0, 2))}${dilations.some((d) => d > 1) ? ` dilated by ${formatShape(dilations)}` : ''} ` +
        `does not fit the image ${formatShape(image)} [batch, height, width, channels] with padding ${JSON.stringify(padding)}; ` +
        "use a larger image, a smaller window, or padding 'same'",
    );
  }
  return results as [Dimension, Dimension];
}

/** Runs `body` on `x` with its channels last, and gives the result in `format`. */
export function channelsLast(x: Tensor, format: DataFormat, body: (x: Tensor) => Tensor): Tensor {
  if (format === 'channelsLast' || x.rank < 3) return body(x);
  const spatial = Array.from({ length: x.rank - 2 }, (_, i) => i + 2);
  return transpose(body(transpose(x, [0, ...spatial, 1])), [0, x.rank - 1, ...spatial.map((axis) => axis - 1)]);
}
