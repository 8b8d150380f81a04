import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  callbacks,
  clearSession,
  currentDevice,
  type FitOptions,
  layers,
  optimizers,
  type Sequential,
  sequential,
  ValueError,
} from '../../lib/index.js';
import { classifier, expectTrains, labels, numbers } from '../harness/training.js';

const { Callback, CSVLogger, EarlyStopping, LearningRateScheduler, ReduceLROnPlateau, TerminateOnNaN } = callbacks;

const x = numbers(10, 3);
const y = labels(10);
/** Three steps an epoch. */
const run = (net: Sequential, options: FitOptions): Promise<callbacks.History> =>
  net.fit(x, y, { verbose: 0, batchSize: 4, shuffle: false, ...options });

/** Hears what is printed. */
function listen(): string[] {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  return lines;
}

beforeEach(() => clearSession());
afterEach(() => vi.restoreAllMocks());

describe('callbacks', () => {
  it('may be classes, with the model and the parameters', async () => {
    const seen: unknown[] = [];
    class Watch extends Callback {
      override onEpochEnd(epoch: number, logs: callbacks.Logs): void {
        seen.push([epoch, Object.keys(logs), this.params, this.model.name, this.model.optimizer.iterations]);
      }
    }
    await run(classifier(), { epochs: 2, callbacks: [new Watch()] });
    const params = { verbose: 0, epochs: 2, steps: 3 };
    expect(seen).toEqual([
      [0, ['accuracy', 'loss'], params, 'net', 3],
      [1, ['accuracy', 'loss'], params, 'net', 6],
    ]);
  });

  it('may be object literals, with methods that know the model', async () => {
    const seen: unknown[] = [];
    await run(classifier(), {
      callbacks: [
        { onTrainBegin: () => void seen.push('begin') },
        {
          onBatchEnd(batch, logs) {
            seen.push([batch, Object.keys(logs), this.model.name]);
          },
          onTrainEnd: () => void seen.push('end'),
        },
      ],
    });
    const keys = ['accuracy', 'loss'];
    expect(seen).toEqual(['begin', [0, keys, 'net'], [1, keys, 'net'], [2, keys, 'net'], 'end']);
  });

  it('have onBatchBegin and onBatchEnd as other names', async () => {
    const seen: string[] = [];
    class Old extends Callback {
      override onBatchBegin(batch: number): void {
        seen.push(`begin ${batch}`);
      }
      override onBatchEnd(batch: number, logs: callbacks.Logs): void {
        seen.push(`end ${batch} ${Object.keys(logs)}`);
      }
    }
    await run(classifier(), { callbacks: [new Old()] });
    expect(seen).toEqual(['begin 0', 'end 0 accuracy,loss', 'begin 1', 'end 1 accuracy,loss', 'begin 2', 'end 2 accuracy,loss']);
  });

  it('are waited for', async () => {
    const seen: string[] = [];
    const slow = (name: string) => async (): Promise<void> => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(`${name} ends`);
    };
    await run(classifier(), {
      batchSize: 10,
      callbacks: [
        { onTrainBatchBegin: slow('batch'), onTrainBatchEnd: slow('batch'), onEpochEnd: slow('epoch') },
        { onEpochEnd: () => void seen.push('second') },
      ],
    });
    expect(seen).toEqual(['batch begins', 'batch ends', 'batch begins', 'batch ends', 'epoch begins', 'epoch ends', 'second']);
  });

  it('share the logs, and History comes last', async () => {
    const { history } = await run(classifier(), {
      callbacks: [
        { onEpochEnd: (epoch, logs) => void Object.assign(logs, { extra: epoch + 0.5 }) },
        { onEpochEnd: (_, logs) => void Object.assign(logs, { more: (logs.extra as number) * 2 }) },
      ],
      epochs: 2,
    });
    expect(history.extra).toEqual([0.5, 1.5]);
    expect(history.more).toEqual([1, 3]);
  });

  it('see running values over the epoch so far', async () => {
    const net = classifier({ optimizer: optimizers.sgd({ learningRate: 0 }) });
    const running: number[] = [];
    await run(net, { callbacks: [{ onTrainBatchEnd: (_, logs) => void running.push(logs.loss as number) }] });
    for (const [i, size] of [4, 8, 10].entries()) {
      const { loss } = await net.evaluate({ data: x.data.subarray(0, 3 * size), shape: [size, 3] }, y.subarray(0, size), {
        verbose: 0,
      });
      expect(running[i]).toBeCloseTo(loss as number, 6);
    }
  });

  it('may use the model, also without waiting', async () => {
    const expected = await run(classifier({ optimizer: optimizers.sgd({ learningRate: 0.1 }) }), { epochs: 3 });
    clearSession();
    const net = classifier({ optimizer: optimizers.sgd({ learningRate: 0.1 }) });
    expect(expected.history.loss).toHaveLength(3);
    const weights = await Promise.all(net.weights.map((weight) => weight.data()));
    const losses: number[] = [];
    const { history } = await run(net, {
      epochs: 3,
      callbacks: [
        { onEpochEnd: async () => void losses.push((await net.evaluate(x, y, { verbose: 0 })).loss as number) },
        { onEpochEnd: () => void net.evaluate(x, y, { verbose: 0 }).then(({ loss }) => losses.push(loss as number)) },
        { onEpochBegin: async () => void (await net.predict(x, { verbose: 0 })) },
      ],
    });
    expect(losses).toHaveLength(6);
    net.setWeights(weights);
    net.compile({
      optimizer: optimizers.sgd({ learningRate: 0.1 }),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    });
    const alone = await run(net, { epochs: 3 });
    expect(history.loss).toEqual(alone.history.loss);
    expect(losses[5]).toBeCloseTo((await net.evaluate(x, y, { verbose: 0 })).loss as number, 6);
  });

  it('may be told to evaluate and predict', async () => {
    const seen: unknown[] = [];
    const watch = {
      onTestBatchEnd: (batch: number, logs: callbacks.Logs) => void seen.push([batch, Object.keys(logs)]),
      onTestEnd: (logs: callbacks.Logs) => void seen.push(Object.keys(logs)),
      onPredictBatchEnd: (batch: number) => void seen.push(batch),
      onPredictEnd: () => void seen.push('end'),
    };
    const net = classifier();
    await net.evaluate(x, y, { verbose: 0, batchSize: 5, callbacks: [watch] });
    await net.predict(x, { verbose: 0, batchSize: 5, callbacks: [watch] });
    const keys = ['accuracy', 'loss'];
    expect(seen).toEqual([[0, keys], [1, keys], keys, 0, 1, 'end']);
  });
});

