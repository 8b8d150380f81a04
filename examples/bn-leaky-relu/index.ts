/** @file Dense layers against convolutions with batch normalisation and LeakyReLU; three fits in a row with growing batches. */

import { strictEqual } from 'node:assert/strict';
import { clearSession, type Functional, optimizers, setNamingScheme, setRandomSeed, type Tensor } from 'laminet';
import { firstSamples, heading, quick, seed } from '../common.js';
import { loadData } from './data.js';
import { explode } from './exploding.js';
import { showGeometry } from './geometry.js';
import { denseNetwork, normalizedNetwork, stridedNetwork } from './networks.js';
import { saveCurves, savePredictions } from './pictures.js';
import { expectedIterations, fitInStages, type Stage, type StageResult, stageTable } from './stages.js';

heading('Data');
const data = quick ? await loadData(2048, 512) : await loadData();
const { train, test } = data;
console.log(`images [${train.x.shape}] in [0, 1], labels [${train.y.shape}]; ${test.x.shape[0]} images for tests`);

heading('Strides and padding');
await showGeometry();

// Names and tables as tf.keras 2 gave them, for comparison with the notebook.
clearSession();
setNamingScheme('tfKeras2');

/** The stages of the notebook; the last batch size is another for each network. */
const stages = (lastBatch: number): Stage[] => [
  { batchSize: 32, epochs: quick ? 1 : 10 },
  { batchSize: 256, epochs: quick ? 1 : 5 },
  { batchSize: lastBatch, epochs: quick ? 1 : 5 },
];

/** Trains in stages, prints what each reached, and checks that the optimizer's step count went on from fit to fit. */
async function fitAndShow(net: Functional<Tensor>, learningRate: number, lastBatch: number): Promise<StageResult[]> {
  net.compile({ optimizer: optimizers.adam({ learningRate }), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const plan = stages(lastBatch);
  const results = await fitInStages(net, train, test, plan);
  console.log(stageTable(results));
  for (const [i, iterations] of expectedIterations(train.x.shape[0] as number, plan).entries()) {
    strictEqual(results[i]?.iterations, iterations, 'iterations');
    strictEqual(results[i]?.history.loss?.length, plan[i]?.epochs, 'epochs of a History');
  }
  return results;
}

heading('A dense network');
setRandomSeed(seed);
const dense = denseNetwork();
dense.summary({ style: 'keras2' });
strictEqual(dense.countParams(), 646_260);

heading("The dense network at the notebook's learning rate, 0.005");
await fitAndShow(dense, 0.005, 2048);

heading("The dense network at the book's learning rate, 0.0005");
setRandomSeed(seed);
const denseResults = await fitAndShow(denseNetwork(), 0.0005, 2048);
await saveCurves('dense-curves.png', 'dense network', denseResults);

heading('Strided convolutions');
const strided = stridedNetwork();
strided.summary({ style: 'keras2' });
strictEqual(strided.countParams(), 15_120);

heading('Batch normalisation, LeakyReLU, dropout');
setRandomSeed(seed);
const net = normalizedNetwork();
net.summary({ style: 'keras2' });
strictEqual(net.countParams(), 592_554);
const results = await fitAndShow(net, 0.0005, 1024);
await saveCurves('curves.png', 'batch normalisation, LeakyReLU, dropout', results);
await savePredictions(net, data);

heading('Exploding gradients');
const some = { x: firstSamples(train.x, 256), y: firstSamples(train.y, 256) };
const exploded = await explode(some);
console.log(
  `with a learning rate of 100: the loss is ${exploded.lastLoss} in epoch ${exploded.epochs}, and TerminateOnNaN stops`,
);
const tamed = await explode(some, { clipnorm: 0.001 });
console.log(`with clipnorm 0.001 as well: ${tamed.epochs} epochs, loss ${tamed.lastLoss.toFixed(3)}`);
strictEqual(Number.isFinite(exploded.lastLoss), false);
strictEqual(Number.isFinite(tamed.lastLoss), true);
