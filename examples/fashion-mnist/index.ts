/** @file Filters and pooling on two photographs, then a convolutional network on Fashion-MNIST. */

import { clearSession, ops, setRandomSeed } from 'laminet';
import * as plot from 'laminet/plot';
import { heading, outputPath, quick, seed, timed } from '../common.js';
import { fewer, loadClothes, standardized } from './data.js';
import { compileNet, fashionNet } from './net.js';
import { loadPhoto, loadPhotos } from './photos.js';
import { showFilters, showLayer } from './show_filters.js';
import { showPooling } from './show_pooling.js';

const example = 'fashion-mnist';
const epochs = quick ? 2 : 10;
const small = { scale: 1 } as const;

setRandomSeed(seed);

heading('Two photographs');
const china = await loadPhoto('china');
console.log(`china.jpg: [${china.shape.join(', ')}] ${china.dtype}, first pixel ${china.data.subarray(0, 3).join(' ')}`);
const images = await loadPhotos();
await showFilters(example, images);
await showLayer(example, images);
await showPooling(example, images);

heading('Fashion-MNIST');
const { raw: all, classNames } = await loadClothes();
const raw = quick ? fewer(all, { train: 640, validation: 160, test: 320 }) : all;
console.log(`training pictures [${raw.train.x.shape.join(', ')}], labels ${raw.train.y.data.length}`);
console.log(`the first labels: ${raw.train.y.data.subarray(0, 10).join(' ')}`);
const nameOf = (label: number | undefined): string => classNames[label as number] as string;

const first = plot.image(ops.at(raw.train.x, 0), { colorbar: true, scale: 8 });
console.log(`the first picture: ${await first.save(outputPath(example, 'first.png'), small)}`);
const captions = Array.from(raw.train.y.data.subarray(0, 25), nameOf);
const grid = plot.images(ops.at(raw.train.x, ':25'), { columns: 5, cellSize: 64, colormap: 'binary', captions });
console.log(`25 pictures: ${await grid.save(outputPath(example, 'examples.png'), small)}`);

heading('Training');
const { train, validation, test } = await standardized(raw);
clearSession();
setRandomSeed(seed);
const net = fashionNet();
net.summary();
compileNet(net);
const { result: history } = await timed('training', () =>
  net.fit(train.x, train.y, { epochs, validationData: [validation.x, validation.y], verbose: 2 }),
);
console.log(`curves: ${await plot.curves(history, { width: 240, height: 160 }).save(outputPath(example, 'curves.png'), small)}`);
const { loss, accuracy } = await net.evaluate(test.x, test.y, { verbose: 0 });
console.log(`test loss ${loss?.toFixed(4)}, test accuracy ${accuracy?.toFixed(4)}`);

heading('Predictions');
// Ten pictures of the test set stand for new ones.
const probabilities = await net.predict(ops.at(test.x, ':10'), { verbose: 0 });
const predicted = Array.from(await ops.argMax(probabilities, 1).data(), nameOf);
const actual = Array.from(test.y.data.subarray(0, 10), nameOf);
for (const [i, name] of predicted.entries()) console.log(`  ${name} ?= ${actual[i]}`);
const answers = plot.images(ops.at(raw.test.x, ':10'), {
  columns: 5,
  cellSize: 84,
  colormap: 'binary',
  captions: predicted.map((name, i) => `${name} ?=\n${actual[i]}`),
  captionColors: predicted.map((name, i) => (name === actual[i] ? 'green' : 'red')),
});
console.log(`as a picture: ${await answers.save(outputPath(example, 'predictions.png'), small)}`);
