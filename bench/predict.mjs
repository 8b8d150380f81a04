// npm run bench:predict: `predict` of laminet beside onnxruntime-node, with the same weights and the same images; their results are
// compared.
//
// laminet writes the weights of its model (laminet_predict.mjs), rivals/onnx_model.py makes an ONNX file of them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Contestant } from './contestant.mjs';
import { writeData } from './data.mjs';
import { emptyCaches, onnxRuntimeNode, pythonWithRivals } from './environment.mjs';
import { endAll, runRounds } from './interleaved.mjs';
import { modelOf } from './models.mjs';
import { commandLine, parseCases, parseNumbers, usualCases } from './options.mjs';
import { addResult, finishReport, startReport } from './report.mjs';
import { median, pairedRatio } from './statistics.mjs';

const { values: options } = commandLine({ models: usualCases, threads: '1,2', rounds: '9', slice: '0.3', json: undefined });
const cases = parseCases(options.models);
const threadCounts = parseNumbers('threads', options.threads);
const [rounds, slice] = [Number(options.rounds), Number(options.slice)];
/** Results differ by rounding only: probabilities by less than this. */
const tolerance = 1e-4;

const python = pythonWithRivals();
onnxRuntimeNode();
const caches = emptyCaches();
const report = startReport('predict', { models: cases, threads: threadCounts, rounds, slice });
const file = (path) => fileURLToPath(new URL(path, import.meta.url));

async function start(name, script, { model, batch, data }, threads) {
  const words = ['--model', model, '--batch', String(batch), '--data', data, '--threads', String(threads)];
  const environment = { ...caches, LAMINET_NUM_THREADS: String(threads) };
  const contestant = new Contestant(name, process.execPath, [file(script), ...words], environment);
  const reason = await contestant.ready();
  if (reason !== undefined) throw new Error(`bench: ${name} does not run: ${reason}`);
  return contestant;
}

function makeOnnxFile(prefix) {
  const { status, stderr } = spawnSync(python, [file('rivals/onnx_model.py'), prefix], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`bench: rivals/onnx_model.py failed: ${stderr}`);
}

/** The largest difference between two lists of probabilities. */
function difference(a, b) {
  if (a.length !== b.length) throw new Error(`bench: ${a.length} probabilities beside ${b.length}; expected as many`);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

async function measure({ model, batch }, threads) {
  console.log(`model ${model}, batch ${batch}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`);
  const setup = { model, batch, data: writeData(`${model}${batch}`, modelOf(model), batch) };
  const ours = await start('laminet', 'laminet_predict.mjs', setup, threads);
  makeOnnxFile(setup.data);
  const rival = await start('onnxruntime-node', 'rivals/onnxruntime_predict.mjs', setup, threads);
  const contestants = [ours, rival];
  const apart = difference(ours.hello.outputs, rival.hello.outputs);
  if (!(apart < tolerance)) throw new Error(`bench: the outputs differ by ${apart}; expected less than ${tolerance}`);
  await runRounds(contestants, rounds, slice);
  const rows = contestants.map(({ name, rates, hello, peakMemory }) => {
    report.versions[name] = hello.ready;
    const imagesPerSecond = median(rates);
    const { build, firstStep } = hello;
    const ratio = pairedRatio(ours.rates, rates);
    return { name, imagesPerSecond, msPerBatch: (1000 * batch) / imagesPerSecond, ratio, build, firstStep, peakMemory, rates };
  });
  await endAll(contestants);
  return { model, batch, threads, difference: apart, contestants: rows };
}

function print({ contestants, difference: apart }) {
  for (const { name, imagesPerSecond, msPerBatch, firstStep } of contestants) {
    const rate = `${imagesPerSecond.toFixed(0).padStart(6)} images/s, ${msPerBatch.toFixed(2)} ms a batch`;
    console.log(`  ${name.padEnd(20)} ${rate}, first result after ${firstStep.toFixed(2)} s`);
  }
  const [, { ratio }] = contestants;
  console.log(`  laminet is ${ratio.toFixed(2)} times as fast; outputs differ by at most ${apart.toExponential(1)}`);
}

for (const threads of threadCounts) {
  for (const each of cases) {
    const result = await measure(each, threads);
    print(result);
    addResult(report, result, options.json);
  }
}
finishReport(report, options.json);
