// npm run bench:ops: single ops, forward and both gradients. `-- conv2d mb32ic64ih28oc64oh28kh3ph1`, `-- --preset B`: see README.md.
//
// --against-onednn runs the same in a process whose oneDNN reports each primitive, and shows that time beside the kernel's.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { primitiveTimes, timesOfRuns } from './onednn_verbose.mjs';
import { commandLine } from './options.mjs';
import { opNames, parseList, parseProblem } from './problems.mjs';
import { addResult, finishReport, startReport } from './report.mjs';
import { median } from './statistics.mjs';

const { values: options, positionals } = commandLine(
  {
    preset: undefined,
    batch: undefined,
    direction: 'forward,data,weights',
    device: undefined,
    threads: undefined,
    seconds: '0.2',
    json: undefined,
    'against-onednn': false,
    child: false,
  },
  { allowPositionals: true },
);

function problems() {
  const changes = options.batch === undefined ? {} : { batch: Number(options.batch) };
  let op = '';
  const named = positionals.flatMap((word) => {
    if (!opNames.includes(word)) return [parseProblem(op, word, changes)];
    op = word;
    return [];
  });
  const listed = (options.preset?.split(',') ?? []).flatMap((name) => {
    const path = fileURLToPath(new URL(`problems/${name}.txt`, import.meta.url));
    return parseList(readFileSync(existsSync(path) ? path : name, 'utf8'), changes);
  });
  const all = [...listed, ...named];
  if (all.length === 0)
    throw new Error('bench: there is no problem; expected --preset A, or an op and a problem: see bench/README.md');
  return all;
}

/** Measures all problems in this process and gives each result to `found`. */
async function measureAll(found, onTimed) {
  if (options.threads !== undefined) process.env.LAMINET_NUM_THREADS = options.threads;
  if (options.device !== undefined) process.env.LAMINET_DEVICE = options.device;
  const { measureProblem, ratesOf } = await import('./op_measure.mjs');
  const { currentDevice } = await import('laminet');
  for (const problem of problems()) {
    for (const direction of options.direction.split(',')) {
      const result = await measureProblem(problem, direction, Number(options.seconds), onTimed);
      if (result !== undefined) found({ ...result, ...ratesOf(result), device: currentDevice().description });
    }
  }
}

/** The same in a child that prints oneDNN's lines between its own. */
async function measureWithVerbose(found) {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2), '--child'];
  const environment = { ...process.env, DNNL_VERBOSE: '1', ONEDNN_VERBOSE: '1' };
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let lines = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'begin') lines = [];
    else if (line.startsWith('{')) {
      const result = JSON.parse(line);
      const times = timesOfRuns(primitiveTimes(lines, result), result.runs);
      found({ ...result, primitive: times.length === 0 ? null : median(times) });
    } else lines.push(line);
  }
  const status = await ended;
  if (status !== 0) throw new Error(`bench: the process with DNNL_VERBOSE ended with ${status}`);
}

const titles = [
  'op',
  'direction',
  'problem',
  'µs',
  'best',
  'GFLOP/s',
  'GB/s',
  'of peak',
  'around µs',
  'oneDNN µs',
  'implementation',
];
const widths = [10, 9, 44, 9, 9, 8, 7, 14, 9, 9, 0];
const print = (cells) =>
  console.log(cells.map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' '));

function printResult(result) {
  const {
    op,
    direction,
    problem,
    microseconds,
    best,
    gigaflops,
    gigabytes,
    bound,
    shareOfPeak,
    around,
    primitive,
    implementation,
  } = result;
  print([
    op,
    direction,
    problem,
    microseconds.toFixed(1),
    best.toFixed(1),
    gigaflops === 0 ? '-' : gigaflops.toFixed(1),
    gigabytes.toFixed(1),
    `${(100 * shareOfPeak).toFixed(0)} % ${bound}`,
    around.toFixed(1),
    primitive == null ? '-' : primitive.toFixed(1),
    implementation,
  ]);
}

if (options.child) {
  await measureAll(
    (result) => process.stdout.write(`${JSON.stringify(result)}\n`),
    (moment) => process.stdout.write(`${moment}\n`),
  );
} else {
  const report = startReport('ops', { ...options });
  print(titles);
  const found = (result) => {
    report.versions.laminet = result.device;
    addResult(report, result, options.json);
    printResult(result);
  };
  await (options['against-onednn'] ? measureWithVerbose(found) : measureAll(found));
  const [{ peaks }] = report.results;
  console.log(`peaks, measured on the spot: ${(peaks.flops / 1e9).toFixed(0)} GFLOP/s, ${(peaks.bytes / 1e9).toFixed(1)} GB/s`);
  finishReport(report, options.json);
}
