import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  compile,
  currentDevice,
  input,
  layers,
  model,
  OutOfMemoryError,
  ops,
  sequential,
  setDevice,
  type Tensor,
  tensor,
  Variable,
} from '../../lib/index.js';
import { testedDevice } from '../harness/device.js';
import { expectTrains, labels, numbers } from '../harness/training.js';

const asked = (shape: string, type: string, size: string): RegExp =>
  new RegExp(
    `^(.*: )?out of memory: a tensor \\[${shape}\\] of ${type} needs ${size} MB; free [\\d.]+ MB of [\\d.]+ MB; use a smaller batch or dispose tensors$`,
  );

async function refused(action: () => unknown, message: RegExp): Promise<void> {
  let error: unknown;
  try {
    await action();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(OutOfMemoryError);
  expect((error as OutOfMemoryError).code).toBe('OUT_OF_MEMORY');
  expect((error as OutOfMemoryError).message).toMatch(message);
  expect(await ops.add(tensor([1, 2]), 1).data()).toEqual(Float32Array.of(2, 3));
}

afterAll(() => {
  setDevice('auto');
});

describe.each(['reference', testedDevice] as const)('a terabyte on %s', (device) => {
  afterEach(() => {
    setDevice(device);
  });

  it('as a tensor', async () => {
    setDevice(device);
    await refused(() => ops.zeros([1_000_000, 300_000]), asked('1000000, 300000', 'float32', '1144409.2'));
    await refused(
      () => ops.randomUniform([1_000_000, 300_000], { dtype: 'float64' }),
      asked('1000000, 300000', 'float64', '2288818.4'),
    );
    await refused(() => ops.broadcastTo(tensor([1]), [2 ** 40]), asked(String(2 ** 40), 'float32', '4194304.0'));
    await refused(() => ops.zeros([2 ** 40, 2 ** 40]), /out of memory: a tensor/);
    await refused(
      () => ops.matMul(ops.zeros([1_000_000, 1]), ops.zeros([1, 300_000])),
      asked('1000000, 300000', 'float32', '1144409.2'),
    );
  });

  it('as a variable', async () => {
    setDevice(device);
    await refused(() => new Variable(ops.zeros([2 ** 40]) as never), asked(String(2 ** 40), 'float32', '4194304.0'));
  });

  it('as a layer', async () => {
    setDevice(device);
    const words = /^Layer 'huge' \(Dense\): .*weight 'kernel'.*needs .*; /;
    await refused(() => layers.dense({ units: 1e9, name: 'huge' }).build([null, 1000]), words);
    const net = sequential([layers.dense({ units: 4, inputShape: [1000] })]);
    await refused(() => net.add(layers.dense({ units: 2 ** 40, name: 'huge' })), words);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    await expectTrains(net, numbers(4, 1000), numbers(4, 4));
  });

  it.each([2 ** 15, 2 ** 29])('between the layers of a model, times %s', async (size) => {
    setDevice(device);
    const x = input({ shape: [8, 8, 3] });
    const small = layers.globalAveragePooling2d().apply(x);
    const large = layers.globalAveragePooling2d().apply(layers.reLU().apply(layers.upSampling2d({ size }).apply(x)));
    const net = model({
      inputs: x,
      outputs: layers.dense({ units: 3, activation: 'softmax' }).apply(layers.add().apply([small, large])),
    });
    net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
    const words = /^(fit|predict): .*out of memory/;
    await refused(() => net.fit(numbers(4, 8, 8, 3), labels(4), { verbose: 0 }), words);
    await refused(() => net.predict(numbers(4, 8, 8, 3), { verbose: 0 }), words);
    expect(net.optimizer.iterations).toBe(0);
  });

  it('in a traced function', async () => {
    setDevice(device);
    const sum = compile((size: Tensor) => ops.sum(ops.mul(ops.ones([2 ** 20, 2 ** 20]), size)));
    await refused(() => sum(tensor(2)).data(), /out of memory/);
  });

  it('in a batch of a model that works with small ones', async () => {
    setDevice(device);
    const net = sequential([
      layers.upSampling2d({ size: 512, inputShape: [8, 8, 3] }),
      layers.globalAveragePooling2d(),
      layers.dense({ units: 3 }),
    ]);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    const { total } = currentDevice().memory();
    const count = Math.ceil(total / (4096 * 4096 * 3 * 4)) + 1;
    const x = { data: new Float32Array(count * 192), shape: [count, 8, 8, 3] };
    await refused(() => net.fit(x, numbers(count, 3), { verbose: 0, batchSize: count }), /^fit: .*out of memory/);
    expect(net.optimizer.iterations).toBe(0);
  });
});
