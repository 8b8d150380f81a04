// A contestant of the prediction benchmark: onnxruntime-node. It gets its images channels first, as it likes them; the conversion is not
// timed. `node bench/rivals/onnxruntime_predict.mjs --model B --batch 32 --threads 2 --data build/bench/data/B32`
import { batchesOfData, readData } from '../data.mjs';
import { onnxRuntimeNode } from '../environment.mjs';
import { modelOf } from '../models.mjs';
import { commandLine } from '../options.mjs';
import { serve } from '../slices.mjs';

const { values: options } = commandLine({ model: 'B', batch: '32', data: undefined, threads: '2' });
const batch = Number(options.batch);
const { InferenceSession, Tensor, ...library } = onnxRuntimeNode();
const [height, width, channels] = modelOf(options.model).inputShape;
const pixels = height * width;

/** One batch with its channels first. */
function channelsFirst(images) {
  const turned = new Float32Array(images.length);
  for (let sample = 0; sample < batch; sample++) {
    const start = sample * pixels * channels;
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        turned[start + channel * pixels + pixel] = images[start + pixel * channels + channel];
      }
    }
  }
  return new Tensor('float32', turned, [batch, channels, height, width]);
}

const { x } = readData(options.data, [height, width, channels], batch);
const size = x.data.length / batchesOfData;
const batches = Array.from({ length: batchesOfData }, (_, i) => channelsFirst(x.data.subarray(i * size, (i + 1) * size)));

const build = performance.now() / 1000;
const session = await InferenceSession.create(`${options.data}.onnx`, {
  intraOpNumThreads: Number(options.threads),
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
});
const predict = async (images) => (await session.run({ images })).probabilities.data;

/** Predicts all batches again and again. */
async function work(seconds) {
  const end = performance.now() + 1000 * seconds;
  let steps = 0;
  do {
    for (const images of batches) {
      await predict(images);
      steps++;
    }
  } while (performance.now() < end);
  return steps;
}

const outputs = [...(await predict(batches[0]))];
const firstStep = performance.now() / 1000 - build;
await work(0.2);
const ready = `onnxruntime-node ${library.env?.versions?.node ?? ''}`.trim();
await serve({ ready, batch, work, hello: { build, firstStep, outputs } });
