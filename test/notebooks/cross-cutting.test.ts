/** What all notebooks rely on, by the rows of their checklist. */
import * as laminet from 'laminet';
import {
  clearSession,
  layers,
  losses,
  metrics,
  ops,
  optimizers,
  type Sequential,
  type ShapedArray,
  sequential,
  setFloatx,
  setRandomSeed,
  shuffleArrays,
  type Tensor,
  tensor,
} from 'laminet';
import * as plot from 'laminet/plot';
import { beforeEach, describe, expect, it } from 'vitest';
import { lcg } from '../harness/lcg.js';

beforeEach(() => {
  clearSession();
  setRandomSeed(1);
});

const image: ShapedArray = { data: Uint8Array.from(lcg(5, 2 * 8 * 8 * 3, 0, 256), Math.floor), shape: [2, 8, 8, 3] };

/** Images as bytes with labels of 10 classes. */
function pictures(count: number): { x: ShapedArray; labels: Uint8Array } {
  const data = Uint8Array.from(lcg(11, count * 8 * 8 * 3, 0, 256), Math.floor);
  return { x: { data, shape: [count, 8, 8, 3] }, labels: Uint8Array.from(lcg(12, count, 0, 10), Math.floor) };
}

function classifier(scale = 1 / 255): Sequential {
  const net = sequential([
    layers.rescaling({ scale, inputShape: [8, 8, 3] }),
    layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu' }),
    layers.flatten(),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}

describe('X1 import surface', () => {
  const names: Record<string, string> = {
    Input: 'input',
    'layers.InputLayer': 'layers.InputLayer',
    'layers.Conv2D': 'layers.conv2d layers.Conv2D',
    'layers.MaxPooling2D': 'layers.maxPooling2d layers.maxPool2d layers.MaxPooling2D',
    'layers.AveragePooling2D': 'layers.averagePooling2d layers.avgPool2d layers.AveragePooling2D',
    'layers.GlobalAveragePooling2D': 'layers.globalAveragePooling2d layers.globalAvgPool2d layers.GlobalAveragePooling2D',
    'layers.GlobalMaxPooling2D': 'layers.globalMaxPooling2d layers.globalMaxPool2d layers.GlobalMaxPooling2D',
    'layers.BatchNormalization': 'layers.batchNormalization layers.BatchNormalization',
    'layers.Activation': 'layers.activation layers.Activation',
    'layers.ReLU': 'layers.reLU layers.ReLU',
    'layers.LeakyReLU': 'layers.leakyReLU layers.LeakyReLU',
    'layers.Dropout': 'layers.dropout layers.Dropout',
    'layers.Flatten': 'layers.flatten layers.Flatten',
    'layers.Dense': 'layers.dense layers.Dense',
    'layers.Lambda': 'layers.lambda layers.Lambda',
    'layers.Layer': 'layers.Layer',
    Model: 'model Model Functional',
    Sequential: 'sequential Sequential',
    callbacks: 'callbacks.Callback callbacks.LearningRateScheduler callbacks.History',
    optimizers: 'optimizers.sgd optimizers.adam optimizers.nadam optimizers.SGD optimizers.Adam optimizers.Nadam',
    losses: 'losses.CategoricalCrossentropy losses.categoricalCrossentropy losses.sparseCategoricalCrossentropy',
    utils: 'toCategorical setRandomSeed',
    datasets: 'datasets.cifar10.load datasets.fashionMnist.load datasets.mnist.load',
    'backend.random_uniform, stop_gradient': 'ops.randomUniform ops.stopGradient',
    'backend.set_floatx, clear_session': 'setFloatx floatx clearSession',
  };
  for (const [keras, ours] of Object.entries(names)) {
    it(`X1 ${keras}`, () => {
      for (const path of ours.split(' ')) {
        const found = path.split('.').reduce((value: unknown, key) => (value as Record<string, unknown>)[key], laminet);
        expect(typeof found, path).toBe('function');
      }
    });
  }

  it('X1 plot_model', () => expect(typeof plot.plotModel).toBe('function'));

  it('X1 backend.get_value and set_value of the learning rate: a property', () => {
    const net = classifier();
    net.optimizer.lr = 0.5;
    expect([net.optimizer.learningRate, net.optimizer.lr, net.optimizer.iterations]).toEqual([0.5, 0.5, 0]);
  });

  it('X1 backend.shape and in_train_phase: the shape of a tensor, and training in call', async () => {
    const seen: unknown[] = [];
    class Watch extends layers.Layer {
      override call(x: Tensor, { training }: { training: boolean }): Tensor {
        seen.push([x.shape, training]);
        return ops.mul(x, training ? 2 : 3);
      }
    }
    const watch = new Watch();
    expect(await watch.apply(tensor([[1]]), { training: true }).array()).toEqual([[2]]);
    expect(await watch.apply(tensor([[1]])).array()).toEqual([[3]]);
    expect(seen.at(-1)).toEqual([[1, 1], false]);
  });
});

describe('X2 sizes', () => {
  const shapeOf = (layer: layers.Layer): unknown => layer.computeOutputShape([null, 10, 10, 3]);

  it('X2 are a number, or a list', () => {
    for (const kernelSize of [3, [3, 3]] as const) {
      for (const strides of [2, [2, 2]] as const) {
        expect(shapeOf(layers.conv2d({ filters: 4, kernelSize, strides }))).toEqual([null, 4, 4, 4]);
      }
      expect(shapeOf(layers.maxPooling2d({ poolSize: kernelSize, strides: 1 }))).toEqual([null, 8, 8, 3]);
    }
    expect(shapeOf(layers.conv2d({ filters: 4, kernelSize: [1, 3] }))).toEqual([null, 10, 8, 4]);
  });

  it('X2 of pooling: 2 by default, and strides null means the pool size', () => {
    for (const pooling of [layers.maxPooling2d, layers.averagePooling2d]) {
      expect(shapeOf(pooling())).toEqual([null, 5, 5, 3]);
      expect(shapeOf(pooling({ poolSize: [3, 3], strides: null, padding: 'valid' }))).toEqual([null, 3, 3, 3]);
      expect(shapeOf(pooling({ poolSize: 2, strides: 2 }))).toEqual([null, 5, 5, 3]);
    }
  });
});

it('X3 padding is upper or lower case, for convolutions and pooling', () => {
  for (const [padding, side] of [
    ['SAME', 10],
    ['same', 10],
    ['VALID', 8],
    ['valid', 8],
  ] as const) {
    const found = [
      layers.conv2d({ filters: 3, kernelSize: 3, padding }),
      layers.maxPooling2d({ poolSize: 3, strides: 1, padding }),
      layers.averagePooling2d({ poolSize: 3, strides: 1, padding }),
    ].map((layer) => layer.computeOutputShape([null, 10, 10, 3]));
    expect(found).toEqual([1, 2, 3].map(() => [null, side, side, 3]));
    expect(layers.conv2d({ filters: 1, kernelSize: 1, padding }).padding).toBe(padding.toLowerCase());
  }
  const kernel = ops.ones([3, 3, 3, 1]);
  expect(ops.conv2d(ops.ones([1, 5, 5, 3]), kernel, { padding: 'SAME' }).shape).toEqual([1, 5, 5, 1]);
  expect(ops.maxPool(ops.ones([1, 5, 5, 3]), 2, { padding: 'SAME' }).shape).toEqual([1, 3, 3, 3]);
});

it('X4 inputShape on the first layer builds the model at once', () => {
  for (const inputShape of [[32, 32, 3] as const, [28, 28, 1]]) {
    const net = sequential([layers.conv2d({ filters: 2, kernelSize: 3, inputShape })]);
    expect(net.built).toBe(true);
    expect(net.inputShapes()).toEqual([[null, ...inputShape]]);
    expect(net.countParams()).toBe(2 * 9 * (inputShape[2] as number) + 2);
    net.add(layers.flatten());
    expect((net.output as Tensor).shape).toEqual([null, (inputShape[0] - 2) ** 2 * 2]);
  }
});

describe('X5 what goes by name, as instance or as function', () => {
  it('X5 activations', async () => {
    const found = ['relu', 'RELU', ops.relu, laminet.activations.relu, (x: Tensor) => ops.maximum(x, 0)].map((activation) =>
      layers.dense({ units: 1, activation, kernelInitializer: 'ones' }).apply(tensor([[-1], [2]])).array(),
    ); // biome-ignore format: one call a line
    for (const values of await Promise.all(found)) expect(values).toEqual([[0], [2]]);
    expect(() => layers.dense({ units: 1, activation: 'rellu' })).toThrow("unknown activation 'rellu'; did you mean 'relu'?");
  });

  it('X5 optimizers, losses and metrics', async () => {
    const { x, labels } = pictures(4);
    const values: number[] = [];
    for (const [optimizer, loss, metric] of [
      ['nadam', 'sparse_categorical_crossentropy', 'accuracy'],
      [optimizers.nadam(), losses.sparseCategoricalCrossentropy, metrics.sparseCategoricalAccuracy()],
      [new optimizers.Nadam(), losses.sparseCategoricalCrossentropy(), 'sparseCategoricalAccuracy'],
      [
        'Nadam',
        (y: Tensor, p: Tensor) => ops.sparseCategoricalCrossentropy(y, p),
        (y: Tensor, p: Tensor) => ops.cast(ops.equal(ops.argMax(p), ops.cast(ops.reshape(y, [-1]), 'int32')), 'float32'),
      ],
    ] as const) {
      setRandomSeed(1);
      const net = classifier();
      net.compile({ optimizer, loss: loss as 'mse', metrics: [metric as 'accuracy'] });
      const { history } = await net.fit(x, labels, { verbose: 0, shuffle: false, epochs: 2 });
      values.push(history.loss?.[1] as number);
      expect(Object.keys(history)).toHaveLength(2);
    }
    for (const value of values) expect(value).toBeCloseTo(values[0] as number, 5);
  });
});

describe('X6 what the notebooks do with NumPy', () => {
  it('X6 zeros, and random numbers', async () => {
    expect(await ops.zeros([2]).array()).toEqual([0, 0]);
    const uniform = await ops.randomUniform([10, 10, 3], { seed: 1 }).data();
    expect(uniform.every((value) => value >= 0 && value < 1)).toBe(true);
    const indices = await ops.randomInt([25], { min: 0, max: 40000, seed: 1 }).data();
    expect(indices.every((index) => Number.isInteger(index) && index >= 0 && index < 40000)).toBe(true);
  });

  it('X6 slices, with numbers from the end', () => {
    const labels = Uint8Array.from({ length: 20 }, (_, i) => i);
    const y = { data: labels, shape: [20] };
    expect(Array.from(ops.at(y, '-5:').data)).toEqual([15, 16, 17, 18, 19]);
    expect(ops.at(y, ':-5').shape).toEqual([15]);
    expect(ops.at(image, '...', 0).shape).toEqual([2, 8, 8]);
    expect(ops.at(image, null).shape).toEqual([1, 2, 8, 8, 3]);
    expect(ops.at(y, '...', null).shape).toEqual([20, 1]);
    expect(ops.at(image, 0, '2:6', '1:4').shape).toEqual([4, 3, 3]);
    expect(Array.from(ops.at(y, [7, 0, -1]).data)).toEqual([7, 0, 19]);
  });

  it('X6 squeeze, astype, division', async () => {
    const labels = { data: Uint8Array.from([6, 9]), shape: [2, 1] };
    expect(await ops.squeeze(labels).array()).toEqual([6, 9]);
    expect(ops.cast(labels, 'float32').dtype).toBe('float32');
    expect(await ops.div(ops.cast(labels, 'float32'), 255).data()).toEqual(Float32Array.from([6 / 255, 9 / 255]));
  });

  it('X6 mean, deviation, and the largest along axes', async () => {
    const x = { data: Uint8Array.from([0, 10, 20, 30, 40, 80]), shape: [3, 2] };
    expect(await ops.mean(x, 0, { keepDims: true }).array()).toEqual([[20, 40]]);
    const [first = 0, second = 0] = await ops.std(x, 0).data();
    expect([first, second].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([16.3299, 29.4392]);
    expect(await ops.argMax(x, 1).array()).toEqual([1, 1, 1]);
    expect(await ops.max(x, 1).array()).toEqual([10, 30, 80]);
  });

  it('X6 joining, one-hot, and shuffling together', async () => {
    const { data, shape } = image;
    const pair = [ops.at({ data, shape }, 0), ops.at({ data, shape }, 1)];
    expect(ops.stack(pair).shape).toEqual([2, 8, 8, 3]);
    expect(ops.concat(pair).shape).toEqual([16, 8, 3]);
    expect(ops.expandDims({ data, shape }, -1).shape).toEqual([2, 8, 8, 3, 1]);
    expect(await ops.oneHot(Uint8Array.from([1, 0]), 2).array()).toEqual([[0, 1], [1, 0]]); // biome-ignore format: a matrix
    const [x, y] = await shuffleArrays([{ data: Float32Array.of(0, 1, 2), shape: [3, 1] }, Uint8Array.of(0, 1, 2)], { seed: 3 });
    expect(Array.from(x.data)).toEqual(Array.from(y.data));
  });

  it('X6 parts of data on the host go into fit', async () => {
    const { x, labels } = pictures(8);
    const y = { data: labels, shape: [8] };
    const validationData = [ops.at(x, '-2:'), ops.at(y, '-2:')] as const;
    const { history } = await classifier().fit(ops.at(x, ':-2'), ops.at(y, ':-2'), { verbose: 0, validationData });
    expect(history.val_loss).toHaveLength(1);
  });
});

describe('X7 what the notebooks do with matplotlib', () => {
  const picture = ops.at(image, 0);
  const png = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(1, 4));

  it('X7 images in colour, in gray and with a colour bar', async () => {
    const gray = ops.at(picture, '...', 0);
    for (const figure of [
      plot.image(picture),
      plot.image(gray, { colormap: 'gray' }),
      plot.image(gray, { colormap: 'binary' }),
      plot.image(gray, { colorbar: true, title: 'a channel' }),
    ]) {
      expect(png(await figure.toPNG())).toBe('PNG');
    }
  });

  it('X7 grids with captions', async () => {
    for (const [count, columns] of [
      [25, 5],
      [10, 5],
      [4, 2],
      [2, 2],
    ] as const) {
      const grid = ops.at(image, new Array<number>(count).fill(1));
      const captions = Array.from({ length: count }, (_, i) => `airplane ${i}`);
      const svg = await plot.images(grid, { columns, captions }).toSVG();
      expect(svg).toContain('<svg');
    }
  });
});

describe('X8 bytes as images, labels of any kind', () => {
  const { x, labels } = pictures(6);
  const kinds: [string, ShapedArray][] = [
    ['uint8', { data: labels, shape: [6] }],
    ['int32', { data: Int32Array.from(labels), shape: [6] }],
    ['float32', { data: Float32Array.from(labels), shape: [6] }],
    ['one column', { data: labels, shape: [6, 1] }],
    ['one column of float32', { data: Float32Array.from(labels), shape: [6, 1] }],
  ];
  for (const [name, y] of kinds) {
    it(`X8 labels: ${name}`, async () => {
      const net = classifier();
      const expected = await classifierResult(net);
      expect(await net.evaluate(x, y, { verbose: 0 })).toEqual(expected);
      const { history } = await net.fit(x, y, { verbose: 0, validationData: [x, y] });
      expect(Object.keys(history)).toEqual(['accuracy', 'loss', 'val_accuracy', 'val_loss']);
    });
  }

  /** Of the same numbers as floats. */
  function classifierResult(net: Sequential): Promise<object> {
    const floats = { data: Float32Array.from(x.data), shape: x.shape };
    return net.evaluate(floats, Int32Array.from(labels), { verbose: 0 });
  }

  it('X8 images: uint8 is cast to float32 at the input', async () => {
    const net = classifier();
    const floats = { data: Float32Array.from(x.data), shape: x.shape };
    const [bytes, numbers] = [await net.predict(x, { verbose: 0 }), await net.predict(floats, { verbose: 0 })];
    expect(await bytes.data()).toEqual(await numbers.data());
    expect(bytes.dtype).toBe('float32');
  });
});

it('X9 an untrained softmax of 10 classes has the loss ln 10 and the accuracy 0.1', async () => {
  const { x } = pictures(100);
  const labels = Uint8Array.from({ length: 100 }, (_, i) => i % 10);
  const net = classifier();
  const { loss, accuracy } = await net.evaluate(x, labels, { verbose: 0 });
  expect(Math.abs((loss as number) - Math.log(10))).toBeLessThan(0.25);
  expect(Math.abs((accuracy as number) - 0.1)).toBeLessThan(0.1);
  net.layers.at(-1)?.setWeights((net.layers.at(-1) as layers.Layer).weights.map(({ shape }) => ops.zeros(shape)));
  const even = await net.evaluate(x, labels, { verbose: 0 });
  expect(even.loss).toBeCloseTo(Math.LN10, 5);
  expect(even.accuracy).toBeCloseTo(0.1, 6);
});

it('setRandomSeed: two trainings of one process are the same', async () => {
  const { x, labels } = pictures(12);
  const train = async (seed: number): Promise<unknown> => {
    setRandomSeed(seed);
    const { history } = await classifier().fit(x, labels, { verbose: 0, batchSize: 4, epochs: 2 });
    return history.loss;
  };
  const first = await train(5);
  expect(await train(5)).toEqual(first);
  expect(await train(6)).not.toEqual(first);
});

it('setFloatx: a layer keeps the dtype of its construction', async () => {
  const before = layers.conv2d({ filters: 2, kernelSize: 3 });
  try {
    setFloatx('float64');
    expect(before.apply(image).dtype).toBe('float32');
    expect(before.weights.map(({ dtype }) => dtype)).toEqual(['float32', 'float32']);
    expect(() => layers.flatten().apply({ data: new Uint8Array(3), shape: [2, 2] })).toThrow(
      "Layer 'flatten' (Flatten): apply: 3 values do not fill the shape [2, 2] of 4 elements",
    );
    expect(layers.conv2d({ filters: 2, kernelSize: 3 }).apply(image).dtype).toBe('float64');
  } finally {
    setFloatx('float32');
  }
});
