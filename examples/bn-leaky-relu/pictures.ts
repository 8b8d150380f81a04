/** @file The pictures of this example. */

import type { Model } from 'laminet';
import * as plot from 'laminet/plot';
import { firstSamples, outputPath } from '../common.js';
import { classesOf, countConfusions, predictedClasses } from './confusion.js';
import type { Data } from './data.js';
import { joinedHistory, type StageResult } from './stages.js';

const path = (file: string): string => outputPath('bn-leaky-relu', file);

/** Loss and accuracy over the epochs of all stages. */
export function saveCurves(file: string, title: string, results: readonly StageResult[]): Promise<string> {
  return plot.curves(joinedHistory(results), { title }).save(path(file), { scale: 1 });
}

/** Which classes the network takes for which, and its answers for the first test images. */
export async function savePredictions(net: Model, { test, classNames }: Data): Promise<string[]> {
  const labels = await classesOf(test.y);
  const predicted = await predictedClasses(net, test);
  const counts = countConfusions(labels, predicted, classNames.length);
  const shown = 20;
  const captions = predicted.slice(0, shown).map((guess, i) => `${classNames[guess]}\n(${classNames[labels[i] as number]})`);
  const captionColors = predicted.slice(0, shown).map((guess, i) => (guess === labels[i] ? 'green' : 'firebrick'));
  return [
    await plot
      .confusionMatrix(counts, { classNames: [...classNames], normalize: true })
      .save(path('confusion.png'), { scale: 1 }),
    await plot
      .images(firstSamples(test.x, shown), { columns: 10, captions, captionColors, cellSize: 64, min: 0, max: 1 })
      .save(path('predictions.png'), { scale: 1 }),
  ];
}
