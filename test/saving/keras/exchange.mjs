/** @file laminet's side of the exchange: reads what Keras wrote, and writes the same models for Keras. */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel, modelFromJSON } from '../../../dist/index.js';

const tolerance = 1e-5;
const types = { float32: Float32Array, int32: Int32Array };

const arrayOf = ({ data, shape, dtype }) => ({ data: types[dtype].from(data), shape, dtype });
const single = (values) => (values.length === 1 ? values[0] : values);

async function predictions(model, x) {
  const outputs = [await model.predictOnBatch(single(x))].flat();
  return Promise.all(
    outputs.map(async (output) => ({ shape: output.shape, dtype: output.dtype, data: [...(await output.data())] })),
  );
}

async function losses(model, x, y, steps) {
  const found = [];
  for (let i = 0; i < steps; i++) found.push((await model.trainOnBatch(single(x), single(y))).loss);
  return found;
}

/** Relative for values above 1. */
const apart = (value, expected) => Math.abs(value - expected) / Math.max(1, Math.abs(expected));
const largest = (a, b) => a.reduce((difference, value, i) => Math.max(difference, apart(value, b[i])), 0);
const difference = (a, b) => Math.max(...a.map(({ data }, i) => largest(data, b[i].data)));

/** Differences from what Keras computed, for one file. */
async function check(path, record) {
  const [x, y] = [record.x.map(arrayOf), record.y.map(arrayOf)];
  const isWeights = path.endsWith('.weights.h5');
  const model = isWeights ? modelFromJSON(record.config) : await loadModel(path);
  if (isWeights) await model.loadWeights(path);
  const result = { predictions: difference(await predictions(model, x), record.predictions) };
  if (!isWeights) {
    result.iterations = model.optimizer.iterations - record.iterations;
    if (!record.random) result.losses = largest(await losses(model, x, y, 3), record.losses);
  }
  return result;
}

/** Trains a little further, and writes the model with what it computes. */
async function hand(from, to, record) {
  const [x, y] = [record.x.map(arrayOf), record.y.map(arrayOf)];
  const model = await loadModel(join(from, `${record.name}.keras`));
  await losses(model, x, y, 2);
  for (const ending of ['.keras', '.h5']) await model.save(join(to, record.name + ending));
  await model.saveWeights(join(to, `${record.name}.weights.h5`));
  const written = {
    ...record,
    config: model,
    predictions: await predictions(model, x),
    iterations: model.optimizer.iterations,
    losses: await losses(model, x, y, 3),
  };
  await writeFile(join(to, `${record.name}.json`), JSON.stringify(written));
}

/** Checks the files of Keras in `from` and writes files for it into `to`; whether all was well. */
export async function exchange(from, to) {
  let good = true;
  for (const file of (await readdir(from)).filter((name) => name.endsWith('.json')).sort()) {
    const record = JSON.parse(await readFile(join(from, file), 'utf8'));
    for (const ending of ['.keras', '.h5', '.weights.h5']) {
      const result = await check(join(from, record.name + ending), record).catch((error) => error.message);
      const fits = typeof result !== 'string' && Object.values(result).every((value) => Math.abs(value) <= tolerance);
      good &&= fits;
      console.log(
        `${fits ? 'ok  ' : 'FAIL'} Keras -> laminet  ${record.name}${ending}: ${typeof result === 'string' ? result : JSON.stringify(result)}`,
      );
    }
    await hand(from, to, record).catch((error) => {
      good = false;
      console.log(`FAIL laminet writes ${record.name}: ${error.message}`);
    });
  }
  return good;
}
