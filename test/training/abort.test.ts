import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AbortedError,
  type BatchLike,
  clearSession,
  currentDevice,
  type FitOptions,
  layers,
  type Sequential,
  sequential,
  setDevice,
} from '../../lib/index.js';
import { testedDevice } from '../harness/device.js';
import { classifier, expectError, expectTrains, labels, numbers } from '../harness/training.js';

const x = numbers(20, 3);
const y = labels(20);
const quiet = { verbose: 0, batchSize: 2 } as const;

const message = (method: string): string => `${method}: aborted; the weights are those of the last finished step`;

beforeEach(() => clearSession());
afterEach(() => {
  setDevice('auto');
});

/** Aborts when a hook is called. */
function abortingAt(hook: string, batch?: number): { controller: AbortController; callbacks: FitOptions['callbacks'] } {
  const controller = new AbortController();
  const abort = (number: unknown): void => {
    if (batch === undefined || number === batch) controller.abort('enough');
  };
  return { controller, callbacks: [{ [hook]: abort }] };
}

describe('an abort before the call', () => {
  it.each(['fit', 'evaluate', 'predict'] as const)('%s does nothing', async (method) => {
    const net = classifier();
    const seen: string[] = [];
    const hook = (): void => void seen.push('called');
    const options = {
      verbose: 0,
      signal: AbortSignal.abort('no'),
      callbacks: [{ onTrainBegin: hook, onTestBegin: hook, onPredictBegin: hook }],
    } as const;
    const error = await expectError(
      () => (method === 'predict' ? net.predict(x, options) : net[method](x, y, options)),
      AbortedError,
      message(method),
    );
    expect(error.cause).toBe('no');
    expect(seen).toEqual([]);
    await expectTrains(net);
  });
});

describe('an abort in a hook', () => {
  it.each([
    ['onTrainBegin', 0],
    ['onEpochBegin', 0],
    ['onTrainBatchBegin', 0],
    ['onTrainBatchEnd', 1],
    ['onTestBegin', 10],
    ['onTestBatchEnd', 10],
  ])('%s stops the training', async (hook, atMost) => {
    const net = classifier();
    const { controller, callbacks } = abortingAt(hook);
    const error = await expectError(
      () => net.fit(x, y, { ...quiet, validationData: [x, y], callbacks, signal: controller.signal }),
      AbortedError,
      message('fit'),
    );
    expect(error.cause).toBe('enough');
    expect(net.optimizer.iterations).toBeLessThanOrEqual(atMost);
    await expectTrains(net);
  });

  it.each(['onTestBatchEnd', 'onPredictBatchEnd'])('%s stops evaluate and predict', async (hook) => {
    const net = classifier();
    const { controller, callbacks } = abortingAt(hook, 3);
    const options = { ...quiet, callbacks, signal: controller.signal };
    const method = hook === 'onTestBatchEnd' ? 'evaluate' : 'predict';
    await expectError(
      () => (method === 'predict' ? net.predict(x, options) : net.evaluate(x, y, options)),
      AbortedError,
      message(method),
    );
    await expectTrains(net);
    expect((await net.predict(x, { verbose: 0 })).shape).toEqual([20, 3]);
  });

  it('after which the hook throws gives what was thrown', async () => {
    const controller = new AbortController();
    const boom = new Error('boom');
    const callback = {
      onTrainBatchEnd(): void {
        controller.abort();
        throw boom;
      },
    };
    await expect(classifier().fit(x, y, { ...quiet, signal: controller.signal, callbacks: [callback] })).rejects.toBe(boom);
  });

  it('after the last step comes too late', async () => {
    const { controller, callbacks } = abortingAt('onTrainEnd');
    await classifier().fit(x, y, { ...quiet, callbacks, signal: controller.signal });
  });
});

