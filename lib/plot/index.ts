/** @file Pictures of data, trainings and models. The packages that draw are installed beside the library: see docs/plots.md. */

export type { Colormap } from './colormaps.js';
export { type ConfusionMatrixOptions, confusionMatrix } from './confusion_matrix.js';
export { type Curves, type CurvesOptions, curves } from './curves.js';
export { plotModel } from './diagram.js';
export { type DiagramOptions, modelToDot } from './dot.js';
export { featureMaps } from './feature_maps.js';
export { Figure, type RasterOptions } from './figure.js';
export { type FiltersOptions, filters } from './filters.js';
export { type ImageOptions, image } from './image.js';
export { type ImagesOptions, images } from './images.js';
export { type PanelsOptions, panels } from './panels.js';
export type { ColorOptions } from './pixels.js';
export type { StretchedOptions } from './stretched.js';
