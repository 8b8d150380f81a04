/** @file A first convolutional net for cats and dogs: pooling, a layer of one's own, callbacks, an image pipeline. */

import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { currentDevice, imageDatasetFromDirectory, input, layers, type Model, model, optimizers, type Tensor } from 'laminet';
import { heading, outputPath, quick, scratchPath, seed, timed } from '../common.js';
import { ExponentialStepDecay, InternalStateHistory, MultiplicativeDecay, StepDecay } from './callbacks.js';
import { classes, compileNet, nets, practicalNet, side } from './model.js';
import { drawPictures, type Prediction, type Results } from './pictures.js';
import { batchOf, DataGenerator, loadPicture, pathsAndLabels, pictureFolder, writePictures } from './pipeline.js';
import { showRates, showShakeShake, showSizes } from './shapes.js';
import { freshNet, type Pictures, printRuns, type Run, train } from './training.js';

const name = 'practical-session';
const batchSize = 64;
const pictureCounts = quick ? { train: 320, test: 128 } : { train: 10_000, test: 2000 };
/** The pooled net is trained as long as in the session; an epoch of the net without pooling takes more than ten times as long. */
const epochs = quick ? { pooled: 2, most: 1, unpooled: 1, short: 1 } : { pooled: 30, most: 3, unpooled: 2, short: 2 };

/** The first pictures of each class, so that a part has as many cats as dogs. */
async function firstOfEachClass(part: 'train' | 'test', count: number): Promise<{ paths: string[]; labels: number[] }> {
  const { paths, labels } = await pathsAndLabels(join(pictureFolder, part));
  const chosen = Array.from({ length: classes }, (_, label) =>
    paths.filter((_, i) => labels[i] === label).slice(0, count / classes),
  );
  return { paths: chosen.flat(), labels: chosen.flatMap((own, label) => own.map(() => label)) };
}

async function generator(part: 'train' | 'test', count: number): Promise<DataGenerator> {
  const { paths, labels } = await firstOfEachClass(part, count);
  return new DataGenerator(paths, labels, batchSize, classes, seed);
}

async function readPictures(): Promise<Pictures> {
  heading('The pictures');
  await timed(`cats and dogs of CIFAR-10 in ${pictureFolder}`, writePictures);
  const pictures = { train: await generator('train', pictureCounts.train), test: await generator('test', pictureCounts.test) };
  console.log(
    `${pictureCounts.train} pictures to train on in ${pictures.train.length} batches, ${pictureCounts.test} to test with`,
  );
  return pictures;
}

/** B and C: how fast the nets learn, and how well. Returns the runs and the pooled net. */
async function compareNets(pictures: Pictures): Promise<{ runs: Run[]; pooled: Model<Tensor> }> {
  heading('B and C. Training with and without pooling');
  const state = new InternalStateHistory();
  const pooled = freshNet(nets['max pooling']);
  const runs = [
    await train('max pooling', pooled, pictures, epochs.pooled, [state]),
    await train('no pooling', freshNet(nets['no pooling']), pictures, epochs.unpooled),
  ];
  for (const title of ['global average', 'ShakeShake', '1x1 convolutions'] as const) {
    runs.push(await train(title, freshNet(nets[title]), pictures, epochs.most));
  }
  const rate = state.learningRates.at(-1);
  console.log(`\nInternalStateHistory of the pooled net: ${state.iterations} iterations, learning rate ${rate} at the end`);
  printRuns(runs);
  return { runs, pooled };
}

/** The pooled net with the step decays, from a rate of 0.1. */
async function compareDecays(pictures: Pictures): Promise<{ runs: Run[]; rates: Record<string, number[]> }> {
  heading('Step decay');
  const options = { stepsPerEpoch: pictures.train.length, epochs: epochs.most };
  const decays = {
    subtracted: new StepDecay(options),
    multiplied: new MultiplicativeDecay(options),
    exponential: new ExponentialStepDecay(options),
  };
  const runs: Run[] = [];
  const rates: Record<string, number[]> = {};
  for (const [title, decay] of Object.entries(decays)) {
    const state = new InternalStateHistory();
    const optimizer = optimizers.sgd({ learningRate: 0.01, momentum: 0.9, nesterov: true });
    const net = freshNet(nets['max pooling'], optimizer);
    runs.push(await train(`${title} steps`, net, pictures, epochs.most, [decay, state]));
    rates[title] = state.learningRates;
  }
  printRuns(runs);
  return { runs, rates };
}

/**
 * The weights of the pooled net in a net with a global average. Only layers whose names are in the file are loaded: the convolutions. The
 * last layer has another name, and so have the batch normalisations, whose names are made with a number.
 */
async function loadByName(pooled: Model<Tensor>, pictures: Pictures): Promise<Run[]> {
  heading('Weights loaded by name');
  const path = scratchPath(name, 'pooled.weights.h5');
  await pooled.saveWeights(path);
  const averaged = () => practicalNet({ pooling: true, vector: 'globalAverage', head: 'cat_or_dog' });
  const loaded = freshNet(averaged);
  await loaded.loadWeights(path, { byName: true });
  const runs = [
    await train('new weights', freshNet(averaged), pictures, epochs.short),
    await train('convolutions loaded by name', loaded, pictures, epochs.short),
  ];
  printRuns(runs);
  return runs;
}

/** The whole pipeline in one call: the library reads the test folder itself. Its colours are 0..255, so a rescaling stands before the net. */
async function evaluateFolder(net: Model<Tensor>): Promise<void> {
  heading('The test folder in one call');
  const imageSize = [side, side] as const;
  const folder = await imageDatasetFromDirectory(join(pictureFolder, 'test'), { labelMode: 'categorical', imageSize, batchSize });
  const images = input({ shape: [side, side, 3] });
  const rescaled = layers.rescaling({ scale: 1 / 255 }).apply(images);
  const whole = compileNet(model({ inputs: images, outputs: net.apply(rescaled) }));
  const { accuracy } = await whole.evaluate(folder, null, { verbose: 0 });
  console.log(`classes ${folder.classNames}, accuracy of the pooled net ${accuracy}`);
}

/** What the net says of ten cats and ten dogs of the test pictures. */
async function predict(net: Model<Tensor>): Promise<Prediction[]> {
  const { paths } = await firstOfEachClass('test', 20);
  const batch = batchOf(await Promise.all(paths.map(loadPicture)));
  const probabilities = await (await net.predict(batch, { verbose: 0 })).data();
  return paths.map((path, i) => ({
    path: relative(pictureFolder, path),
    probabilities: [...probabilities.subarray(i * classes, (i + 1) * classes)],
  }));
}

const start = performance.now();
console.log(`device: ${currentDevice().name} (${currentDevice().description}), seed ${seed}`);
showSizes();
await showShakeShake();
showRates();
const pictures = await readPictures();
const { runs, pooled } = await compareNets(pictures);
const { runs: decays, rates } = await compareDecays(pictures);
const byName = await loadByName(pooled, pictures);
await evaluateFolder(pooled);
const predictions = await predict(pooled);
const minutes = (performance.now() - start) / 60_000;

heading('Results');
const results: Results = { seed, minutes, nets: runs, decays, rates, byName, predictions };
const resultsPath = outputPath(name, 'results.json');
writeFileSync(resultsPath, `${JSON.stringify(results)}\n`);
for (const path of [resultsPath, ...(await drawPictures(results, (file) => outputPath(name, file)))]) console.log(path);
console.log(`${minutes.toFixed(1)} minutes of training in all`);
