// One contestant of the training benchmark: laminet. Reads lines {"run": seconds}, answers {"steps", "seconds", "batch"}.
// Usage: node bench/laminet_train.mjs --model B --batch 32 --threads 2
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'B' },
    batch: { type: 'string', default: '32' },
    threads: { type: 'string', default: '2' },
  },
});
process.env.LAMINET_NUM_THREADS ??= values.threads;
const batch = Number(values.batch);

const { contestant } = await import('./models.mjs');
const { callbacks, currentDevice } = await import('laminet');
const { net, x, y } = contestant(values.model, batch);

/** Counts steps, and stops the training when the time is up. It asks for no logs, so nothing is read back. */
class Deadline extends callbacks.Callback {
  steps = 0;
  constructor(seconds) {
    super();
    this.end = performance.now() + 1000 * seconds;
  }
  onTrainBatchEnd() {
    this.steps++;
    if (performance.now() >= this.end) this.model.stopTraining = true;
  }
  wantsBatchLogs() {
    return false;
  }
}

async function run(seconds) {
  const deadline = new Deadline(seconds);
  const start = performance.now();
  await net.fit(x, y, { batchSize: batch, epochs: 1_000_000, verbose: 0, shuffle: false, callbacks: [deadline] });
  return { steps: deadline.steps, seconds: (performance.now() - start) / 1000, batch };
}

const start = performance.now();
await run(0);
const firstStep = (performance.now() - start) / 1000;
await run(0.5);
console.log(JSON.stringify({ ready: `laminet ${currentDevice().description}`, firstStep }));
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await run(JSON.parse(line).run)));
