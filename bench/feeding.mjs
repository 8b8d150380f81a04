// npm run bench:feeding: how long the device waits for data while it trains, from arrays in memory and from image files.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { idleShares } from './idle.mjs';
import { modelOf } from './models.mjs';
import { commandLine, parseCases, parseNumbers } from './options.mjs';
import { addResult, finishReport, startReport } from './report.mjs';

const { values: options } = commandLine({
  models: 'A,B,D',
  steps: '100',
  warmup: '20',
  images: '50000', // as many as CIFAR-10 has
  photo: '32,256',
  threads: undefined,
  json: undefined,
});
const [steps, warmup, count] = [options.steps, options.warmup, options.images].map(Number);
const cases = parseCases(options.models);
const photoSides = parseNumbers('photo', options.photo);
if (options.threads !== undefined) process.env.LAMINET_NUM_THREADS = options.threads;
const { callbacks, currentDevice, imageDatasetFromDirectory, layers, profiler, sequential } = await import('laminet');

const sizeOf = (shape) => shape.reduce((product, size) => product * size, 1);

/** Images and class numbers as typed arrays. */
function arrays(Type, scale, { inputShape, classes }, count) {
  const size = sizeOf(inputShape);
  const sample = Type.from({ length: size }, () => scale * Math.random());
  const data = new Type(count * size);
  for (let i = 0; i < count; i++) data.set(sample, i * size);
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  return [
    { data, shape: [count, ...inputShape] },
    { data: labels, shape: [count] },
  ];
}

/** A folder of JPEG files, one subfolder a class: smooth noise, which takes about as long to decode as photographs. */
async function jpegFolder(side, classes, count) {
  const folder = await mkdtemp(join(tmpdir(), 'laminet-feeding-'));
  const coarse = Math.max(4, side >> 3);
  for (let label = 0; label < classes; label++) await mkdir(join(folder, `class${label}`));
  for (let i = 0; i < count; i++) {
    const pixels = Uint8Array.from({ length: 3 * coarse * coarse }, () => 256 * Math.random());
    const image = sharp(pixels, { raw: { width: coarse, height: coarse, channels: 3 } }).resize(side, side);
    await image.jpeg({ quality: 90 }).toFile(join(folder, `class${i % classes}`, `${i}.jpg`));
  }
  return folder;
}

/** The model on images from 0 to 255. */
function compiled(model) {
  const { make, inputShape } = model;
  const net = sequential([layers.rescaling({ scale: 1 / 255, inputShape }), ...make()]);
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}

/** Trains on `x` (and `y`), and looks at the steps behind the warm-up. */
async function measure({ model: name, batch }, source, x, y, more = {}) {
  const net = compiled(modelOf(name));
  const epochs = 1_000_000;
  const stop = { epochs, verbose: 0, callbacks: [new StopAfter(warmup + steps)] };
  const profile = await profiler.profile(() => net.fit(x, y, { ...stop, ...more }), { warmup, steps });
  const shares = idleShares(profile.trace().traceEvents);
  const result = {
    model: name,
    batch,
    source,
    steps: shares.steps,
    imagesPerSecond: (1000 * batch) / shares.msPerStep,
    ...shares,
  };
  report.versions.laminet = currentDevice().description;
  addResult(report, result, options.json);
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  console.log(
    `model ${name}, batch ${batch}, ${source}: ${result.imagesPerSecond.toFixed(0)} images/s, ${shares.msPerStep.toFixed(2)} ms a step; ` +
      `device idle ${percent(shares.idle)}, waits for data ${percent(shares.waiting)}`,
  );
}

/** Ends the training after some steps, and asks for no logs. */
class StopAfter extends callbacks.Callback {
  #left;
  constructor(count) {
    super();
    this.#left = count;
  }
  onTrainBatchEnd() {
    if (--this.#left <= 0) this.model.stopTraining = true;
  }
  wantsBatchLogs() {
    return false;
  }
}

const report = startReport('feeding', { models: cases, steps, warmup, images: count, photo: photoSides });
for (const each of cases) {
  const { model, batch } = each;
  const shape = modelOf(model);
  await measure(each, 'float32 array', ...arrays(Float32Array, 255, shape, count), { batchSize: batch });
  await measure(each, 'uint8 array', ...arrays(Uint8Array, 256, shape, count), { batchSize: batch });
  for (const side of photoSides) {
    // Files are read again in each epoch and nothing is kept, unless they are cached, so that a few batches of them are enough.
    const folder = await jpegFolder(side, shape.classes, Math.min(count, 16 * batch));
    try {
      const imageSize = shape.inputShape.slice(0, 2);
      const colorMode = shape.inputShape[2] === 1 ? 'grayscale' : 'rgb';
      const images = await imageDatasetFromDirectory(folder, { imageSize, colorMode, batchSize: batch, verbose: false });
      await measure(each, `JPEG ${side}x${side}`, images, null);
      if (side === photoSides[0]) {
        const cached = images.cache();
        for await (const _ of cached); // the first epoch, which fills the cache
        await measure(each, `JPEG ${side}x${side}, cached`, cached, null);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}
finishReport(report, options.json);
