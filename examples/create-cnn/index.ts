/** @file A network from a list of layers; a training that freezes at a loss of 14.5063, why, and the cure; the assignment. */

import { ok, strictEqual } from 'node:assert/strict';
import { clearSession, setNamingScheme, setRandomSeed } from 'laminet';
import { firstSamples, heading, quick, seed, timed } from '../common.js';
import { compareArchitectures } from './architectures.js';
import { answerOnCifar10, answerOnMnist, answerTable } from './assignment.js';
import { createCnn, handwrittenCnn, visionConfig } from './create_cnn.js';
import { loadCifar10, loadMnist, type Samples, scaled } from './data.js';
import { showElements } from './elements.js';
import { savePredictions } from './pictures.js';
import { freeze, saturatedLoss, train } from './saturation.js';

/** The first samples of both images and labels. */
const first = ({ x, y }: Samples, count: number): Samples => ({ x: firstSamples(x, count), y: firstSamples(y, count) });

heading('Elements');
await showElements();

heading('Two networks');
// Names and tables as Keras 2 alone gave them, for comparison with the notebook.
clearSession();
setNamingScheme('keras2');
const handwritten = handwrittenCnn();
handwritten.summary({ style: 'keras2' });
setRandomSeed(seed);
const net = createCnn(visionConfig, [32, 32, 3]);
net.summary({ style: 'keras2' });
strictEqual(handwritten.countParams(), 8_660_042);
strictEqual(net.countParams(), 8_660_042);

heading('Labels as rows');
const cifar = await loadCifar10();
const training = first(cifar.train, quick ? 500 : 50_000);
for (const row of [0, 1, 2]) console.log(Array.from(cifar.train.y.data.subarray(10 * row, 10 * row + 10)).join(' '));

heading('Raw pixels: the loss freezes');
const { result: raw } = await timed('training', () => train(net, training, cifar.test, 2));
console.log(`loss of the first steps: ${raw.firstLosses.map((loss) => loss.toFixed(2)).join(' ')}`);
console.log(`test loss:${raw.loss}`);
console.log(`test accuracy:${raw.accuracy}`);
// A few images may get another answer than the rest; with seed 0 the short form leaves none.
const tolerance = quick && seed === 0 ? 5e-5 : 0.05;
ok(Math.abs(raw.loss - saturatedLoss) < tolerance, `test loss ${raw.loss}; expected ${saturatedLoss}`);
ok(Math.abs(raw.accuracy - 0.1) < tolerance, `test accuracy ${raw.accuracy}; expected 0.1`);
const frozen = await freeze(net, first(training, 100));
console.log(
  `probabilities within the clipping bounds: ${frozen.unclipped}; weights that another step changes: ${frozen.changedWeights}`,
);
strictEqual(frozen.changedWeights, 0);
await savePredictions('raw.png', 'trained on 0..255', net, cifar.test, cifar);

heading('Scaled pixels: it learns');
const scaledTest = scaled(quick ? first(cifar.test, 500) : cifar.test);
const scaledTraining = scaled(training);
setRandomSeed(seed);
const cure = createCnn(visionConfig, [32, 32, 3]);
const { result: cured } = await timed('training', () => train(cure, scaledTraining, scaledTest, 2));
console.log(`test loss:${cured.loss}`);
console.log(`test accuracy:${cured.accuracy}`);
console.log(`loss of the first steps: ${cured.firstLosses.map((loss) => loss.toFixed(2)).join(' ')}`);
strictEqual(cured.firstLosses[0]?.toFixed(1), '2.3');
await savePredictions('scaled.png', 'trained on 0..1', cure, scaledTest, cifar);

heading('Assignment');
for (const { name, weights, sees } of await compareArchitectures()) {
  console.log(`1: ${name}: ${weights.toLocaleString('en-US')} weights, each output sees ${sees} x ${sees} pixels`);
}
setRandomSeed(seed);
const answers = await answerOnCifar10(
  first(scaledTraining, quick ? 500 : 5000),
  first(scaledTest, quick ? 500 : 2000),
  quick ? 1 : 4,
);
const mnist = await loadMnist();
const digits = {
  train: scaled(first(mnist.train, quick ? 3000 : 60_000)),
  test: scaled(first(mnist.test, quick ? 500 : 10_000)),
};
setRandomSeed(seed);
const onDigits = await answerOnMnist(digits.train, digits.test, quick ? 1 : 2);
console.log(answerTable([...answers, onDigits]));
if (!quick) ok(onDigits.accuracy >= 0.98, `accuracy ${onDigits.accuracy} on MNIST; expected at least 0.98`);
