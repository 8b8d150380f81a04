/** @file The pictures of this example: images with captions, curves, the net's diagram, its filters. */

import { type Model, ops } from 'laminet';
import * as plot from 'laminet/plot';
import { outputPath } from '../common.js';
import type { Part } from './data.js';
import { caption, isCorrect, type Prediction } from './predictions.js';
import type { Trained } from './train_net.js';

/** Grids of 5x5 small images: as in the notebook, but small enough to be kept. */
const grid = { columns: 5, cellSize: 64 } as const;
const small = { scale: 1 } as const;

/** `count` random places among the samples. */
export const randomPlaces = async (count: number, samples: number): Promise<number[]> => [
  ...(await ops.randomInt([count], { min: 0, max: samples }).data()),
];

/** 25 images of a part, with the names of their classes. */
export async function drawExamples(example: string, { x, y }: Part, classNames: readonly string[]): Promise<string> {
  const places = await randomPlaces(25, x.shape[0] as number);
  const captions = places.map((place) => classNames[y.data[place] as number] as string);
  return plot.images(ops.at(x, places), { ...grid, captions }).save(outputPath(example, 'examples.jpg'), small);
}

/** Images with the prediction below, green where it is right, and the true class above. */
export const drawPredictions = (example: string, x: Part['x'], predictions: readonly Prediction[]): Promise<string> =>
  plot
    .images(x, {
      ...grid,
      titles: predictions.map(({ trueClass }) => trueClass),
      // In two lines: 'automobile (0.982)' is wider than the image.
      captions: predictions.map((one) => caption(one).replace(' ', '\n')),
      captionColors: predictions.map((one) => (isCorrect(one) ? 'green' : 'red')),
    })
    .save(outputPath(example, 'predictions.jpg'), small);

/** Loss and accuracy, epoch by epoch. */
export const drawCurves = (example: string, { history }: Trained): Promise<string> =>
  plot.curves(history, { width: 240, height: 160 }).save(outputPath(example, 'curves.png'), small);

/** The flow from layer to layer. */
export const drawDiagram = (example: string, net: Model): Promise<string> =>
  plot.plotModel(net, { showShapes: true }).save(outputPath(example, 'model.svg'));

/** Task 4: the filters of the first layer, found by its name. They see three colours, so they are drawn as small colour images. */
export const drawFilters = (example: string, net: Model): Promise<string> =>
  plot.filters(net.getLayer('conv2d'), { columns: 8, cellSize: 96 }).save(outputPath(example, 'filters.png'), small);
