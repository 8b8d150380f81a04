// npm run bench:train: images per second of whole training steps, laminet and PyTorch side by side.
//
// Every contestant is a process of its own; they run short slices in random order, so that the machine's moods meet all of them alike. The
// ratio is the median of the ratios of each round; images per second are the medians of each contestant.
// Usage: npm run bench:train -- [--models ABCD] [--batch 32] [--threads 2] [--rounds 9] [--slice 0.3] [--json FILE]
// PyTorch takes part when the Python of LAMINET_BENCH_PYTHON (python3 by default) has it: see bench/rivals/README.md.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: 'ABCD' },
    batch: { type: 'string' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '9' },
    slice: { type: 'string', default: '0.3' },
    json: { type: 'string' },
  },
});
const python = process.env.LAMINET_BENCH_PYTHON ?? 'python3';
/** Batch of each model, where the command line gives none. */
const batches = { A: 128, B: 32, C: 32, D: 32 };

class Contestant {
  constructor(name, command, args) {
    this.name = name;
    this.rates = [];
    this.process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.errors = '';
    this.process.stderr.on('data', (text) => {
      this.errors = (this.errors + text).slice(-2000);
    });
    this.process.on('error', (error) => {
      this.errors += error.message;
    });
    this.process.stdin.on('error', () => {});
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  /** The next line of JSON, or undefined when the process has ended. */
  async next() {
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) return undefined;
      if (value.startsWith('{')) return JSON.parse(value);
    }
  }

  async run(seconds) {
    this.process.stdin.write(`${JSON.stringify({ run: seconds })}\n`);
    const result = await this.next();
    if (result === undefined) throw new Error(`${this.name} ended: ${this.errors}`);
    return (result.steps * result.batch) / result.seconds;
  }

  end() {
    this.process.stdin.end();
    this.process.kill();
  }
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

function shuffled(list) {
  return list
    .map((item) => [Math.random(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

async function start(model, batch) {
  const common = ['--model', model, '--batch', String(batch), '--threads', options.threads];
  const torch = (mode, format) =>
    new Contestant(`torch ${mode} ${format}`, python, [
      join(here, 'rivals', 'torch_train.py'),
      ...common,
      '--mode',
      mode,
      '--format',
      format,
    ]);
  const all = [new Contestant('laminet', process.execPath, [join(here, 'laminet_train.mjs'), ...common])];
  for (const mode of ['eager', 'compile'])
    for (const format of ['channels_first', 'channels_last']) all.push(torch(mode, format));
  const ready = [];
  for (const contestant of all) {
    const hello = await contestant.next();
    if (hello?.ready) {
      console.log(
        `  ${contestant.name}: ${typeof hello.ready === 'string' ? hello.ready : ''}${hello.firstStep ? `, first step after ${hello.firstStep.toFixed(2)} s` : ''}`,
      );
      ready.push(contestant);
    } else console.log(`  ${contestant.name}: does not take part: ${contestant.errors.trim().split('\n').at(-1)}`);
  }
  return ready;
}

const report = [];
for (const model of options.models) {
  const batch = Number(options.batch ?? batches[model]);
  console.log(`model ${model}, batch ${batch}, ${options.threads} threads`);
  const contestants = await start(model, batch);
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const contestant of shuffled(contestants)) contestant.rates.push(await contestant.run(Number(options.slice)));
  }
  const ours = contestants.find(({ name }) => name === 'laminet');
  for (const { name, rates } of contestants) {
    const ratio = median(ours.rates.map((rate, round) => rate / rates[round]));
    report.push({ model, batch, name, imagesPerSecond: median(rates), best: Math.max(...rates), ratio });
    const times = name === 'laminet' ? '' : `   laminet is ${ratio.toFixed(2)} times as fast`;
    console.log(
      `  ${name.padEnd(28)} ${median(rates).toFixed(0).padStart(6)} images/s (best ${Math.max(...rates).toFixed(0)})${times}`,
    );
  }
  for (const contestant of contestants) contestant.end();
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
process.exit(0);
