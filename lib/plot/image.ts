/** @file One image, enlarged, with its colour bar. */

import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import type { ArrayLike } from '../data/arrays.js';
import { colorTable } from './colormaps.js';
import { Figure } from './figure.js';
import { type ImageSource, imageSource } from './image_source.js';
import { type ColorOptions, checkColors, colorOptionNames, toPixels } from './pixels.js';
import { imageElement } from './raster.js';
import { type Drawing, frameAround, textAt } from './svg.js';
import { fitText, textWidth } from './text.js';
import { formatNumber, ticks } from './ticks.js';

export interface ImageOptions extends ColorOptions {
  /** Whether to draw the scale of colours beside an image with one channel; default false. */
  readonly colorbar?: boolean;
  readonly title?: string;
  /** Length of a pixel's sides in the drawing, above 0; by default a whole number that makes small images about 320 wide. */
  readonly scale?: number;
}

const margin = 12;
const titleSize = 15;
const bar = { gap: 14, width: 16, tick: 4, size: 12 } as const;

/**
 * One image, as matplotlib's `imshow` shows it: values of images with one channel run through a colour map from the smallest to the
 * largest, colour images are 0..255 for integers and 0..1 for floats, clipped. Pixels that are NaN or infinite stay white.
 *
 * @param array - `[height, width]`, or `[height, width, channels]` with 1, 3 or 4 channels
 * @throws ShapeError for another shape; ValueError for unknown options or colour maps, and for a colour map or bar of a colour image.
 * @see https://matplotlib.org/stable/api/_as_gen/matplotlib.pyplot.imshow.html
 * @example
 * await plot.image([[0, 1], [2, 3]], { colormap: 'gray', colorbar: true }).save('squares.png');
 */
export function image(array: ArrayLike, options: ImageOptions = {}): Figure {
  const where = 'plot.image';
  checkOptions(where, options, [...colorOptionNames, 'colorbar', 'title', 'scale']);
  const source = imageSource(where, array);
  checkColors(where, options, [source]);
  if (options.colorbar && source.channels > 1) {
    throw new ValueError(
      `${where}: colorbar applies to images with one channel; received ${source.channels} channels; leave it out`,
    );
  }
  const { scale = Math.max(1, Math.floor(320 / Math.max(source.width, source.height))) } = options;
  if (!(scale > 0 && Number.isFinite(scale))) throw new ValueError(`${where}: scale is ${scale}; expected a number above 0`);
  // A photograph is saved in its own pixels.
  return new Figure('image', draw(where, source, options, scale), { scale: scale < 2 ? 1 : 2 });
}

async function draw(where: string, source: ImageSource, options: ImageOptions, scale: number): Promise<Drawing> {
  const pixels = await toPixels(source, options);
  const [width, height] = [source.width * scale, source.height * scale];
  const top = options.title === undefined ? margin : margin + titleSize + 8;
  const parts = [
    await imageElement(where, pixels, { x: margin, y: top, width, height }),
    frameAround(margin, top, width, height),
  ];
  let right = margin + width;
  if (options.colorbar) {
    const scaleBar = await colorBar(where, options.colormap ?? 'viridis', pixels.range, right + bar.gap, top, height);
    parts.push(scaleBar.body);
    right += bar.gap + scaleBar.width;
  }
  if (options.title !== undefined) {
    const title = fitText(options.title, titleSize, right - 4);
    const middle = Math.max(margin + width / 2, textWidth(title, titleSize) / 2 + 4);
    parts.push(textAt(middle, margin + titleSize - 3, title, { size: titleSize }));
  }
  return { width: right + margin, height: top + height + margin, body: parts.join('') };
}

/** The colours from the last, at the top, to the first, with round values beside them. */
async function colorBar(
  where: string,
  colormap: string,
  [min, max]: readonly [number, number],
  x: number,
  y: number,
  height: number,
): Promise<Drawing> {
  const table = colorTable(where, colormap);
  const rgba = Uint8Array.from({ length: 256 * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : (table[(255 - (i >> 2)) * 3 + (i % 4)] as number),
  );
  const place = { x, y, width: bar.width, height };
  const parts = [await imageElement(where, { width: 1, height: 256, rgba, range: [min, max] }, place)];
  parts.push(frameAround(x, y, bar.width, height));
  const values = ticks(min, max, Math.max(2, Math.min(6, Math.floor(height / 40))));
  const labels = values.map((value) => formatNumber(value, 6));
  const right = x + bar.width;
  for (const [i, value] of values.entries()) {
    const at = y + height * (max === min ? 1 : 1 - (value - min) / (max - min));
    parts.push(`<path d="M${right} ${at}h${bar.tick}" stroke="#555"/>`);
    parts.push(textAt(right + bar.tick + 3, at + 4, labels[i] as string, { size: bar.size, anchor: 'start' }));
  }
  const widest = Math.max(...labels.map((label) => textWidth(label, bar.size)));
  return { width: bar.width + bar.tick + 3 + widest, height, body: parts.join('') };
}
