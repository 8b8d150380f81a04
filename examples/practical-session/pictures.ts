/** @file The pictures of the session, drawn from its results. */

import { basename, dirname, join } from 'node:path';
import type { ShapedArray } from 'laminet';
import * as plot from 'laminet/plot';
import { side } from './model.js';
import { classNames, loadPicture, pictureFolder } from './pipeline.js';
import type { Run } from './training.js';

/** What a net said of a picture. */
export interface Prediction {
  /** Below the folder of the pictures: `test/cat/00012.png`. */
  path: string;
  /** Of each class. */
  probabilities: number[];
}

export interface Results {
  seed: number;
  minutes: number;
  nets: Run[];
  decays: Run[];
  /** The learning rate at the end of each epoch, by the name of the decay. */
  rates: Record<string, number[]>;
  byName: Run[];
  predictions: Prediction[];
}

/** Draws all pictures; gives the paths of the files. */
export async function drawPictures({ nets, rates, predictions }: Results, pathOf: (file: string) => string): Promise<string[]> {
  const figures: [string, plot.Figure][] = nets.map(({ title, history }) => [
    `${title.toLowerCase().replaceAll(' ', '-')}.png`,
    plot.curves(history, { title, metrics: ['accuracy', 'loss'] }),
  ]);
  figures.push(['step-decay.png', plot.curves(rates, { title: 'learning rate after each epoch', width: 220, height: 160 })]);
  figures.push(['predictions.jpg', await predictionGrid(predictions)]);
  // One pixel for each unit keeps the files small.
  return Promise.all(figures.map(([file, figure]) => figure.save(pathOf(file), { scale: 1 })));
}

/** The pictures with what the net takes them for; red where it is wrong. */
async function predictionGrid(predictions: readonly Prediction[]): Promise<plot.Figure> {
  const pictures: ShapedArray[] = [];
  for (const { path } of predictions)
    pictures.push({ data: await loadPicture(join(pictureFolder, path)), shape: [side, side, 3] });
  const answers = predictions.map(({ path, probabilities }) => {
    const probability = Math.max(...probabilities);
    const name = classNames[probabilities.indexOf(probability)] as string;
    return { caption: `${name} (${probability.toFixed(2)})`, right: name === basename(dirname(path)) };
  });
  return plot.images(pictures, {
    columns: 10,
    cellSize: 96,
    captions: answers.map(({ caption }) => caption),
    captionColors: answers.map(({ right }) => (right ? 'black' : 'red')),
  });
}
