// A contestant of the prediction benchmark: laminet. It also writes what rivals/onnx_model.py needs beside the samples: PREFIX.json has the
// layers, PREFIX.weights the numbers. `node bench/laminet_predict.mjs --model B --batch 32 --data build/bench/data/B32`
import { writeFileSync } from 'node:fs';
import { batchesOfData, readData } from './data.mjs';
import { commandLine } from './options.mjs';
import { serve } from './slices.mjs';

const { values: options } = commandLine({ model: 'B', batch: '32', data: undefined, threads: undefined });
const batchSize = Number(options.batch);

const { compiledModel, modelOf } = await import('./models.mjs');
const { currentDevice } = await import('laminet');
const { inputShape } = modelOf(options.model);
const net = compiledModel(options.model);
const { x, y } = readData(options.data, inputShape, batchSize);

/** Class, configuration and weights of each layer, in order. */
async function writeModel() {
  const parts = [];
  let offset = 0;
  const layers = [];
  for (const layer of net.layers) {
    const weights = [];
    for (const weight of layer.weights) {
      if (weight.dtype !== 'float32') continue; // seeds of dropout
      parts.push(await weight.data());
      weights.push({ name: weight.name, shape: weight.shape, offset });
      offset += parts.at(-1).length;
    }
    layers.push({ class: layer.className, config: layer.getConfig(), weights });
  }
  writeFileSync(
    `${options.data}.weights`,
    Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))),
  );
  writeFileSync(`${options.data}.json`, JSON.stringify({ inputShape, layers }));
}

async function predict(samples) {
  const result = await net.predict(samples, { batchSize, verbose: 0 });
  const data = await result.data();
  result.dispose();
  return data;
}

/** Predicts all batches again and again. */
async function work(seconds) {
  const end = performance.now() + 1000 * seconds;
  let steps = 0;
  do {
    await predict(x);
    steps += batchesOfData;
  } while (performance.now() < end);
  return steps;
}

const first = { data: x.data.subarray(0, x.data.length / batchesOfData), shape: [batchSize, ...inputShape] };
const build = performance.now() / 1000;
await predict(first);
const firstStep = performance.now() / 1000 - build;
// A few steps of training, so that batch normalisation has moving averages that matter.
await net.fit(x, y, { batchSize, epochs: 2, verbose: 0 });
await writeModel();
const outputs = [...(await predict(first))];
await work(0.2);
await serve({ ready: `laminet ${currentDevice().description}`, batch: batchSize, work, hello: { build, firstStep, outputs } });
