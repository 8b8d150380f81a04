import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callbacks, clearSession, layers, optimizers, type Sequential, sequential } from '../../lib/index.js';
import { goldenValues } from '../harness/golden.js';

/** The model and the data of test/golden/texts. */
function small(): Sequential {
  const net = sequential([
    layers.dense({ units: 4, activation: 'tanh', inputShape: [3] }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  net.setWeights(net.weights.map(({ shape }, i) => goldenValues({ shape: [...shape], seed: 51 + i, low: -1, high: 1 })));
  net.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}
const x = { data: goldenValues({ shape: [10, 3], seed: 41, low: -1, high: 1 }), shape: [10, 3] };
const y = Int32Array.from(goldenValues({ shape: [10], seed: 42, classes: 3 }));
const batches = { batchSize: 4, shuffle: false } as const;

const { stdout } = process;
const before = { isTTY: stdout.isTTY, columns: stdout.columns };
let written = '';

function pretend(isTTY: boolean, columns: number | undefined): void {
  Object.defineProperty(stdout, 'isTTY', { value: isTTY, configurable: true, writable: true });
  Object.defineProperty(stdout, 'columns', { value: columns, configurable: true, writable: true });
}

beforeEach(() => {
  clearSession();
  written = '';
  vi.spyOn(stdout, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  pretend(before.isTTY, before.columns);
});

const escapeCode = String.fromCharCode(27);
const colours = new RegExp(`${escapeCode}\\[\\d+m`, 'g');

/** What a terminal shows after this text. */
function screen(text: string, columns = 1000): string[] {
  const lines = [''];
  let at = 0;
  for (const char of text.replace(colours, '')) {
    if (char === '\r') at = 0;
    else if (char === '\b') at = Math.max(at - 1, 0);
    else if (char === '\n') {
      lines.push('');
      at = 0;
    } else {
      if (at === columns) {
        lines.push('');
        at = 0;
      }
      const line = lines[lines.length - 1] as string;
      lines[lines.length - 1] = line.slice(0, at).padEnd(at) + char + line.slice(at + 1);
      at++;
    }
  }
  return lines.map((line) => line.trimEnd());
}

const withoutTimes = (line: string): string => line.replace(/\d+s/, 'Ns').replace(/\d+(s|ms|us)\/step/, 'N/step');

/** What Keras printed; it prints colours into files too. */
const golden = (name: string): string => readFileSync(new URL(`../golden/texts/${name}.txt`, import.meta.url), 'utf8');
const expected = (name: string): string[] => screen(golden(name)).map(withoutTimes);

const runs: [name: string, verbose: 1 | 2, run: (net: Sequential, verbose: 1 | 2) => Promise<unknown>][] = [
  ['fit-verbose-1', 1, (net, verbose) => net.fit(x, y, { ...batches, epochs: 2, verbose })],
  ['fit-verbose-2', 2, (net, verbose) => net.fit(x, y, { ...batches, epochs: 2, verbose })],
  ['fit-one-epoch', 1, (net, verbose) => net.fit(x, y, { ...batches, verbose })],
  ['fit-validation', 1, (net, verbose) => net.fit(x, y, { ...batches, epochs: 2, verbose, validationSplit: 0.3 })],
  ['fit-validation-verbose-2', 2, (net, verbose) => net.fit(x, y, { ...batches, epochs: 2, verbose, validationSplit: 0.3 })],
  ['evaluate-verbose-1', 1, (net, verbose) => net.evaluate(x, y, { batchSize: 4, verbose })],
  ['evaluate-verbose-2', 2, (net, verbose) => net.evaluate(x, y, { batchSize: 4, verbose })],
  ['predict-verbose-1', 1, (net, verbose) => net.predict(x, { batchSize: 4, verbose })],
  ['predict-verbose-2', 2, (net, verbose) => net.predict(x, { batchSize: 4, verbose })],
];

describe("the progress on a terminal shows Keras's lines", () => {
  it.each(runs)('%s', async (name, verbose, run) => {
    pretend(true, 120);
    await run(small(), verbose);
    expect(screen(written, 120).map(withoutTimes)).toEqual(expected(name));
    expect(written.includes(`${escapeCode}[32m`)).toBe(verbose === 1);
  });
});

describe("the progress in a pipe has Keras's lines", () => {
  it.each(runs)('%s', async (name, verbose, run) => {
    pretend(false, undefined);
    await run(small(), verbose);
    expect(written.split('\n').map(withoutTimes)).toEqual(expected(name));
    for (const code of ['\r', '\b', escapeCode]) expect(written).not.toContain(code);
  });

  it("is a line an epoch when nothing is said, and a bar's on a terminal", async () => {
    pretend(false, undefined);
    await small().fit(x, y, { ...batches, epochs: 2 });
    expect(written.split('\n').map(withoutTimes)).toEqual(expected('fit-verbose-2'));
    written = '';
    pretend(true, 120);
    await small().fit(x, y, { ...batches, epochs: 2 });
    expect(screen(written).map(withoutTimes)).toEqual(expected('fit-verbose-1'));
  });
});

describe('the bar', () => {
  it('never wraps while it is redrawn on a narrow terminal', async () => {
    pretend(true, 30);
    const bar = new callbacks.ProgressBar();
    bar.params = { verbose: 1, epochs: 1, steps: 100 };
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1e6 - 100);
    bar.onEpochBegin(0);
    for (let step = 0; step < 100; step++) {
      clock.mockReturnValue(1e6 + 100 * step);
      bar.onTrainBatchEnd(step, { accuracy: 0.5, loss: 1.25 });
    }
    const drawn = written.split('\r').slice(1);
    expect(drawn).toHaveLength(100);
    for (const line of drawn) expect(line.length).toBeLessThan(30);
    bar.onEpochEnd(0, { accuracy: 0.5, loss: 1.25 });
    expect(screen(written, 30)).toEqual([
      '100/100 ━━━━━━━━━━━━━━━━━━━━ 1',
      '0s 100ms/step - accuracy: 0.50',
      '00 - loss: 1.2500',
      '',
    ]);
  });

  it('is drawn at most every 50 milliseconds', () => {
    pretend(true, 120);
    const bar = new callbacks.ProgressBar();
    bar.params = { verbose: 1, epochs: 1, steps: 1000 };
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1e6);
    bar.onEpochBegin(0);
    for (let step = 0; step < 1000; step++) {
      clock.mockReturnValue(1e6 + step);
      if (bar.wantsBatchLogs('train')) bar.onTrainBatchEnd(step, { loss: 1 });
      else bar.onTrainBatchEnd(step, {});
    }
    expect(written.split('\r').length - 1).toBe(20);
  });

  it('covers what a longer line left', () => {
    pretend(true, 120);
    const bar = new callbacks.ProgressBar();
    bar.params = { verbose: 1, epochs: 1, steps: 2 };
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1e6);
    bar.onEpochBegin(0);
    clock.mockReturnValue(1e6 + 100);
    bar.onTrainBatchEnd(0, { loss: 123456.5 });
    clock.mockReturnValue(1e6 + 200);
    bar.onTrainBatchEnd(1, { loss: 1.5 });
    bar.onEpochEnd(0, { loss: 1.5 });
    expect(screen(written, 120)).toEqual(['2/2 ━━━━━━━━━━━━━━━━━━━━ 0s 100ms/step - loss: 1.5000', '']);
  });

  it('counts steps whose number is not known, and knows it in the second epoch', async () => {
    pretend(true, 120);
    const batch = [{ data: x.data, shape: [10, 3] }, y] as const;
    const source = {
      *[Symbol.iterator]() {
        yield batch;
        yield batch;
      },
    };
    await small().fit(source, null, { epochs: 2 });
    const lines = screen(written).map(withoutTimes);
    expect(written).toContain('      1/Unknown');
    expect(lines[1]).toMatch(/^2\/2 ━{20} Ns N\/step - accuracy: [\d.e-]+ - loss: [\d.]+$/);
    expect(written.slice(written.indexOf('Epoch 2'))).not.toContain('Unknown');
  });

  it('is not there with verbose 0, and only once when it is given', async () => {
    pretend(true, 120);
    await small().fit(x, y, { ...batches, verbose: 0 });
    expect(written).toBe('');
    await small().fit(x, y, { ...batches, verbose: 1, callbacks: [new callbacks.ProgressBar()] });
    expect(screen(written).map(withoutTimes)).toEqual(expected('fit-one-epoch'));
  });

  it('is not drawn on a terminal without a width', async () => {
    pretend(true, 0);
    await small().fit(x, y, { ...batches, verbose: 1 });
    expect(written).not.toContain('\r');
  });
});
