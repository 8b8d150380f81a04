/** @file What a layer made of an image: its channels as images. */

import { ShapeError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import type { ArrayLike } from '../data/arrays.js';
import { colorTable } from './colormaps.js';
import { Figure } from './figure.js';
import { sourceOf } from './image_source.js';
import { gridOptionNames, gridStyle } from './images.js';
import { channelImages, drawStretched, type StretchedOptions, stretchNote } from './stretched.js';

/**
 * The channels of an activation as images, in a grid. Each is stretched from its own smallest to its own largest value, which its caption
 * says: equal colours in two tiles are not equal values.
 *
 * @param array - `[height, width, channels]`; take one sample of what `predict` returned
 * @param options.colormap - default `gray`
 * @throws ShapeError for another shape, ValueError for unknown options.
 * @example
 * const maps = { data: new Float32Array(8 * 8 * 4), shape: [8, 8, 4] };
 * await plot.featureMaps(maps, { columns: 4 }).save('maps.png');
 */
export function featureMaps(array: ArrayLike, options: StretchedOptions = {}): Figure {
  const where = 'plot.featureMaps';
  checkOptions(where, options, ['colormap', ...gridOptionNames]);
  const source = sourceOf(where, array);
  const { shape } = source;
  if (shape.length !== 3 || shape.includes(0)) {
    const fix = shape.length === 4 ? '; take one sample of the batch' : '';
    throw new ShapeError(`${where}: received the shape ${formatShape(shape)}; expected [height, width, channels]${fix}`);
  }
  const { colormap = 'gray' } = options;
  colorTable(where, colormap);
  const maps = channelImages(source);
  const style = { ...gridStyle(where, maps.length, options), note: stretchNote };
  return new Figure('feature-maps', drawStretched(where, 'map', maps, style, colormap));
}
