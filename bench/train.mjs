// npm run bench:train measures whole training steps of laminet; npm run bench:peers beside PyTorch and TensorFlow.
//
// Every contestant is a process of its own; they run short slices in random order (interleaved.mjs). See README.md for the options.
import { writeData } from './data.mjs';
import { emptyCaches, pythonWithRivals } from './environment.mjs';
import { endAll, runRounds, startAll } from './interleaved.mjs';
import { modelOf } from './models.mjs';
import { commandLine, parseCases, parseNumbers, usualCases } from './options.mjs';
import { laminet, ours, peers } from './peers.mjs';
import { addResult, finishReport, startReport } from './report.mjs';
import { median, pairedRatio } from './statistics.mjs';

const { values: options } = commandLine({
  models: usualCases,
  threads: '1,2',
  rounds: '7',
  slice: '0.3',
  peers: false,
  'keep-compiled': false,
  json: undefined,
});
const cases = parseCases(options.models);
const threadCounts = parseNumbers('threads', options.threads);
const [rounds, slice] = [Number(options.rounds), Number(options.slice)];
const { peers: withPeers, 'keep-compiled': keepCompiled } = options;
const python = withPeers ? pythonWithRivals() : undefined;
// One for the whole run: shapes and threads differ from case to case, so that each chooses and compiles its own.
const caches = emptyCaches({ keepCompiled });
const report = startReport('train', { models: cases, threads: threadCounts, rounds, slice, peers: withPeers, keepCompiled });

/** Measures one model with one number of threads. */
async function measure({ model, batch }, threads) {
  console.log(`model ${model}, batch ${batch}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`);
  const common = { model, batch, data: writeData(`${model}${batch}`, modelOf(model), batch) };
  const makers = [() => laminet(common, threads, caches)];
  if (python !== undefined) makers.push(...peers(python, common, threads, caches));
  const absent = {};
  const contestants = await startAll(makers, (name, reason) => {
    absent[name] = reason;
  });
  const firstStepAgain = await secondStart(common, threads);
  await runRounds(contestants, rounds, slice);
  const [us] = contestants;
  if (us?.name !== ours) throw new Error(`bench: laminet itself does not run: ${absent[ours]}`);
  const eventLoop = await us.ask({ eventLoop: Math.max(slice, 0.1) });
  const rows = contestants.map((contestant) => rowOf(contestant, us, batch));
  Object.assign(rows[0], { firstStepAgain, eventLoop });
  for (const contestant of contestants) report.versions[contestant.name] = contestant.hello.ready;
  await endAll(contestants);
  return { model, batch, threads, contestants: rows, absent };
}

/** Time of the first step in another process, which finds the kernels that the first one chose. */
async function secondStart(common, threads) {
  const [again] = await startAll([() => laminet(common, threads, caches, { once: true })]);
  await again?.end();
  return again?.hello.firstStep ?? null;
}

function rowOf({ name, rates, hello, peakMemory }, us, batch) {
  const imagesPerSecond = median(rates);
  const { build, firstStep } = hello;
  return {
    name,
    imagesPerSecond,
    best: Math.max(...rates),
    msPerStep: (1000 * batch) / imagesPerSecond,
    ratio: pairedRatio(us.rates, rates),
    build,
    firstStep,
    peakMemory,
    rates,
  };
}

function print({ contestants }) {
  for (const { name, imagesPerSecond, best, msPerStep, ratio, firstStep, firstStepAgain, peakMemory, eventLoop } of contestants) {
    const parts = [
      `${imagesPerSecond.toFixed(0).padStart(6)} images/s (best ${best.toFixed(0)}), ${msPerStep.toFixed(1)} ms a step`,
    ];
    parts.push(`first step ${firstStep.toFixed(2)} s${firstStepAgain ? ` (again ${firstStepAgain.toFixed(2)} s)` : ''}`);
    if (peakMemory !== null) parts.push(`${(peakMemory / 1e6).toFixed(0)} MB`);
    if (name !== ours) parts.push(`laminet is ${ratio.toFixed(2)} times as fast`);
    if (eventLoop)
      parts.push(`event loop late by ${eventLoop.p50.toFixed(1)} / ${eventLoop.p99.toFixed(1)} / ${eventLoop.max.toFixed(1)} ms`);
    console.log(`  ${name.padEnd(32)} ${parts.join(', ')}`);
  }
}

for (const threads of threadCounts) {
  for (const each of cases) {
    const result = await measure(each, threads);
    print(result);
    addResult(report, result, options.json);
  }
}
finishReport(report, options.json);
