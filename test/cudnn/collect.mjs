/**
 * @file Writes test/cudnn/shapes/examples.txt: the convolutions of every model in examples/ and of the benchmark's models, as their programs
 * have them. Each model takes one training step on zeros, in a process that dumps its programs.
 *
 * `npx tsc -p lib && npx tsc -p examples && node test/cudnn/collect.mjs`, whenever a model has changed.
 */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, env, execPath } from 'node:process';

const root = join(import.meta.dirname, '../..');

/** name -> { batch, classes, make }: nets that train on batches of this size. `oneHot`: the labels are vectors. */
async function models() {
  const example = (path) => import(join(root, 'dist-examples', `${path}.js`));
  const { layers, sequential } = await import('laminet');
  const bench = await import(join(root, 'bench/models.mjs'));
  const [nets, residual] = [await example('indaba-cifar10/nets'), await example('indaba-cifar10/residual')];
  const [fashion, normalized] = [await example('fashion-mnist/net'), await example('bn-leaky-relu/networks')];
  const [practical, create] = [await example('practical-session/model'), await example('create-cnn/create_cnn')];
  const assignment = await example('create-cnn/assignment');
  const found = {};
  for (const [name, { make, inputShape, classes }] of Object.entries(bench.models))
    found[`bench ${name}`] = { batch: name === 'A' ? 128 : 32, classes, inputShape, make: () => sequential(make()) };
  // The quickstart trains when it is imported, so its two convolutions are repeated here.
  found.quickstart = {
    ...{ batch: 64, classes: 10, inputShape: [28, 28, 1] },
    make: () =>
      sequential([
        layers.conv2d({ filters: 32, kernelSize: 3, useBias: false, inputShape: [28, 28, 1] }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.conv2d({ filters: 64, kernelSize: 3, useBias: false }),
        layers.flatten(),
        layers.dense({ units: 10 }),
      ]),
  };
  const cifar = { batch: 128, classes: 10, inputShape: [32, 32, 3] };
  found['indaba AlexNet'] = { ...cifar, make: nets.miniAlexNet };
  found['indaba convolutional'] = { ...cifar, make: nets.fullyConvolutionalNet };
  found['indaba residual'] = { ...cifar, make: residual.residualNet };
  found['fashion-mnist'] = { batch: 32, classes: 10, inputShape: [28, 28, 1], make: fashion.fashionNet };
  found['bn-leaky-relu strided'] = { ...cifar, batch: 32, make: normalized.stridedNetwork };
  for (const batch of [32, 256]) found[`bn-leaky-relu ${batch}`] = { ...cifar, batch, make: normalized.normalizedNetwork };
  for (const [name, make] of Object.entries(practical.nets))
    found[`practical-session ${name}`] = { batch: 64, classes: 2, inputShape: [48, 48, 3], make };
  found['create-cnn'] = { ...cifar, batch: 100, make: () => create.createCnn(create.visionConfig, [32, 32, 3]) };
  for (const [question, { kernelSize, firstFilters, batchSize }] of assignment.variations(1)) {
    const make = () => create.createCnn(assignment.smallConfig(kernelSize, firstFilters), [32, 32, 3]);
    found[`create-cnn ${question}`] = { ...cifar, batch: batchSize, make };
  }
  found['create-cnn MNIST'] = {
    ...{ batch: 100, classes: 10, inputShape: [28, 28, 1] },
    make: () => create.createCnn(assignment.mnistConfig, [28, 28, 1]),
  };
  return found;
}

/** In the child: one step of every model, whose programs go to standard error after a line with the model's name. */
async function step() {
  const { tensor } = await import('laminet');
  for (const [name, { batch, classes, inputShape, make }] of Object.entries(await models())) {
    console.error(`model ${name}`);
    const net = make();
    net.compile({ optimizer: 'sgd', loss: classes === 2 ? 'categoricalCrossentropy' : 'sparseCategoricalCrossentropy' });
    const shape = [batch, ...inputShape];
    const x = tensor(new Float32Array(shape.reduce((a, b) => a * b)), shape);
    const y = classes === 2 ? tensor(new Float32Array(2 * batch), [batch, 2]) : tensor(new Int32Array(batch), [batch]);
    await net.trainOnBatch(x, y);
  }
}

/** The convolutions of dumped programs: "x kernel attributes" -> names of models. */
function convolutions(dump) {
  const found = new Map();
  let model = '';
  let types = new Map();
  for (const line of dump.split('\n')) {
    if (line.startsWith('model ')) model = line.slice(6);
    if (line.startsWith('program ')) types = new Map();
    for (const [, value, shape] of line.split(' = ')[0].matchAll(/(%\d+): \w+(\[[\d,]*\])/g)) types.set(value, shape);
    const match = /^(%\d+): .* = (conv2d\w*) \((%\d+), (%\d+)\) (\{.*?\})/.exec(line);
    if (match === null) continue;
    const [, result, op, first, second, attributes] = match;
    const roles = { conv2d: [first, second], conv2d_backward_input: [result, first], conv2d_backward_kernel: [first, result] }[
      op
    ];
    const key = `${roles.map((value) => types.get(value)).join(' ')} ${attributes}`;
    found.set(key, new Set([...(found.get(key) ?? []), model]));
  }
  return found;
}

if (argv[2] === 'step') {
  await step();
} else {
  const { status, stderr } = spawnSync(execPath, [import.meta.filename, 'step'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...env, LAMINET_DUMP: 'program', LAMINET_DEVICE: 'cpu' },
  });
  if (status !== 0) throw new Error(stderr.slice(-2000));
  const lines = [...convolutions(stderr)].map(([key, names]) => `${key} # ${[...names].join(', ')}`);
  const head = '# x, kernel, attributes # models: written by test/cudnn/collect.mjs';
  writeFileSync(join(import.meta.dirname, 'shapes/examples.txt'), `${[head, ...lines].join('\n')}\n`);
  console.log(`${lines.length} convolutions`);
}