describe('callbacks that throw', () => {
  const boom = new Error('boom');
  const hooks = [
    'onTrainBegin',
    'onEpochBegin',
    'onTrainBatchBegin',
    'onTrainBatchEnd',
    'onTestBegin',
    'onTestBatchBegin',
    'onTestBatchEnd',
    'onTestEnd',
    'onEpochEnd',
    'onTrainEnd',
  ] as const;
  it.each(hooks)('%s', async (hook) => {
    const net = classifier();
    const options = { epochs: 2, validationData: [x, y] as const };
    await expect(
      run(net, {
        ...options,
        callbacks: [
          {
            [hook]: () => {
              throw boom;
            },
          },
        ],
      }),
    ).rejects.toBe(boom);
    await expect(run(net, { ...options, callbacks: [{ [hook]: () => Promise.reject(boom) }] })).rejects.toBe(boom);
    const steps = net.optimizer.iterations;
    await expectTrains(net);
    expect(net.optimizer.iterations).toBe(steps + 1);
  });

  it('count the steps that were made', async () => {
    const net = classifier();
    const stop = {
      onTrainBatchBegin: (batch: number) => {
        if (batch === 2) throw boom;
      },
    };
    await expect(run(net, { callbacks: [stop] })).rejects.toBe(boom);
    expect(net.optimizer.iterations).toBe(2);
    expect((await (net.optimizer.variables[0] as { data(): Promise<ArrayLike<number>> }).data())[0]).toBe(2);
  });
});

describe('stopTraining', () => {
  it('in a batch ends the epoch there', async () => {
    const net = classifier();
    const { epoch, history } = await run(net, {
      epochs: 5,
      validationData: [x, y],
      callbacks: [
        {
          onTrainBatchBegin(batch) {
            if (batch === 1) this.model.stopTraining = true;
          },
        },
      ],
    });
    expect(net.optimizer.iterations).toBe(2);
    expect(epoch).toEqual([0]);
    expect(history.val_loss).toHaveLength(1);
    await run(net, {});
    expect(net.optimizer.iterations).toBe(5);
  });

  it('after an epoch ends the training there', async () => {
    const net = classifier();
    const { epoch } = await run(net, {
      epochs: 5,
      callbacks: [{ onEpochEnd: (number) => void Object.assign(net, { stopTraining: number === 1 }) }],
    });
    expect(epoch).toEqual([0, 1]);
  });
});

