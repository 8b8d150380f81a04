// Draws the pictures of docs/plots.md: trains a small network on a part of MNIST. `node docs/images/draw.mjs`

import { fileURLToPath } from 'node:url';
import { datasets, input, layers, model, sequential, setRandomSeed } from 'laminet';
import * as plot from 'laminet/plot';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const save = (figure, name) => figure.save(path(name), { scale: 1 });

setRandomSeed(1);
const { train, test } = await datasets.mnist.load();
const part = ({ data, shape }, count) => ({
  data: data.subarray(0, count * (data.length / shape[0])),
  shape: [count, ...shape.slice(1)],
});
const x = input({ shape: [28, 28, 1], name: 'image' });
const scaled = layers.rescaling({ scale: 1 / 255 }).apply(x);
const maps = layers.conv2d({ filters: 8, kernelSize: 5, activation: 'relu', name: 'conv' }).apply(scaled);
const pooled = layers.maxPooling2d({ poolSize: 2 }).apply(maps);
const y = layers.dense({ units: 10, activation: 'softmax', name: 'digit' }).apply(layers.flatten().apply(pooled));
const net = model({ inputs: x, outputs: y });
net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
const grow = ({ data, shape }) => ({ data, shape: [...shape, 1].slice(0, 4) });
const history = await net.fit(grow(part(train.x, 3000)), part(train.y, 3000), { epochs: 10, validationSplit: 0.2, verbose: 0 });
await save(plot.curves(history, { width: 260, height: 170 }), 'curves.png');

const images = grow(part(test.x, 1000));
const labels = Array.from(test.y.data.subarray(0, 1000));
const probabilities = await (await net.predict(images, { verbose: 0 })).array();
const predicted = probabilities.map((row) => row.indexOf(Math.max(...row)));
const counts = Array.from({ length: 10 }, () => Array(10).fill(0));
labels.forEach((label, i) => {
  counts[label][predicted[i]]++;
});
await save(plot.confusionMatrix(counts), 'confusion.png');

const order = [...labels.keys()].sort((a, b) => probabilities[a][labels[a]] - probabilities[b][labels[b]]).slice(0, 5);
const chosen = [...order, 0, 1, 2, 3, 4];
const digit = (i) => ({ data: test.x.data.subarray(i * 784, (i + 1) * 784), shape: [28, 28] });
const captions = chosen.map((i) => `${predicted[i]} (${probabilities[i][predicted[i]].toFixed(2)})`);
const captionColors = chosen.map((i) => (predicted[i] === labels[i] ? 'green' : 'red'));
await save(
  plot.images(chosen.map(digit), { columns: 5, captions, captionColors, colormap: 'binary', cellSize: 84 }),
  'predictions.png',
);

const inner = model({ inputs: x, outputs: maps });
const activations = await inner.predict(grow(part(test.x, 1)), { verbose: 0 });
const data = await activations.data();
await save(plot.filters(net.getLayer('conv'), { columns: 4, cellSize: 90 }), 'filters.png');
await save(plot.featureMaps({ data, shape: [24, 24, 8] }, { columns: 4, cellSize: 96 }), 'maps.png');
const bar = plot.image(digit(0), { colorbar: true, scale: 8, title: 'viridis' });
const gray = plot.image(digit(0), { colormap: 'gray', scale: 8, title: 'gray' });
await save(plot.panels([bar, gray]), 'image.png');

const block = sequential(
  [
    layers.conv2d({ filters: 16, kernelSize: 3, padding: 'same', inputShape: [32, 32, 16], name: 'conv' }),
    layers.reLU({ name: 'relu' }),
  ],
  {
    name: 'block',
  },
);
const start = input({ shape: [32, 32, 16], name: 'input' });
const sum = layers.add({ name: 'add' }).apply([start, block.apply(start)]);
const diagram = plot.plotModel(model({ inputs: start, outputs: sum }), {
  showShapes: true,
  showLayerNames: true,
  expandNested: true,
});
await diagram.save(path('model.png'), { scale: 0.7 });
