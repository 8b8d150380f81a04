/** @file The pictures of this example. */

import { ops, type Sequential } from 'laminet';
import * as plot from 'laminet/plot';
import { firstSamples, outputPath } from '../common.js';
import type { Data, Samples } from './data.js';

const path = (file: string): string => outputPath('create-cnn', file);
const shown = 20;

/** The classes that a network gives to the first test images: right answers in green, wrong ones in red. */
export async function savePredictions(
  file: string,
  title: string,
  net: Sequential,
  images: Samples,
  data: Data,
): Promise<string> {
  const { x, y } = { x: firstSamples(images.x, shown), y: firstSamples(images.y, shown) };
  const probabilities = await net.predict(x, { verbose: 0 });
  const predicted = Array.from(await ops.argMax(probabilities, 1).data());
  const labels = Array.from(await ops.argMax(y, 1).data());
  const captions = predicted.map((guess, i) => `${data.classNames[guess]}\n(${data.classNames[labels[i] as number]})`);
  const captionColors = predicted.map((guess, i) => (guess === labels[i] ? 'green' : 'firebrick'));
  // The images as they came, also for the network that is given scaled ones.
  const pictures = firstSamples(data.test.x, shown);
  return plot.images(pictures, { columns: 10, captions, captionColors, cellSize: 64, title }).save(path(file), { scale: 1 });
}