describe('the learning rate', () => {
  /** Steps of plain gradient descent scale with the rate. */
  async function change(net: Sequential, act: () => Promise<unknown>): Promise<number> {
    const flat = async (): Promise<number[]> =>
      (await Promise.all(net.weights.map((weight) => weight.data()))).flatMap((values) => Array.from(values));
    const before = await flat();
    await act();
    const after = await flat();
    return Math.hypot(...after.map((value, i) => value - (before[i] as number)));
  }

  it('set in a hook holds from the next step', async () => {
    const moved: number[] = [];
    const net = classifier({ optimizer: optimizers.sgd({ learningRate: 1e-3 }) });
    for (const hook of ['onTrainBegin', 'onEpochBegin', 'onTrainBatchBegin'] as const) {
      net.optimizer.learningRate = 1e-3;
      const base = await change(net, () => run(net, { batchSize: 10 }));
      const set = {
        [hook]() {
          net.optimizer.learningRate = 2e-3;
        },
      };
      moved.push((await change(net, () => run(net, { batchSize: 10, callbacks: [set] }))) / base);
      expect(net.optimizer.learningRate).toBe(2e-3);
    }
    for (const ratio of moved) expect(ratio).toBeCloseTo(2, 1);
  });

  it('set after a batch holds in the next one', async () => {
    const net = classifier({ optimizer: optimizers.sgd({ learningRate: 0 }) });
    const steps: number[] = [];
    let before = await net.weights[0]?.data();
    await run(net, {
      callbacks: [
        {
          async onTrainBatchEnd(batch) {
            const now = await net.weights[0]?.data();
            steps.push(Math.hypot(...Array.from(now ?? [], (value, i) => value - (before?.[i] as number))));
            before = now;
            if (batch === 0) net.optimizer.learningRate = 0.1;
            if (batch === 1) net.optimizer.learningRate = 0;
          },
        },
      ],
    });
    expect(steps[0]).toBe(0);
    expect(steps[1]).toBeGreaterThan(0);
    expect(steps[2]).toBe(0);
  });

  it('follows a LearningRateScheduler, and is logged', async () => {
    const lines = listen();
    const { history } = await run(classifier({ optimizer: optimizers.sgd({ learningRate: 0.5 }) }), {
      epochs: 3,
      callbacks: [new LearningRateScheduler((epoch, rate) => (epoch === 0 ? rate : rate / 2), 1)],
    });
    expect(history.learning_rate).toEqual([0.5, 0.25, 0.125]);
    expect(lines[2]).toBe('\nEpoch 3: LearningRateScheduler setting learning rate to 0.125.\n');
  });

  it('is lowered on a plateau', async () => {
    const lines = listen();
    const reduce = new ReduceLROnPlateau({ monitor: 'loss', patience: 1, factor: 0.5, minDelta: 100, verbose: 1 });
    const { history } = await run(classifier({ optimizer: optimizers.sgd({ learningRate: 0.5 }) }), {
      epochs: 3,
      callbacks: [reduce],
    });
    expect(history.learning_rate).toEqual([0.5, 0.5, 0.25]);
    expect(lines).toEqual([
      '\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.25.\n',
      '\nEpoch 3: ReduceLROnPlateau reducing learning rate to 0.125.\n',
    ]);
  });
});

describe('EarlyStopping', () => {
  it('stops, and puts back the best weights', async () => {
    const lines = listen();
    const net = classifier({ optimizer: optimizers.sgd({ learningRate: 0.1 }) });
    const kept: number[][] = [];
    const stop = new EarlyStopping({
      monitor: 'accuracy',
      mode: 'min',
      minDelta: 100,
      patience: 2,
      restoreBestWeights: true,
      verbose: 1,
    });
    const keep = { onEpochEnd: async () => void kept.push(Array.from((await net.weights[0]?.data()) ?? [])) };
    const { epoch } = await run(net, { epochs: 10, callbacks: [keep, stop] });
    expect(epoch).toEqual([0, 1, 2]);
    expect([stop.stoppedEpoch, stop.bestEpoch]).toEqual([2, 0]);
    expect(Array.from((await net.weights[0]?.data()) ?? [])).toEqual(kept[0]);
    expect(lines).toEqual(['Epoch 3: early stopping\n', 'Restoring model weights from the end of the best epoch: 1.\n']);
  });

  it('asks the metric whether larger is better', async () => {
    const stop = new EarlyStopping({ monitor: 'val_accuracy', patience: 100 });
    await run(classifier(), { epochs: 2, validationData: [x, y], callbacks: [stop] });
    expect(stop.best).toBeGreaterThanOrEqual(0);
  });
});

