// A training with everything that has a state, which says when it is under way and what came out of it. Run by scenarios/killed_training.mjs:
// `node backed_up_training.mjs <device> <folder> <saveFreq>`; without backups where saveFreq is 'never'.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { data, laminet } from './training.mjs';

const [, , device, folder, saveFreq] = argv;
const { callbacks, layers, optimizers, sequential } = laminet;
const [side, filters] = device === 'reference' ? [6, 4] : [12, 16];

laminet.setRandomSeed(3);
const net = sequential([
  layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false, inputShape: [side, side, 3] }),
  layers.batchNormalization(),
  layers.reLU(),
  layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu' }),
  layers.dropout({ rate: 0.3 }),
  layers.lambda((x, { training }) => (training ? laminet.ops.add(x, laminet.ops.randomNormal(x.shape, { stdDev: 0.01 })) : x)),
  layers.globalAveragePooling2d(),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
net.compile({
  optimizer: optimizers.adam({ learningRate: 0.01 }),
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
});

/** Keeps something of each batch, as a user's callback would. */
class BatchLosses extends callbacks.Callback {
  losses = [];
  onBatchEnd(batch, { loss }) {
    this.losses.push(loss);
    console.log(`batch ${batch}`);
  }
  getState() {
    return { losses: this.losses };
  }
  setState({ losses }) {
    this.losses = losses;
  }
}

const table = join(folder, 'epochs.csv');
const losses = new BatchLosses();
const backup =
  saveFreq === 'never'
    ? []
    : [
        new callbacks.BackupAndRestore({
          backupDir: join(folder, 'backup'),
          saveFreq: saveFreq === 'epoch' ? saveFreq : Number(saveFreq),
        }),
      ];
const { x, y } = data({ side, batchSize: 8 }, 7);
const history = await net.fit(x, y, {
  batchSize: 8,
  epochs: 4,
  validationSplit: 0.2,
  verbose: 0,
  callbacks: [
    ...backup, // first: the states of the others are those after their hooks all the same
    losses,
    new callbacks.ReduceLROnPlateau({ patience: 1, minDelta: 0.5, factor: 0.3 }),
    new callbacks.EarlyStopping({ patience: 3, restoreBestWeights: true }),
    new callbacks.CSVLogger(table),
  ],
});

const hash = createHash('sha256');
for (const variable of [...net.weights, ...net.optimizer.variables]) hash.update(new Uint8Array((await variable.data()).buffer));
const outcome = {
  variables: hash.digest('hex'),
  rate: net.optimizer.learningRate,
  iterations: net.optimizer.iterations,
  history: history.history,
  epochs: history.epoch,
  losses: losses.losses,
  table: readFileSync(table, 'utf8'),
  leftovers: existsSync(join(folder, 'backup')),
};
console.log(`outcome ${JSON.stringify(outcome)}`);
