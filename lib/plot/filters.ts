/** @file The filters of a convolution as images. */

import { describeValue } from '../core/describe.js';
import type { TypedArray } from '../core/dtype.js';
import { ShapeError, StateError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import type { ArrayLike } from '../data/arrays.js';
import { Conv2DTranspose } from '../layers/conv_transpose.js';
import { DepthwiseConv2D } from '../layers/depthwise_conv.js';
import { Layer } from '../layers/layer.js';
import { SeparableConv2D } from '../layers/separable_conv.js';
import { colorTable } from './colormaps.js';
import { Figure } from './figure.js';
import { type ImageSource, type Source, sourceOf } from './image_source.js';
import { gridOptionNames, gridStyle } from './images.js';
import { drawStretched, type StretchedOptions, stretchNote } from './stretched.js';

export interface FiltersOptions extends StretchedOptions {
  /** The input channel to draw, at least 0; by default all three of colour filters together, else channel 0. */
  readonly channel?: number;
}

/** Where the axes of a kernel stand, as the step from one entry to the next. */
interface Kernel {
  readonly source: Source;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  /** Index of `[row and column, channel, filter]` in the data. */
  readonly index: (pixel: number, channel: number, filter: number) => number;
}

/**
 * The filters of a 2-D convolution as images, in a grid. Filters over three channels are drawn in colour, others by one input channel.
 * Each is stretched from its own smallest to its own largest value, which its caption says.
 *
 * @param kernelOrLayer - `[height, width, channels, filters]`, or a built layer of 2-D convolution (also depthwise, transposed, separable)
 * @param options.colormap - default `gray`; for filters drawn by one channel
 * @throws ShapeError for another shape, ValueError for a channel that is not there or another kind of layer, StateError before it is built.
 * @example
 * await plot.filters(net.getLayer('conv2d'), { columns: 8 }).save('filters.png');
 */
export function filters(kernelOrLayer: ArrayLike | Layer, options: FiltersOptions = {}): Figure {
  const where = 'plot.filters';
  checkOptions(where, options, ['colormap', 'channel', ...gridOptionNames]);
  const kernel = kernelOrLayer instanceof Layer ? layerKernel(where, kernelOrLayer) : fullKernel(where, kernelOrLayer);
  const { channel, colormap } = options;
  if (channel !== undefined && !(Number.isInteger(channel) && channel >= 0 && channel < kernel.channels)) {
    throw new ValueError(
      `${where}: channel is ${channel}; the filters have ${kernel.channels} channels; expected 0 to ${kernel.channels - 1}`,
    );
  }
  const inColor = kernel.channels === 3 && channel === undefined && colormap === undefined;
  const shown = inColor ? [0, 1, 2] : [channel ?? 0];
  colorTable(where, colormap ?? 'gray');
  const drawn = Array.from({ length: kernel.filters }, (_, i) => filterImage(kernel, i, shown));
  const part = inColor || kernel.channels === 1 ? '' : `input channel ${shown[0]} of ${kernel.channels}; `;
  const style = { ...gridStyle(where, drawn.length, options), note: `${part}${stretchNote}` };
  return new Figure('filters', drawStretched(where, 'filter', drawn, style, colormap ?? 'gray'));
}

function filterImage({ source, height, width, index }: Kernel, filter: number, channels: readonly number[]): ImageSource {
  const pick = (all: TypedArray): TypedArray =>
    Float64Array.from(
      { length: height * width * channels.length },
      (_, i) => all[index(Math.floor(i / channels.length), channels[i % channels.length] as number, filter)] as number,
    );
  return { height, width, channels: channels.length, dtype: 'float64', data: Promise.resolve(source.data).then(pick) };
}

function layerKernel(where: string, layer: Layer): Kernel {
  if (layer.needsBuild) throw new StateError(`${where}: ${layer.label} is not built; apply it, or build its model, first`);
  const weight: unknown = Reflect.get(layer, layer instanceof SeparableConv2D ? 'depthwiseKernel' : 'kernel');
  if (weight === undefined || weight === null) {
    throw new ValueError(`${where}: ${layer.label} has no filters; expected a layer of 2-D convolution`);
  }
  const kernel = fullKernel(`${where}: ${layer.label}`, weight as ArrayLike);
  if (layer instanceof DepthwiseConv2D || layer instanceof SeparableConv2D) return depthwise(kernel);
  return layer instanceof Conv2DTranspose ? transposed(kernel) : kernel;
}

function fullKernel(where: string, value: ArrayLike): Kernel {
  const source = sourceOf(where, value);
  const [height, width, channels, count] = source.shape;
  if (source.shape.length !== 4 || source.shape.includes(0)) {
    const shape = source.shape.length === 0 ? describeValue(value) : formatShape(source.shape);
    throw new ShapeError(`${where}: received a kernel of the shape ${shape}; expected [height, width, channels, filters]`);
  }
  return {
    source,
    height: height as number,
    width: width as number,
    channels: channels as number,
    filters: count as number,
    index: (pixel, channel, filter) => (pixel * (channels as number) + channel) * (count as number) + filter,
  };
}

/** `[height, width, channels, multiplier]`: each pair of the last axes is a filter of its own. */
const depthwise = (kernel: Kernel): Kernel => ({
  ...kernel,
  channels: 1,
  filters: kernel.channels * kernel.filters,
  index: (pixel, _channel, filter) => pixel * kernel.channels * kernel.filters + filter,
});

/** `[height, width, filters, channels]`. */
const transposed = (kernel: Kernel): Kernel => ({
  ...kernel,
  channels: kernel.filters,
  filters: kernel.channels,
  index: (pixel, channel, filter) => kernel.index(pixel, filter, channel),
});