describe('TerminateOnNaN', () => {
  const target = numbers(10, 1);
  function diverging(): Sequential {
    const net = sequential([layers.dense({ units: 1, inputShape: [3] })]);
    net.compile({ optimizer: optimizers.sgd({ learningRate: 1e30 }), loss: 'mse' });
    return net;
  }

  it('stops after the batch', async () => {
    const lines = listen();
    const net = diverging();
    const { epoch, history } = await net.fit(x, target, {
      verbose: 0,
      batchSize: 1,
      epochs: 5,
      callbacks: [new TerminateOnNaN()],
    });
    expect(epoch).toEqual([0]);
    expect(Number.isFinite(history.loss?.[0])).toBe(false);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^Batch \d: Invalid loss, terminating training\n$/);
    expect(net.optimizer.iterations).toBeLessThan(10);
  });

  it('throws when it should', async () => {
    await expect(
      diverging().fit(x, target, { verbose: 0, batchSize: 1, callbacks: [new TerminateOnNaN({ raiseError: true })] }),
    ).rejects.toThrow(/^TerminateOnNaN: the loss of batch \d is (NaN|Infinity); expected a finite number$/);
    await expect(
      diverging().fit(x, target, { verbose: 0, batchSize: 1, callbacks: [new TerminateOnNaN({ raiseError: true })] }),
    ).rejects.toThrow(ValueError);
  });
});

describe('CSVLogger', () => {
  it('writes a line an epoch', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'laminet-csv-'));
    const file = join(folder, 'log.csv');
    try {
      const { history } = await run(classifier(), {
        epochs: 2,
        validationData: [x, y],
        validationFreq: 2,
        callbacks: [new CSVLogger(file)],
      });
      const lines = readFileSync(file, 'utf8').split('\r\n');
      expect(lines[0]).toBe('epoch,accuracy,loss,val_accuracy,val_loss');
      expect(lines[1]).toBe(`0,${history.accuracy?.[0]},${history.loss?.[0]},NA,NA`);
      expect(lines[2]).toBe(
        `1,${history.accuracy?.[1]},${history.loss?.[1]},${history.val_accuracy?.[0]},${history.val_loss?.[0]}`,
      );
      await run(classifier(), { epochs: 1, callbacks: [new CSVLogger(file, { append: true })] });
      const more = readFileSync(file, 'utf8').split('\r\n');
      expect(more.slice(0, 3)).toEqual(lines.slice(0, 3));
      expect(more[3]).toMatch(/^0,[\d.]+,[\d.]+,NA,NA$/);
      await run(classifier(), { epochs: 1, callbacks: [new CSVLogger(file, { separator: ';' })] });
      expect(readFileSync(file, 'utf8')).toMatch(/^epoch;accuracy;loss;val_accuracy;val_loss\r\n0;/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('reading the logs', () => {
  /** Runs that brought numbers back from the device. */
  async function readBacks(act: () => Promise<unknown>): Promise<number> {
    const { native } = currentDevice();
    const original = native.runAndRead.bind(native);
    let count = 0;
    const counting: typeof native.runAndRead = async (...args) => {
      const results = await original(...args);
      if (results.length > 0) count++;
      return results;
    };
    Object.defineProperty(native, 'runAndRead', { value: counting, configurable: true });
    try {
      await act();
    } finally {
      Reflect.deleteProperty(native, 'runAndRead'); // the method of the class is behind it
    }
    return count;
  }

  it('happens once an epoch when nobody asks', async () => {
    const net = classifier();
    expect(await readBacks(() => run(net, { batchSize: 1, epochs: 3 }))).toBe(3);
    expect(
      await readBacks(() =>
        run(net, { batchSize: 1, epochs: 3, callbacks: [{ onEpochEnd: () => {}, onTrainBatchBegin: () => {} }] }),
      ),
    ).toBe(3);
    expect(await readBacks(() => run(net, { batchSize: 1, epochs: 2, validationData: [x, y] }))).toBe(4);
    expect(await readBacks(() => net.evaluate(x, y, { batchSize: 1, verbose: 0 }))).toBe(1);
  });

  it('happens once a batch when a callback asks', async () => {
    const net = classifier();
    expect(
      await readBacks(() => run(net, { batchSize: 1, callbacks: [{ onTrainBatchEnd: () => {} }, { onBatchEnd: () => {} }] })),
    ).toBe(11);
    expect(await readBacks(() => run(net, { batchSize: 1, callbacks: [{ onTestBatchEnd: () => {} }] }))).toBe(1);
  });

  it('happens as often as a callback asks', async () => {
    const seen: number[] = [];
    class Rarely extends Callback {
      #batch = 0;
      override wantsBatchLogs(phase: 'train' | 'test'): boolean {
        return phase === 'train' && this.#batch++ % 5 === 4;
      }
      override onTrainBatchEnd(batch: number, logs: callbacks.Logs): void {
        if ('loss' in logs) seen.push(batch);
      }
    }
    expect(await readBacks(() => run(classifier(), { batchSize: 1, callbacks: [new Rarely()] }))).toBe(3);
    expect(seen).toEqual([4, 9]);
  });
});
