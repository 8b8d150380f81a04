/** @file Two filters made by hand: one sees vertical lines, the other horizontal ones. */

import { ops, type Tensor } from 'laminet';

/**
 * A kernel `[7, 7, channels, 2]` of zeros with a line of ones through the middle: in filter 0 it stands, in filter 1 it lies. A filter sees
 * only what is under its ones: it answers where a bright line runs the same way.
 */
export function lineFilters(channels: number): Tensor {
  const size = 7;
  const line = ops.equal(ops.range(0, size), Math.floor(size / 2));
  const vertical = ops.broadcastTo(ops.reshape(line, [1, size, 1]), [size, size, channels]);
  const horizontal = ops.broadcastTo(ops.reshape(line, [size, 1, 1]), [size, size, channels]);
  return ops.cast(ops.stack([vertical, horizontal], -1), 'float32');
}

/** Slides the filters over images. `same` padding puts zeros around them, so that height and width stay. */
export const applyFilters = (images: Tensor, filters: Tensor): Tensor =>
  ops.conv2d(images, filters, { strides: 1, padding: 'same' });
