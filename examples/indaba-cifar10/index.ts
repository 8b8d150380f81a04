/** @file A mini AlexNet on CIFAR-10: convolution arithmetic, training, predictions; then no pooling, batch normalisation, residual blocks. */

import { ops, setRandomSeed } from 'laminet';
import { heading, quick, seed } from '../common.js';
import { fewer, loadParts } from './data.js';
import { batchNormalizedNet, fullyConvolutionalNet, miniAlexNet } from './nets.js';
import { drawCurves, drawDiagram, drawExamples, drawFilters, drawPredictions, randomPlaces } from './pictures.js';
import { caption, confidenceCases, predictClasses } from './predictions.js';
import { residualNet } from './residual.js';
import { showConvolution } from './show_convolution.js';
import { trainNet } from './train_net.js';

const example = 'indaba-cifar10';
const epochs = quick ? 2 : 10;
const taskEpochs = quick ? 1 : 3;

setRandomSeed(seed);
await showConvolution(example);

heading('CIFAR-10');
const all = await loadParts();
const parts = quick ? fewer(all, { train: 1280, validation: 256, test: 512 }) : all;
const { classNames, test } = parts;
for (const name of ['train', 'validation', 'test'] as const) {
  const { x, y } = parts[name];
  console.log(`${name} images [${x.shape.join(', ')}] ${x.dtype}, labels [${y.shape.join(', ')}] ${y.dtype}`);
}
console.log(`25 of them: ${await drawExamples(example, parts.train, classNames)}`);

const alexNet = await trainNet('Mini AlexNet', miniAlexNet, parts, epochs);
console.log(`diagram: ${await drawDiagram(example, alexNet.net)}`);
console.log(`curves: ${await drawCurves(example, alexNet)}`);

heading('Predictions');
const places = await randomPlaces(25, test.x.shape[0] as number);
const sample = { x: ops.at(test.x, places), y: ops.at(test.y, places) };
const predictions = await predictClasses(alexNet.net, sample.x, sample.y, classNames);
for (const one of predictions) console.log(`  ${caption(one).padEnd(20)} is ${one.trueClass}`);
console.log(`as a picture: ${await drawPredictions(example, sample.x, predictions)}`);

console.log('\nall test images: right or wrong, and how sure (at least 0.5 is high)?');
for (const { case: name, count, meanLoss } of confidenceCases(await predictClasses(alexNet.net, test.x, test.y, classNames))) {
  const cost = count === 0 ? '' : `, mean loss ${meanLoss.toFixed(2)}`;
  console.log(`  ${name.padEnd(31)} ${String(count).padStart(5)} images${cost}`);
}

heading('Task 4: filters of the first layer');
console.log(`conv2d: ${await drawFilters(example, alexNet.net)}`);

// The other tasks: variants of the net, trained for fewer epochs.
const variants = {
  'fully convolutional': await trainNet('Task 1: fully convolutional', fullyConvolutionalNet, parts, taskEpochs),
  'batch normalisation': await trainNet('Task 2: batch normalisation', batchNormalizedNet, parts, taskEpochs),
  'residual blocks': await trainNet('Task 3: residual blocks', residualNet, parts, taskEpochs),
};

heading(`Validation accuracy after ${taskEpochs} ${taskEpochs === 1 ? 'epoch' : 'epochs'}`);
for (const [name, { net, history }] of Object.entries({ 'mini AlexNet': alexNet, ...variants })) {
  const accuracy = history.history.val_accuracy?.[taskEpochs - 1] as number;
  console.log(
    `  ${name.padEnd(20)} ${accuracy.toFixed(4)}   ${net.countParams().toLocaleString('en-US').padStart(9)} parameters`,
  );
}
