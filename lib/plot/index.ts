/** @file Pictures: training curves, image grids, filters, feature maps. Needs the packages that draw: sharp; vega and vega-lite for charts. */

export type { Colormap } from './colormaps.js';
export { type Curves, type CurvesOptions, curves } from './curves.js';
export { featureMaps } from './feature_maps.js';
export { Figure, type RasterOptions } from './figure.js';
export { type FiltersOptions, filters } from './filters.js';
export { type ImageOptions, image } from './image.js';
export { type ImagesOptions, images } from './images.js';
export type { ColorOptions } from './pixels.js';
export type { StretchedOptions } from './stretched.js';
