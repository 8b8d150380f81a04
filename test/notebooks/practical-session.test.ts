import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ExponentialStepDecay,
  InternalStateHistory,
  MultiplicativeDecay,
  StepDecay,
} from '../../examples/practical-session/callbacks.js';
import {
  compileNet,
  convolutionMacs,
  deeperNet,
  flattenedNet,
  practicalNet,
  sessionOptimizer,
} from '../../examples/practical-session/model.js';
import { classNames, DataGenerator, pathsAndLabels } from '../../examples/practical-session/pipeline.js';
import { ShakeShake } from '../../examples/practical-session/shake_shake.js';
import {
  callbacks,
  clearSession,
  compile,
  input,
  layers,
  type Model,
  model,
  ops,
  optimizers,
  type ShapedArray,
  saveImage,
  schedules,
  sequential,
  setRandomSeed,
  type Tensor,
  tensor,
  valueAndGrads,
} from '../../lib/index.js';

let folder: string;

beforeEach(() => {
  clearSession();
  setRandomSeed(0);
  folder = mkdtempSync(join(tmpdir(), 'laminet-practical-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The weights of a model by their paths. */
async function values(net: Model): Promise<Record<string, unknown>> {
  const entries = net.weights.map(async (weight) => [weight.path, await weight.data()] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Name, output shape and number of parameters of each layer but the activations. */
function rows(net: Model): [string, readonly (number | null)[], number][] {
  return net.layers
    .filter((layer) => !(layer instanceof layers.Activation))
    .map((layer) => [layer.name, (layer.output as Tensor).shape.slice(1), layer.countParams()]);
}

const count = (weights: readonly { shape: readonly (number | null)[] }[]): number =>
  weights.reduce((sum, { shape }) => sum + shape.reduce<number>((product, size) => product * (size as number), 1), 0);

/** A net of one dense layer on 3 features, for what does not need pictures. */
function smallNet(optimizer: optimizers.Optimizer = optimizers.sgd()): Model<Tensor> {
  const net = sequential([layers.dense({ units: 2, activation: 'softmax', inputShape: [3] })]);
  return compileNet(net, optimizer);
}

const samples = (number: number) => ({
  x: { data: Float32Array.from({ length: 3 * number }, (_, i) => Math.sin(i)), shape: [number, 3] },
  y: { data: Float32Array.from({ length: 2 * number }, (_, i) => Number(i % 4 === 0 || i % 4 === 3)), shape: [number, 2] },
});

describe('the net', () => {
  it('N0-1 input shape', () => {
    expect(practicalNet().inputShapes()).toEqual([[null, 48, 48, 3]]);
  });

  it('N0-2 convolution: sizes as a number or a list, channels last by default or first', () => {
    for (const kernelSize of [3, [3, 3]]) {
      const layer = layers.conv2d({ filters: 32, kernelSize });
      expect(layer.computeOutputShape([null, 48, 48, 3])).toEqual([null, 46, 46, 32]);
      expect(layer).toMatchObject({ strides: [1, 1], padding: 'valid', dataFormat: 'channelsLast' });
    }
    expect(layers.conv2d({ filters: 4, kernelSize: [1, 3], padding: 'same' }).computeOutputShape([null, 48, 48, 3])).toEqual([
      null,
      48,
      48,
      4,
    ]);
    const first = layers.conv2d({ filters: 32, kernelSize: [3, 3], dataFormat: 'channelsFirst' });
    expect(first.computeOutputShape([null, 3, 48, 48])).toEqual([null, 32, 46, 46]);
    expect(first.countParams()).toBe(896);
    const net = practicalNet({ pooling: true, dataFormat: 'channelsFirst' });
    expect(net.inputShapes()).toEqual([[null, 3, 48, 48]]);
    expect(net.countParams()).toBe(95_170);
  });

  it('N0-3 three blocks: 545,730 parameters', () => {
    const net = practicalNet();
    expect(rows(net)).toEqual([
      ['input_layer', [48, 48, 3], 0],
      ['cnn_lab_conv1', [46, 46, 32], 896],
      ['batch_normalization', [46, 46, 32], 128],
      ['cnn_lab_conv2', [44, 44, 64], 18_496],
      ['batch_normalization_1', [44, 44, 64], 256],
      ['cnn_lab_conv3', [42, 42, 128], 73_856],
      ['batch_normalization_2', [42, 42, 128], 512],
      ['flatten', [225_792], 0],
      ['predictions', [2], 451_586],
    ]);
    expect(net.countParams()).toBe(545_730);
  });

  it('N0-4 of which 545,282 are trained and 448 are not', () => {
    const net = practicalNet();
    expect([count(net.trainableWeights), count(net.nonTrainableWeights)]).toEqual([545_282, 448]);
  });

  it('N0-5 pooling of 3x3 with its own size as stride: 95,170 parameters', () => {
    const net = practicalNet({ pooling: true });
    expect(rows(net).filter(([name]) => !name.startsWith('batch'))).toEqual([
      ['input_layer', [48, 48, 3], 0],
      ['cnn_lab_conv1', [46, 46, 32], 896],
      ['max_pooling2d', [15, 15, 32], 0],
      ['cnn_lab_conv2', [13, 13, 64], 18_496],
      ['max_pooling2d_1', [4, 4, 64], 0],
      ['cnn_lab_conv3', [2, 2, 128], 73_856],
      ['flatten', [512], 0],
      ['predictions', [2], 1026],
    ]);
    expect(net.getLayer('max_pooling2d')).toMatchObject({ poolSize: [3, 3], strides: [3, 3], padding: 'valid' });
    expect([net.countParams(), count(net.trainableWeights)]).toEqual([95_170, 94_722]);
  });

  it('N0-6 a global average instead of flattening: 94,402 parameters, with and without pooling', () => {
    for (const pooling of [false, true]) {
      const net = practicalNet({ pooling, vector: 'globalAverage' });
      expect(rows(net).at(-2)?.[1]).toEqual([128]);
      expect([net.countParams(), count(net.trainableWeights)]).toEqual([94_402, 93_954]);
    }
  });

  it('N0-7 one convolution, flattened: 135,424 numbers', () => {
    const net = flattenedNet();
    expect(rows(net).map(([, shape, parameters]) => [shape, parameters])).toEqual([
      [[48, 48, 3], 0],
      [[46, 46, 64], 1792],
      [[135_424], 0],
    ]);
  });

  it('N0-8 1x1 convolutions keep the size; the deeper net has fewer parameters', () => {
    const net = deeperNet();
    const convolutions = net.layers.filter((layer) => layer instanceof layers.Conv2D);
    expect(convolutions).toHaveLength(6);
    for (const layer of convolutions.filter(({ kernelSize }) => kernelSize[0] === 1)) {
      const [, height, width, channels] = (layer.input as Tensor).shape as number[];
      expect((layer.output as Tensor).shape).toEqual([null, height, width, layer.filters]);
      expect(layer.countParams()).toBe(channels! * layer.filters + layer.filters);
    }
    expect(net.countParams()).toBeLessThan(545_730);
    expect(net.countParams()).toBeGreaterThan(95_170);
  });

  it('N0-9 weights loaded by name: layers of other names keep theirs', async () => {
    const path = join(folder, 'pooled.weights.h5');
    const saved = practicalNet({ pooling: true });
    await saved.saveWeights(path);
    const net = practicalNet({ pooling: true, vector: 'globalAverage', head: 'cat_or_dog' });
    const before = await values(net);
    await net.loadWeights(path, { byName: true });
    const [after, file] = [await values(net), await values(saved)];
    const changed = Object.keys(after).filter((key) => !isDeepStrictEqual(after[key], before[key]));
    // Biases are zeros in both nets, so only kernels differ.
    expect(changed).toEqual(['cnn_lab_conv1/kernel', 'cnn_lab_conv2/kernel', 'cnn_lab_conv3/kernel']);
    for (const key of changed) expect(after[key]).toEqual(file[key]);
    const same = practicalNet({ pooling: true, vector: 'globalAverage' });
    await expect(same.loadWeights(path, { byName: true })).rejects.toThrow(
      "'predictions/kernel' has shape [128, 2], the file holds [512, 2]",
    );
  });

  it('N0-24 the activation is a layer of its own; axis 3 is the last one', async () => {
    const net = practicalNet();
    expect(net.layers.filter((layer) => layer instanceof layers.Activation)).toHaveLength(3);
    const x = tensor(
      Float32Array.from({ length: 2 * 4 * 4 * 3 }, (_, i) => Math.cos(i)),
      [2, 4, 4, 3],
    );
    const [byThree, byLast] = [3, -1].map((axis) => layers.batchNormalization({ axis }).apply(x, { training: true }));
    expect(await byThree?.data()).toEqual(await byLast?.data());
    const first = layers.batchNormalization({ axis: 1 }).apply(ops.transpose(x, [0, 3, 1, 2]), { training: true });
    expect(await ops.transpose(first, [0, 2, 3, 1]).data()).toEqual(await byLast?.data());
    expect(
      await layers
        .activation({ activation: 'relu' })
        .apply(tensor([-1, 2]))
        .data(),
    ).toEqual(new Float32Array([0, 2]));
  });
});

describe('claims', () => {
  it('N0-10 the pooled net has a thirtieth of the work', () => {
    expect(convolutionMacs(practicalNet())).toBe(1_828_224 + 35_684_352 + 130_056_192);
    expect(convolutionMacs(practicalNet({ pooling: true }))).toBe(1_828_224 + 3_115_008 + 294_912);
  });
});

describe('ShakeShake', () => {
  const shape = [5, 4, 4, 2];
  const ones = ops.ones(shape);
  /** The value of each sample, after a check that all its values are equal. */
  async function perSample(y: Tensor): Promise<number[]> {
    const values = await y.data();
    const size = values.length / shape[0]!;
    return Array.from({ length: shape[0]! }, (_, sample) => {
      const own = values.slice(sample * size, (sample + 1) * size);
      expect(new Set(own).size).toBe(1);
      return own[0] as number;
    });
  }

  it('N0-11 the protocol of a layer: build, call, computeOutputShape', async () => {
    const built: unknown[] = [];
    class Scaled extends layers.Layer {
      override build(inputShape: layers.Shapes): void {
        built.push(inputShape);
        this.addWeight({ name: 'factor', shape: [], initializer: 'ones' });
        super.build(inputShape);
      }
      override call(x: Tensor): Tensor {
        return ops.mul(x, this.weights[0] as Tensor);
      }
      override computeOutputShape(inputShape: layers.Shapes): layers.Shapes {
        return inputShape;
      }
    }
    const layer = new Scaled();
    expect(layer.built).toBe(false);
    const x = input({ shape: [4] });
    const net = model({ inputs: x, outputs: layer.apply(x) });
    expect([layer.built, built, net.countParams()]).toEqual([true, [[null, 4]], 1]);
    expect(await layer.apply(tensor([[1, 2, 3, 4]])).data()).toEqual(new Float32Array([1, 2, 3, 4]));
  });

  it('N0-12 training multiplies by alpha forward and by beta backward; inference by 0.5', async () => {
    const layer = new ShakeShake();
    expect(layer.computeOutputShape([null, 44, 44, 64])).toEqual([null, 44, 44, 64]);
    expect(await perSample(layer.apply(ones))).toEqual(Array(5).fill(0.5));
    // A batch of one sample of ones: the sum of 32 values is 32 alpha, and the gradient is beta everywhere.
    const step = valueAndGrads((x: Tensor) => ops.sum(layer.apply(x, { training: true })));
    const one = ops.ones([1, 4, 4, 2]);
    const pairs: [alpha: number, beta: number][] = [];
    for (let draw = 0; draw < 100; draw++) {
      const [sum, gradient] = step(one) as [Tensor, Tensor];
      const values = await gradient.data();
      expect(new Set(values).size).toBe(1);
      pairs.push([((await sum.data())[0] as number) / 32, values[0] as number]);
    }
    expect(pairs.flat().every((value) => value >= 0 && value < 1)).toBe(true);
    // Independent of each other: the covariance of 100 pairs has a deviation of 1/120.
    const covariance = pairs.reduce((sum, [alpha, beta]) => sum + (alpha - 0.5) * (beta - 0.5), 0) / pairs.length;
    expect(Math.abs(covariance)).toBeLessThan(0.025);
    const net = practicalNet({ pooling: true, shakeShake: true });
    expect([layer.countParams(), net.countParams()]).toEqual([0, 95_170]);
  });

  it('N0-13 a number of its own for each sample and each call, in [0, 1), 0.5 on average', async () => {
    const layer = new ShakeShake();
    const draws: number[] = [];
    for (let call = 0; call < 200; call++) draws.push(...(await perSample(layer.apply(ones, { training: true }))));
    expect(new Set(draws).size).toBeGreaterThan(990);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    expect(Math.abs(draws.reduce((sum, draw) => sum + draw, 0) / draws.length - 0.5)).toBeLessThan(0.04);
    const x = input({ shape: shape.slice(1) });
    const net = model({ inputs: x, outputs: layer.apply(x) });
    const [first, second] = [await net.predict(ones, { verbose: 0 }), await net.predict(ones, { verbose: 0 })];
    expect(await first.data()).toEqual(await second.data());
  });

  it('N0-14 random numbers for a batch size that is known only when it runs; no gradient through stopGradient', async () => {
    const noise = compile((x: Tensor) => ops.randomUniform([x.shape[0] as number, 1]));
    for (const batch of [2, 3]) expect(noise(ops.zeros([batch, 7])).shape).toEqual([batch, 1]);
    const [, gradient] = valueAndGrads((x: Tensor) => ops.sum(ops.add(x, ops.stopGradient(ops.mul(x, 7)))))(ops.ones([2]));
    expect(await gradient?.data()).toEqual(new Float32Array([1, 1]));
    const phase = layers.lambda((x: Tensor, { training }) => (training ? ops.mul(x, 2) : x));
    expect(await phase.apply(ops.ones([1]), { training: true }).data()).toEqual(new Float32Array([2]));
    expect(await phase.apply(ops.ones([1])).data()).toEqual(new Float32Array([1]));
  });
});

describe('callbacks', () => {
  const { x, y } = samples(20);

  it('N0-15 the base class: model, parameters, hooks, onBatchEnd as another name', async () => {
    const seen: string[] = [];
    class Watch extends callbacks.Callback {
      override onTrainBegin(): void {
        seen.push(`train of ${this.model.name}, ${this.params.epochs} epochs of ${this.params.steps} steps`);
      }
      override onBatchEnd(batch: number, logs: callbacks.Logs): void {
        seen.push(`batch ${batch}: ${Object.keys(logs)}`);
      }
      override onEpochEnd(epoch: number, logs: callbacks.Logs): void {
        seen.push(`epoch ${epoch}: ${Object.keys(logs)}`);
      }
    }
    await smallNet().fit(x, y, { batchSize: 10, epochs: 1, verbose: 0, callbacks: [new Watch()] });
    expect(seen).toEqual([
      'train of sequential, 1 epochs of 2 steps',
      'batch 0: accuracy,loss',
      'batch 1: accuracy,loss',
      'epoch 0: accuracy,loss',
    ]);
  });

  it('N0-16 InternalStateHistory', async () => {
    const state = new InternalStateHistory();
    const net = smallNet();
    const history = await net.fit(x, y, { batchSize: 6, epochs: 3, verbose: 0, callbacks: [state] });
    expect(state.losses).toEqual(history.history.loss);
    expect(state.accuracy).toEqual(history.history.accuracy);
    expect(state.learningRates).toEqual([0.01, 0.01, 0.01]);
    expect(state.iterations).toBe(3 * Math.ceil(20 / 6));
    expect(net.optimizer.lr).toBe(net.optimizer.learningRate);
  });

  it('N0-17 StepDecay: where the steps are', () => {
    const hundred = new StepDecay({ stepsPerEpoch: 20, epochs: 5 });
    expect(hundred.decrease).toBeCloseTo(0.0199998, 12);
    expect([hundred.totalIterations, hundred.stepPositions]).toEqual([100, [20, 40, 60, 80]]);
    expect(new StepDecay({ stepsPerEpoch: 103, epochs: 1 }).stepPositions).toEqual([20, 40, 60, 80, 100]);
    expect(() => new StepDecay({ stepsPerEpoch: 2, epochs: 2 })).toThrow(
      'StepDecay: 4 iterations; expected at least numSteps, 5',
    );
  });

  /** The rates after each step, and the decay itself, after a training of 100 iterations in 5 epochs. */
  async function trained(decay: StepDecay): Promise<number[]> {
    await smallNet().fit(x, y, { batchSize: 1, epochs: 5, verbose: 0, callbacks: [decay] });
    return [0, ...decay.stepPositions].map((position) => decay.history.lr?.[position] as number);
  }

  it('N0-18 the rate after each step: subtracted as in the program, multiplied as in the text', async () => {
    const subtracted = await trained(new StepDecay({ stepsPerEpoch: 20, epochs: 5 }));
    for (const [i, rate] of [0.1, 0.0800002, 0.0600004, 0.0400006, 0.0200008].entries())
      expect(subtracted[i]).toBeCloseTo(rate, 12);
    const multiplied = await trained(new MultiplicativeDecay({ stepsPerEpoch: 20, epochs: 5 }));
    for (const [i, rate] of [0.1, 0.00199998, 3.99992e-5, 7.99976e-7, 1.59994e-8].entries())
      expect(multiplied[i]! / rate).toBeCloseTo(1, 5);
  });

  it('N0-19 the rate is the largest from the first batch on; it cannot be set over a schedule', async () => {
    const decay = new StepDecay({ stepsPerEpoch: 20, epochs: 1 });
    await smallNet(optimizers.sgd({ learningRate: 0.5 })).fit(x, y, { batchSize: 1, verbose: 0, callbacks: [decay] });
    expect(decay.history.lr?.[0]).toBe(0.1);
    const scheduled = smallNet(sessionOptimizer());
    await expect(
      scheduled.fit(x, y, { batchSize: 1, verbose: 0, callbacks: [new StepDecay({ stepsPerEpoch: 20, epochs: 1 })] }),
    ).rejects.toThrow('sgd.learningRate: the optimizer has a learning-rate schedule, so the rate cannot be set to 0.1');
  });

  it('N0-20 a history of every iteration; the rate changes after iteration 20', async () => {
    const decay = new StepDecay({ stepsPerEpoch: 20, epochs: 5 });
    await trained(decay);
    const { lr, iterations, loss, accuracy } = decay.history;
    expect([lr, iterations, loss, accuracy].map((values) => values?.length)).toEqual([100, 100, 100, 100]);
    expect(iterations).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect([lr?.[19], lr?.[20]]).toEqual([0.1, 0.1 - decay.decrease]);
  });

  it('N0-21 exponential reduction: by subclassing, by LearningRateScheduler, by a schedule', async () => {
    const stepped = await trained(new ExponentialStepDecay({ stepsPerEpoch: 20, epochs: 5 }));
    for (const [i, rate] of stepped.entries()) expect(rate).toBeCloseTo(0.1 * 1e-5 ** (i / 5), 12);
    const net = smallNet(optimizers.sgd({ learningRate: 0.1 }));
    const scheduler = new callbacks.LearningRateScheduler((_, rate) => rate * 0.5);
    const history = await net.fit(x, y, { epochs: 3, verbose: 0, callbacks: [scheduler] });
    expect(history.history.learning_rate).toEqual([0.05, 0.025, 0.0125]);
    const state = new InternalStateHistory();
    const learningRate = schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5 });
    await smallNet(optimizers.sgd({ learningRate })).fit(x, y, { epochs: 3, verbose: 0, callbacks: [state] });
    for (const [i, rate] of state.learningRates.entries()) expect(rate).toBeCloseTo(0.1 * 0.5 ** (i + 1), 7);
  });

  it("N0-23 Keras 2's decay as a schedule", () => {
    const optimizer = sessionOptimizer();
    for (const iterations of [0, 1, 1000, 1_000_000]) {
      optimizer.iterations = iterations;
      expect(optimizer.lr).toBeCloseTo(0.01 / (1 + 1e-6 * iterations), 8);
    }
    expect(() => optimizers.sgd({ decay: 1e-6 } as object)).toThrow("sgd: unknown option 'decay'");
  });
});

describe('pipeline', () => {
  /** Class folders of pictures of one colour: the cats darker than 100, the dogs not. */
  async function writeFolders(): Promise<void> {
    for (const [label, name] of classNames.entries()) {
      mkdirSync(join(folder, name));
      for (let i = 0; i < 5; i++) {
        const data = new Uint8Array(32 * 32 * 3).fill(100 * label + 10 * i);
        await saveImage(join(folder, name, `${i}.png`), { data, shape: [32, 32, 3] }, { scale: false });
      }
    }
  }

  it('N0-22 a directory of pictures as a Sequence that fit takes', async () => {
    await writeFolders();
    const { paths, labels } = await pathsAndLabels(folder);
    expect(paths.map((path) => relative(folder, path))).toEqual(
      ['cat', 'dog'].flatMap((name) => [0, 1, 2, 3, 4].map((i) => join(name, `${i}.png`))),
    );
    expect(labels).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    const generator = new DataGenerator(paths, labels, 4, 2);
    expect(generator.length).toBe(3);
    const seen: number[] = [];
    for (let index = 0; index < generator.length; index++) {
      const [x, y] = (await generator.getItem(index)) as unknown as [ShapedArray, ShapedArray];
      const samples = index < 2 ? 4 : 2;
      expect([x.shape, y.shape]).toEqual([
        [samples, 48, 48, 3],
        [samples, 2],
      ]);
      for (let i = 0; i < samples; i++) {
        const colour = Math.round(255 * (x.data[i * 48 * 48 * 3] as number));
        expect([...y.data.subarray(2 * i, 2 * i + 2)]).toEqual(colour < 100 ? [1, 0] : [0, 1]);
        seen.push(colour);
      }
    }
    expect(seen).not.toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.toSorted((a, b) => a - b)).toEqual([0, 10, 20, 30, 40, 100, 110, 120, 130, 140]);

    const net = compileNet(practicalNet({ pooling: true, vector: 'globalAverage' }));
    const history = await net.fit(generator, null, { epochs: 2, verbose: 0, validationData: generator });
    expect(history.history.val_accuracy).toHaveLength(2);
    expect(net.optimizer.iterations).toBe(6);
    // A generator has no length and gives its batches once: a number of steps says where an epoch ends.
    async function* endless() {
      while (true) yield await generator.getItem(0);
    }
    await net.fit(endless(), null, { epochs: 2, stepsPerEpoch: 3, verbose: 0 });
    expect(net.optimizer.iterations).toBe(12);
    expect(await net.evaluate(endless(), null, { steps: 2, verbose: 0 })).toHaveProperty('accuracy');
  });
});
