/** Scripts for `laminet profile`, by file name. */

const training = `
import { layers, sequential, tensor } from 'laminet';
const steps = 6;
const x = tensor(new Float32Array(8 * steps * 64).fill(0.5), [8 * steps, 8, 8, 1]);
const y = tensor(new Int32Array(8 * steps), [8 * steps]);
const net = sequential([
  layers.conv2d({ name: 'convolution', filters: 4, kernelSize: 3, inputShape: [8, 8, 1] }),
  layers.flatten(),
  layers.dense({ name: 'classes', units: 3, activation: 'softmax' }),
]);
net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
const train = (epochs, onTrainBatchEnd = () => {}) =>
  net.fit(x, y, { batchSize: 8, epochs, verbose: 0, callbacks: [{ onTrainBatchEnd }] });
`;

const product = `
const matrix = () => tensor(new Float32Array(16), [4, 4]);
const multiply = () => ops.matMul(matrix(), matrix()).data();
`;

export const scripts: Readonly<Record<string, string>> = {
  'train.mjs': `${training}
    await train(1);
    console.log(JSON.stringify([process.argv.slice(2), process.execArgv, process.env.LAMINET_PROFILE ?? 'gone']));
    process.chdir('/');`,
  'exits.mjs': `${training} await train(1, (batch) => batch === 3 && process.exit(5));`,
  'throws.mjs': `${training} await train(1, (batch) => { if (batch === 3) throw new Error('deliberate'); });`,
  'killed.mjs': `${training} await train(1, (batch) => batch === 3 && process.kill(process.pid, 'SIGKILL'));`,
  'endless.mjs': `${training} await train(100_000, (batch) => batch === 5 && console.log('running'));`,
  'listens.mjs': `${training}
    const controller = new AbortController();
    process.on('SIGINT', () => { console.log('asked to stop'); net.stopTraining = true; });
    await train(100_000, (batch) => batch === 5 && console.log('running'));
    console.log('stopped');`,
  'nothing.js': `console.log('no device'); process.exitCode = 3;`,
  'again.mjs': `import { profiler } from 'laminet';
    ${training} await profiler.profile(() => train(1)).catch((error) => console.log(error.message));`,
  'typed.ts': `import { ops, tensor } from 'laminet'; ${product} const done: string = 'typed'; await multiply(); console.log(done);`,
  'several.cjs': `
    const { spawnSync } = require('node:child_process');
    const { Worker, isMainThread } = require('node:worker_threads');
    const main = async () => {
      const { ops, setDevice, tensor } = await import('laminet');
      ${product}
      await multiply();
      if (!isMainThread) return;
      setDevice('reference');
      await multiply();
      if (process.argv[2] === 'alone') return;
      await new Promise((resolve) => new Worker(__filename).once('exit', resolve));
      spawnSync(process.execPath, [__filename, 'alone'], { stdio: 'inherit' });
    };
    main();`,
};
