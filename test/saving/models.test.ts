import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateError, ValueError } from '../../lib/core/errors.js';
import {
  input,
  layers,
  loadModel,
  losses,
  Model,
  metrics,
  model,
  ops,
  optimizers,
  type Sequential,
  schedules,
  sequential,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { kerasJson } from '../../lib/models/keras_config.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-models-'));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const x = tensor([
  [0.1, 0.2, 0.3],
  [0.4, -0.5, 0.6],
]);
const y = tensor([[1], [0]]);

const predictions = async (of: Model): Promise<number[]> => [...(await ((await of.predictOnBatch(x)) as Tensor).data())];
const train = async (of: Model, steps: number): Promise<number[]> => {
  const found = [];
  for (let i = 0; i < steps; i++) found.push((await of.trainOnBatch(x, y)).loss as number);
  return found;
};

const net = (): Sequential =>
  sequential([
    layers.dense({ units: 8, activation: 'relu', inputShape: [3] }),
    layers.dropout({ rate: 0.4 }),
    layers.batchNormalization(),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);

describe('save and loadModel', () => {
  it.each([
    [
      'adam with a schedule',
      optimizers.adam({ learningRate: schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 5 }) }),
    ],
    ['sgd with momentum', optimizers.sgd({ momentum: 0.9, clipnorm: 1, learningRate: 0.3 })],
    ['nadam', optimizers.nadam()],
  ])('.keras: training goes on bit for bit, with %s', async (_, optimizer) => {
    const trained = net();
    trained.compile({
      optimizer,
      loss: losses.binaryCrossentropy({ labelSmoothing: 0.1 }),
      metrics: ['mae', metrics.auc({ curve: 'PR' })],
    });
    await train(trained, 3);
    await trained.save(at('net.keras'));
    const loaded = await loadModel(at('net.keras'));
    expect(await readdir(folder)).toEqual(['net.keras']);
    expect(await predictions(loaded)).toEqual(await predictions(trained));
    expect(loaded.optimizer.iterations).toBe(3);
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(trained));
    expect(await train(loaded, 3)).toEqual(await train(trained, 3));
    expect(loaded.metricsNames).toEqual(trained.metricsNames);
  });

  it('.h5: without random numbers training goes on bit for bit', async () => {
    const trained = sequential([
      layers.dense({ units: 4, inputShape: [3] }),
      layers.layerNormalization(),
      layers.dense({ units: 1 }),
    ]);
    trained.compile({ optimizer: 'rmsprop', loss: 'mse', metrics: ['mae'] });
    await train(trained, 3);
    await trained.save(at('net.h5'));
    const loaded = await loadModel(at('net.h5'));
    expect(await train(loaded, 3)).toEqual(await train(trained, 3));
  });

  it.each(['net.keras', 'net.h5'])('%s with includeOptimizer: false and compile: false is not compiled', async (name) => {
    const trained = net();
    trained.compile({ optimizer: 'adam', loss: 'mse' });
    await train(trained, 1);
    await trained.save(at(name), { includeOptimizer: false });
    expect((await loadModel(at(name))).isCompiled).toBe(false);
    await trained.save(at(name));
    expect((await loadModel(at(name), { compile: false })).isCompiled).toBe(false);
    expect((await loadModel(at(name))).optimizer.iterations).toBe(1);
  });

  it('ops on symbolic tensors come back as the same model', async () => {
    const a = input({ shape: [3], name: 'a' });
    const scaled = ops.mul(ops.sub(1, a), 2);
    const joined = ops.concat([ops.relu(scaled), ops.clipByValue(a, 0, 0.5)], 1);
    const made = model({ inputs: a, outputs: ops.div(ops.sum(joined, 1, { keepDims: true }), ops.add(ops.square(joined), 1)) });
    await made.save(at('ops.keras'));
    const loaded = await loadModel(at('ops.keras'));
    expect(await predictions(loaded)).toEqual(await predictions(made));
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(made));
  });

  it('ops that select, convolve and pool come back as the same model, with their constants', async () => {
    const image = input({ shape: [8, 6, 2], name: 'image' });
    const kernel = tensor(
      new Float32Array(2 * 3 * 2 * 4).map((_, i) => Math.cos(i)),
      [2, 3, 2, 4],
    );
    const maps = ops.conv2d(image, kernel, { strides: [1, 2], padding: 'same' });
    const pooled = ops.add(ops.maxPool(maps, [2, 1], { strides: 1 }), ops.avgPool(maps, [2, 1], { strides: 1 }));
    const rows = ops.gather(
      ops.reverse(ops.slice(pooled, [0, -5, 0, 1], [-1, 3, 3, 2], { strides: [1, 2, 1, 1] }), 1),
      [2, 0],
      1,
    );
    const last = ops.at(pooled, ':', '1::3', -1, '...', null);
    const sum = ops.add(ops.mean(rows, [1, 2, 3]), ops.mean(last, [1, 2, 3]));
    const made = model({ inputs: image, outputs: ops.add(ops.identity(sum), ops.broadcastTo(ops.max(image), [1])) });
    expect(() => JSON.stringify(made)).toThrow(
      new StateError(`${made.label}: a constant tensor is an input; toJSON cannot wait for its values; call save(path) before`),
    );
    await made.save(at('ops.keras'));
    const loaded = await loadModel(at('ops.keras'));
    const images = tensor(
      new Float32Array(2 * 96).map((_, i) => Math.sin(i)),
      [2, 8, 6, 2],
    );
    const outputs = await Promise.all([made, loaded].map(async (of) => ((await of.predictOnBatch(images)) as Tensor).array()));
    expect(outputs[1]).toEqual(outputs[0]);
    const names = (of: Model): string[] => of.layers.map(({ name }) => name).sort();
    expect(names(loaded)).toEqual(names(made));
  });

  it('ops that Keras does not have, or not so, are refused in words', async () => {
    const image = input({ shape: [4, 4, 2], name: 'image' });
    const ones = (...shape: number[]): Tensor => ops.ones(shape);
    const refused: [Tensor, string][] = [
      [ops.conv2d(image, ones(2, 2, 1, 2), { groups: 2 }), 'a convolution in groups'],
      [ops.maxPool(image, 2, { padding: [0, 1, 0, 1] }), 'padding by numbers of cells'],
      [ops.broadcastTo(image, [null, 4, 4, 2]), 'a broadcast to unknown sizes'],
      [
        ops.mirrorPad(image, [
          [0, 0],
          [1, 1],
          [0, 0],
          [0, 0],
        ]),
        "the op 'mirror_pad'",
      ],
    ];
    for (const [outputs, what] of refused) {
      await expect(model({ inputs: image, outputs }).save(at('ops.keras'))).rejects.toThrow(
        `${what} cannot be saved: Keras has no operation for it; write a layer class for it`,
      );
    }
    const endless = model({ inputs: image, outputs: ops.add(image, tensor([Number.POSITIVE_INFINITY])), name: 'endless' });
    await expect(endless.save(at('ops.keras'))).rejects.toThrow(
      new StateError(`${endless.label}: a constant tensor is an input that is not finite everywhere; it cannot be saved`),
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('writes what Keras takes as a float alone with a decimal point', () => {
    expect(kerasJson({ momentum: 0, config: [{ learning_rate: 1, beta: 0.5 }], units: 1, name: '\\u00001.0' })).toBe(
      '{"momentum":0.0,"config":[{"learning_rate":1.0,"beta":0.5}],"units":1,"name":"\\\\u00001.0"}',
    );
  });

  it('throws for other endings and options', async () => {
    await expect(net().save(at('net.weights.h5'))).rejects.toThrow(
      new ValueError(`save: received '${at('net.weights.h5')}', an ending of weights; use saveWeights(path)`),
    );
    await expect(net().save(at('net.json'))).rejects.toThrow(
      new ValueError(
        `save: received '${at('net.json')}'; expected a path that ends in .keras, or in .h5 for the format of Keras 2`,
      ),
    );
    await expect(net().save(at('net.keras'), { optimizer: false } as object)).rejects.toThrow(
      /^save: unknown option 'optimizer'/,
    );
    await expect(loadModel(at('net.keras'), { safemode: true } as object)).rejects.toThrow(
      "loadModel: unknown option 'safemode'; did you mean 'safeMode'?",
    );
    await expect(sequential([layers.flatten()]).save(at('net.keras'))).rejects.toThrow(StateError);
  });
});

class Scale extends layers.Layer {
  static override readonly optionNames = ['factor'];
  readonly factor: number;
  constructor(options: { factor: number; name?: string }) {
    super(options);
    this.factor = options.factor;
  }
  override call(inputs: Tensor): Tensor {
    return ops.mul(inputs, this.factor);
  }
}

class Block extends Model {
  readonly units: number;
  readonly inner: layers.Dense;
  constructor({ units }: { units: number }) {
    super();
    this.units = units;
    this.inner = layers.dense({ units });
  }
  override call(inputs: Tensor): Tensor {
    return this.inner.apply(inputs);
  }
  override getConfig() {
    return { units: this.units };
  }
}

describe('customObjects', () => {
  const twice = (inputs: Tensor): Tensor => ops.mul(inputs, 2);
  const cubed = (yTrue: Tensor, yPred: Tensor): Tensor => ops.mean(ops.pow(ops.abs(ops.sub(yTrue, yPred)), 3), -1);

  it('are layers, functions of lambdas, losses, and models with a getConfig', async () => {
    const made = sequential([input({ shape: [3] }), new Scale({ factor: 3 }), layers.lambda(twice), layers.dense({ units: 1 })]);
    made.compile({ optimizer: 'sgd', loss: cubed });
    await train(made, 1);
    await made.save(at('own.keras'));
    const loaded = await loadModel(at('own.keras'), { customObjects: { Scale, twice, cubed } });
    expect(await predictions(loaded)).toEqual(await predictions(made));
    expect(await train(loaded, 2)).toEqual(await train(made, 2));
    const where = `loadModel: ${at('own.keras')}`;
    await expect(loadModel(at('own.keras'), { customObjects: { Scale, cubed } })).rejects.toThrow(
      new ValueError(`${where}: the file needs the function 'twice'; pass it as customObjects: { twice }`),
    );
    await expect(loadModel(at('own.keras'))).rejects.toThrow(`${where}: unknown layer class 'Scale'; expected one of `);
  });

  it('are classes of models, when they have a getConfig', async () => {
    const block = new Block({ units: 2 });
    const before = await predictions(block);
    await block.save(at('block.keras'));
    expect(await predictions(await loadModel(at('block.keras'), { customObjects: { Block } }))).toEqual(before);
    class Bare extends Model {
      readonly inner = layers.dense({ units: 2 });
      override call(inputs: Tensor): Tensor {
        return this.inner.apply(inputs);
      }
    }
    const bare = new Bare();
    await predictions(bare);
    await expect(bare.save(at('bare.keras'))).rejects.toThrow(
      /cannot be saved unless its class has a getConfig; give it one, or save its weights$/,
    );
    expect(await readdir(folder)).toEqual(['block.keras']);
  });

  it('are needed for functions; those without a name cannot be saved', async () => {
    const made = sequential([input({ shape: [3] }), layers.lambda((inputs) => ops.neg(inputs), { name: 'flip' })]);
    await expect(made.save(at('flip.keras'))).rejects.toThrow(
      new StateError(
        "Layer 'flip' (Lambda): a function without a name cannot be saved; give it one, and pass it to loadModel in customObjects",
      ),
    );
  });
});