describe('an abort while data is waited for', () => {
  /** Two batches, and then nothing for ever. */
  async function* stuck(): AsyncGenerator<BatchLike> {
    yield [x, y];
    yield [x, y];
    await new Promise(() => {});
  }

  it.each(['fit', 'evaluate', 'predict'] as const)('ends %s', async (method) => {
    const net = classifier();
    const controller = new AbortController();
    const options = { verbose: 0, signal: controller.signal } as const;
    setTimeout(() => controller.abort(), 20);
    await expectError(
      () => (method === 'predict' ? net.predict(stuck(), options) : net[method](stuck(), null, options)),
      AbortedError,
      message(method),
    );
    await expectTrains(net, x, y);
  });

  it('that heeds the signal itself', async () => {
    const net = classifier();
    const controller = new AbortController();
    async function* heeding(): AsyncGenerator<BatchLike> {
      yield [x, y];
      await new Promise((_, reject) => controller.signal.addEventListener('abort', () => reject(controller.signal.reason)));
    }
    setTimeout(() => controller.abort(), 20);
    const error = await expectError(
      () => net.fit(heeding(), null, { verbose: 0, signal: controller.signal }),
      AbortedError,
      message('fit'),
    );
    expect((error.cause as DOMException).name).toBe('AbortError');
  });
});

describe('an abort while another call runs', () => {
  it('gives up the turn, and the other call goes on', async () => {
    const net = classifier();
    const controller = new AbortController();
    const first = net.fit(x, y, { ...quiet, epochs: 20 });
    const second = net.fit(x, y, { ...quiet, signal: controller.signal });
    setTimeout(() => controller.abort(), 1);
    await expectError(() => second, AbortedError, message('fit'));
    expect((await first).epoch).toHaveLength(20);
    expect(net.optimizer.iterations).toBe(200);
    await expectTrains(net);
  });
});

/** A network whose steps take the reference device a while. */
function slow(): Sequential {
  const net = sequential([
    layers.conv2d({ filters: 8, kernelSize: 5, padding: 'same', activation: 'relu', inputShape: [32, 32, 3] }),
    layers.conv2d({ filters: 8, kernelSize: 5, padding: 'same', activation: 'relu' }),
    layers.conv2d({ filters: 8, kernelSize: 5, padding: 'same', activation: 'relu' }),
    layers.globalAveragePooling2d(),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  return net;
}

describe('an abort inside a long step', () => {
  it('leaves the weights as they were', async () => {
    setDevice('reference');
    const net = slow();
    const before = await Promise.all(net.weights.map((weight) => weight.data()));
    const controller = new AbortController();
    const images = numbers(32, 32, 32, 3);
    const callback = { onTrainBatchBegin: () => void setTimeout(() => controller.abort(), 10) };
    await expectError(
      () => net.fit(images, labels(32), { verbose: 0, callbacks: [callback], signal: controller.signal }),
      AbortedError,
      message('fit'),
    );
    expect(await Promise.all(net.weights.map((weight) => weight.data()))).toEqual(before);
    expect(net.optimizer.iterations).toBe(0);
    await expectTrains(net, numbers(2, 32, 32, 3), labels(2));
    expect(net.optimizer.iterations).toBe(1);
  });
});

describe.each(['reference', testedDevice] as const)('aborts at any time on %s', (device) => {
  const options = { verbose: 0, batchSize: 2, shuffle: false, epochs: 3 } as const;
  const flat = async (net: Sequential): Promise<number[]> =>
    (await Promise.all(net.weights.map((weight) => weight.data()))).flatMap((values) => Array.from(values));

  it('leave the weights of a whole number of steps', async () => {
    setDevice(device);
    const net = classifier({ optimizer: 'adam' });
    const start = await Promise.all(net.weights.map((weight) => weight.data()));
    const recompile = (): void => {
      net.setWeights(start);
      net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    };
    recompile();
    const known = [await flat(net)];
    await net.fit(x, y, { ...options, callbacks: [{ onTrainBatchEnd: async () => void known.push(await flat(net)) }] });
    expect(known).toHaveLength(31);
    for (let attempt = 0; attempt < 25; attempt++) {
      recompile();
      const controller = new AbortController();
      const stop = attempt % 2 === 0 ? setImmediate : (abort: () => void) => setTimeout(abort, attempt % 7);
      const callback = { onTrainBatchBegin: (batch: number) => void (batch === attempt % 10 && stop(() => controller.abort())) };
      await net.fit(x, y, { ...options, signal: controller.signal, callbacks: [callback] }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AbortedError);
      });
      const steps = net.optimizer.iterations;
      expect(await flat(net)).toEqual(known[steps]);
    }
    expect(currentDevice().name).toMatch(device); // 'cuda' is 'cuda:0'
  });
});
