// A contestant of the training benchmark: laminet. Besides {"run": seconds} it answers {"eventLoop": seconds} with the delay of the event
// loop while it trains. `node bench/laminet_train.mjs --model B --batch 32 --data build/bench/data/B32`; `--once` ends after the first
// step.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readData } from './data.mjs';
import { commandLine } from './options.mjs';
import { serve } from './slices.mjs';

const { values: options } = commandLine({ model: 'B', batch: '32', data: undefined, once: false });
const batch = Number(options.batch);

const { compiledModel, modelOf } = await import('./models.mjs');
const { callbacks, currentDevice } = await import('laminet');
const net = compiledModel(options.model);
const { x, y } = readData(options.data, modelOf(options.model).inputShape, batch);

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

async function train(seconds) {
  const deadline = new Deadline(seconds);
  await net.fit(x, y, { batchSize: batch, epochs: 1_000_000, verbose: 0, shuffle: false, callbacks: [deadline] });
  return deadline.steps;
}

/** How late timers of one millisecond fire, in milliseconds: measured apart from the rates, which the timers would disturb. */
async function eventLoop(seconds) {
  const resolution = 1;
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  await train(seconds);
  delay.disable();
  const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolution);
  return { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) };
}

// The clock of `performance` began with the process.
const build = performance.now() / 1000;
await train(0);
const firstStep = performance.now() / 1000 - build;
if (!options.once) await train(0.5);
await serve({
  ready: `laminet ${currentDevice().description}`,
  batch,
  work: train,
  hello: { build, firstStep },
  others: { eventLoop },
});
