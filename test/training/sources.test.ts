import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type BatchLike,
  type CompileOptions,
  type callbacks,
  clearSession,
  type DataLike,
  type FitOptions,
  layers,
  type Model,
  Model as ModelClass,
  ops,
  optimizers,
  Sequence,
  sequential,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { branched, classifier, labels, numbers } from '../harness/training.js';

const count = 10;
const x = numbers(count, 3);
const y = labels(count);
const still: FitOptions = { verbose: 0, shuffle: false, batchSize: 4, epochs: 2 };

beforeEach(() => clearSession());

const start = numbers(1, 3 * 4 + 4 + 4 * 3 + 3).data;

/** The classifier with weights that are always the same. */
function fixed(options: CompileOptions = {}): ReturnType<typeof classifier> {
  const net = classifier(options);
  let at = 0;
  net.setWeights(
    net.weights.map(({ shape }) => {
      const size = shape.reduce((product, dimension) => product * dimension, 1);
      at += size;
      return start.slice(at - size, at);
    }),
  );
  return net;
}

const rows = (values: Float32Array): number[][] =>
  Array.from({ length: count }, (_, i) => Array.from(values.subarray(3 * i, 3 * i + 3)));

/** Batches of 4, 4 and 2 samples. */
const batches: BatchLike[] = [0, 4, 8].map((begin) => {
  const end = Math.min(begin + 4, count);
  return [{ data: x.data.subarray(3 * begin, 3 * end), shape: [end - begin, 3] }, y.subarray(begin, end)];
});

class Batches extends Sequence {
  get length(): number {
    return batches.length;
  }
  getItem(index: number): BatchLike {
    return batches[index] as BatchLike;
  }
}

function* generate(epochs: number): Generator<BatchLike> {
  for (let i = 0; i < epochs; i++) yield* batches;
}

async function* generateSlowly(epochs: number): AsyncGenerator<BatchLike> {
  for (const batch of generate(epochs)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield batch;
  }
}

async function expectSame(history: callbacks.History, expected: callbacks.History): Promise<void> {
  expect(Object.keys(history.history)).toEqual(Object.keys(expected.history));
  for (const [name, values] of Object.entries(expected.history)) {
    values.forEach((value, i) => {
      expect(history.history[name]?.[i], name).toBeCloseTo(value, 6);
    });
  }
}

describe('fit takes the same data in many forms', () => {
  const forms: [string, () => DataLike, () => DataLike][] = [
    ['a tensor', () => tensor(x.data, x.shape), () => tensor(y)],
    ['a variable-length list with one tensor', () => [tensor(x.data, x.shape)], () => [y]],
    ['nested arrays', () => rows(x.data), () => Array.from(y)],
    ['a record', () => ({ dense_input: x }), () => ({ dense_1: y })],
    ['labels as floats', () => x, () => Float32Array.from(y)],
    ['labels as bytes', () => x, () => Uint8Array.from(y)],
    ['labels as a column', () => x, () => ({ data: y, shape: [count, 1] })],
    ['64-bit floats', () => ({ data: Float64Array.from(x.data), shape: x.shape }), () => y],
    ['a type given by name', () => ({ data: Array.from(x.data) as never, shape: x.shape, dtype: 'float64' }), () => y],
  ];
  it.each(forms)('%s', async (name, makeX, makeY) => {
    const expected = await fixed().fit(x, y, still);
    clearSession();
    const net = fixed();
    const given = name === 'a record' ? { [net.inputNames[0] as string]: x } : makeX();
    await expectSame(await net.fit(given, makeY(), still), expected);
  });

  const { batchSize: _, shuffle: __, ...plain } = still;
  const sources: [string, () => Parameters<Model['fit']>[0], FitOptions][] = [
    ['a Sequence', () => new Batches(), { ...plain, shuffle: false }],
    ['an iterable', () => ({ [Symbol.iterator]: () => generate(1) }), plain],
    ['an async iterable', () => ({ [Symbol.asyncIterator]: () => generateSlowly(1) }), plain],
    ['a generator with stepsPerEpoch', () => generate(2), { ...plain, stepsPerEpoch: 3 }],
    ['an async generator with stepsPerEpoch', () => generateSlowly(2), { ...plain, stepsPerEpoch: 3 }],
    ['a Sequence with stepsPerEpoch', () => new Batches(), { ...plain, shuffle: false, stepsPerEpoch: 3 }],
  ];
  it.each(sources)('%s', async (_, make, options) => {
    const expected = await fixed().fit(x, y, still);
    const history = await fixed().fit(make(), null, options);
    await expectSame(history, expected);
    expect(history.params.steps).toBe(options.stepsPerEpoch ?? (make() instanceof Sequence ? 3 : null));
  });

  it('images as bytes', async () => {
    const net = sequential([
      layers.rescaling({ scale: 1 / 255, inputShape: [2, 2, 1] }),
      layers.flatten(),
      layers.dense({ units: 3 }),
    ]);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    const bytes = { data: Uint8Array.from({ length: 24 }, (_, i) => 10 * i), shape: [6, 2, 2, 1] };
    const { history } = await net.fit(bytes, numbers(6, 3), { verbose: 0 });
    expect(Number.isFinite(history.loss?.[0])).toBe(true);
    const floats = await net.predict({ data: Float32Array.from(bytes.data), shape: bytes.shape }, { verbose: 0 });
    expect(await (await net.predict(bytes, { verbose: 0 })).array()).toEqual(await floats.array());
    const withoutChannels = await net.predict({ data: bytes.data, shape: [6, 2, 2] }, { verbose: 0 });
    expect(await withoutChannels.array()).toEqual(await floats.array());
  });
});

describe('several inputs and outputs', () => {
  const inputs = { left: numbers(count, 3), right: numbers(count, 3) };
  const outputs = { classes: y, value: numbers(count, 1) };
  it.each<[string, DataLike, DataLike]>([
    ['by name', inputs, outputs],
    ['by name in another order', { right: inputs.right, left: inputs.left }, { value: outputs.value, classes: y }],
    ['in a list', [inputs.left, inputs.right], [y, outputs.value]],
    [
      'as nested arrays',
      [rows(inputs.left.data), rows(inputs.right.data)],
      [Array.from(y), Array.from(outputs.value.data, (v) => [v])],
    ],
  ])('%s', async (_, xs, ys) => {
    const net = branched();
    const before = await net.evaluate(inputs, outputs, { verbose: 0 });
    expect(Object.keys(before)).toEqual(['classes_loss', 'loss', 'value_loss']);
    const again = await net.evaluate(xs, ys, { verbose: 0, batchSize: 4 });
    for (const [name, value] of Object.entries(before)) expect(again[name], name).toBeCloseTo(value, 5);
    const { history } = await net.fit(xs, ys, { verbose: 0, epochs: 3 });
    expect((history.loss as number[])[2]).toBeLessThan((history.loss as number[])[0] as number);
    const predicted = (await net.predict(xs, { verbose: 0, batchSize: 4 })) as Tensor[];
    expect(predicted.map(({ shape }) => shape)).toEqual([
      [count, 3],
      [count, 1],
    ]);
  });

  it('in batches', async () => {
    const net = branched();
    const source = {
      *[Symbol.iterator]() {
        yield [inputs, outputs] as never;
        yield [
          [inputs.left, inputs.right],
          [y, outputs.value],
        ] as never;
      },
    };
    const { history } = await net.fit(source as never, null, { verbose: 0 });
    expect(Number.isFinite(history.loss?.[0])).toBe(true);
  });

  it('of a model that its data builds', async () => {
    class Pair extends ModelClass {
      readonly dense = layers.dense({ units: 3 });
      call([a, b]: Tensor[]): Tensor {
        return this.dense.apply(ops.add(a as Tensor, b as Tensor));
      }
    }
    const net = new Pair();
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    await net.fit([inputs.left, inputs.right], numbers(count, 3), { verbose: 0 });
    const sum = (await net.predict([inputs.left, inputs.right], { verbose: 0 })) as Tensor;
    expect(sum.shape).toEqual([count, 3]);
  });
});

describe('the last, smaller batch', () => {
  it('counts by its size', async () => {
    const net = fixed();
    const whole = await net.evaluate(x, y, { verbose: 0, batchSize: count });
    const parts = await net.evaluate(x, y, { verbose: 0, batchSize: 4 });
    expect(parts.loss).toBeCloseTo(whole.loss as number, 6);
    expect(parts.accuracy).toBeCloseTo(whole.accuracy as number, 6);
    expect(await (await net.predict(x, { verbose: 0, batchSize: 4 })).array()).toEqual(
      await (await net.predict(x, { verbose: 0 })).array(),
    );
  });
});

describe('weights', () => {
  const w = Float32Array.from({ length: count }, (_, i) => (i % 3) / 2);
  it('of samples scale their losses', async () => {
    const net = fixed();
    const losses = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        net.evaluate({ data: x.data.slice(3 * i, 3 * i + 3), shape: [1, 3] }, y.slice(i, i + 1), { verbose: 0 }),
      ),
    );
    const expected = losses.reduce((sum, { loss }, i) => sum + (loss as number) * (w[i] as number), 0) / count;
    for (const sampleWeight of [w, tensor(w), Array.from(w), { data: w, shape: [count, 1] }]) {
      expect((await net.evaluate(x, y, { verbose: 0, sampleWeight })).loss).toBeCloseTo(expected, 5);
    }
  });

  it('of classes are weights of their samples', async () => {
    const classWeight = { 0: 0.5, 2: 3 };
    const sampleWeight = Float32Array.from(y, (label) => (label === 0 ? 0.5 : label === 2 ? 3 : 1));
    const oneHot = {
      data: Float32Array.from({ length: 3 * count }, (_, i) => Number(y[Math.floor(i / 3)] === i % 3)),
      shape: [count, 3],
    };
    const expected = await fixed().fit(x, y, { ...still, sampleWeight });
    await expectSame(await fixed().fit(x, y, { ...still, classWeight }), expected);
    await expectSame(await fixed().fit(x, { data: y, shape: [count, 1] }, { ...still, classWeight }), expected);
    await expectSame(await fixed({ loss: 'categoricalCrossentropy' }).fit(x, oneHot, { ...still, classWeight }), expected);
    const { batchSize: _, ...rest } = still;
    await expectSame(await fixed().fit(new Batches(), null, { ...rest, classWeight }), expected);
  });

  it('do not touch the validation', async () => {
    const options = { ...still, epochs: 1, validationData: [x, y] as const };
    const net = fixed({ optimizer: optimizers.sgd({ learningRate: 0 }) });
    const { history } = await net.fit(x, y, { ...options, classWeight: { 0: 100 } });
    expect(history.val_loss?.[0]).toBeCloseTo((await net.evaluate(x, y, { verbose: 0 })).loss as number, 6);
    expect(history.loss?.[0]).toBeGreaterThan(history.val_loss?.[0] as number);
  });

  it('of each output, or of all', async () => {
    const inputs = [numbers(count, 3), numbers(count, 3)];
    const outputs = [y, numbers(count, 1)];
    const net = branched();
    const one = await net.evaluate(inputs, outputs, { verbose: 0, sampleWeight: w });
    const each = await net.evaluate(inputs, outputs, { verbose: 0, sampleWeight: [w, w] });
    const named = await net.evaluate(inputs, outputs, { verbose: 0, sampleWeight: { value: w, classes: w } });
    expect(each).toEqual(one);
    expect(named).toEqual(one);
    const other = await net.evaluate(inputs, outputs, { verbose: 0, sampleWeight: [w, new Float32Array(count)] });
    expect(other.classes_loss).toBeCloseTo(one.classes_loss as number, 6);
    expect(other.value_loss).toBe(0);
  });
});

describe('validation', () => {
  const { batchSize: _, ...rest } = still;
  it.each<[string, FitOptions]>([
    ['a tuple', { validationData: [x, y] }],
    ['a tuple with weights', { validationData: [x, y, new Float32Array(count).fill(1)] }],
    ['a Sequence', { validationData: new Batches() }],
    ['an iterable', { validationData: { [Symbol.iterator]: () => generate(1) } }],
    ['a generator with steps', { validationData: generate(2), validationSteps: 3 }],
    ['a tuple with its own batch size', { validationData: [x, y], validationBatchSize: 7 }],
  ])('on %s', async (_, options) => {
    const net = fixed();
    const { history } = await net.fit(x, y, { ...still, ...options });
    const { loss, accuracy } = await net.evaluate(x, y, { verbose: 0 });
    expect(history.val_loss?.[1]).toBeCloseTo(loss as number, 5);
    expect(history.val_accuracy?.[1]).toBeCloseTo(accuracy as number, 5);
    expect(history.val_loss).toHaveLength(2);
  });

  it('goes before validationSplit', async () => {
    const { params, history } = await fixed().fit(x, y, { ...still, validationSplit: 0.5, validationData: [x, y] });
    expect(params.steps).toBe(3);
    expect(history.val_loss).toHaveLength(2);
  });

  it('takes validationSteps of its data', async () => {
    const seen: number[] = [];
    const callback = { onTestBatchEnd: (batch: number) => void seen.push(batch) };
    await fixed().fit(x, y, {
      ...still,
      epochs: 1,
      validationData: [x, y],
      validationSteps: 2,
      validationBatchSize: 3,
      callbacks: [callback],
    });
    expect(seen).toEqual([0, 1]);
  });

  it('follows validationFreq', async () => {
    const { history } = await fixed().fit(x, y, { ...still, epochs: 5, validationData: [x, y], validationFreq: [2, 5] });
    expect(history.loss).toHaveLength(5);
    expect(history.val_loss).toHaveLength(2);
  });

  it('is left out with a warning when a generator has no more', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { history } = await fixed().fit(x, y, { ...still, validationData: generate(1), validationSteps: 3 });
    expect(history.val_loss).toHaveLength(1);
    expect(warned).toHaveBeenCalledWith('fit: validationData: the batches ran out; this epoch is not validated');
    warned.mockRestore();
  });

  it('of batches while training on arrays, and the other way', async () => {
    await fixed().fit(x, y, { ...still, validationData: new Batches() });
    await fixed().fit(new Batches(), null, { ...rest, validationData: [x, y], validationBatchSize: 5 });
  });
});

describe('steps and epochs', () => {
  it('stop with a warning when a generator has no more', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { epoch } = await fixed().fit(generate(1), null, { verbose: 0, epochs: 3 });
    expect(epoch).toEqual([0]);
    expect(warned.mock.calls).toEqual([
      [
        'fit: the batches ran out after epoch 1 of 3; training stops; ' +
          'a generator gives its batches once: use a Sequence, or an iterable that can start again',
      ],
    ]);
    warned.mockRestore();
  });

  it('leave a generator where the training ended', async () => {
    const generator = generate(3);
    await fixed().fit(generator, null, { verbose: 0, stepsPerEpoch: 2, epochs: 2 });
    expect([...generator]).toHaveLength(5);
  });

  it('make the batch size when none is given', async () => {
    const net = fixed();
    expect((await net.fit(x, y, { verbose: 0, stepsPerEpoch: 5 })).params.steps).toBe(5);
    expect(net.optimizer.iterations).toBe(5);
    expect((await net.predict(x, { verbose: 0, steps: 2 })).shape).toEqual([count, 3]);
  });

  it('can be none', async () => {
    const history = await fixed().fit(x, y, { verbose: 0, epochs: 3, initialEpoch: 3 });
    expect(history.history).toEqual({});
  });

  it('go on with the optimizer, and begin at initialEpoch', async () => {
    const net = fixed();
    const once = await fixed().fit(x, y, { ...still, epochs: 4 });
    await net.fit(x, y, still);
    const { epoch, history } = await net.fit(x, y, { ...still, epochs: 4, initialEpoch: 2 });
    expect(epoch).toEqual([2, 3]);
    expect(history.loss?.[1]).toBeCloseTo(once.history.loss?.[3] as number, 6);
    expect(net.optimizer.iterations).toBe(12);
  });

  it('are repeated from run to run', async () => {
    const run = async (): Promise<unknown> => {
      clearSession();
      const { history } = await fixed().fit(x, y, { verbose: 0, epochs: 3, batchSize: 3 });
      return history;
    };
    expect(await run()).toEqual(await run());
  });
});

describe('evaluate and predict', () => {
  it('take batches', async () => {
    const net = fixed();
    const expected = await net.evaluate(x, y, { verbose: 0 });
    const predicted = await (await net.predict(x, { verbose: 0 })).array();
    for (const make of [() => new Batches(), () => generate(1), () => generateSlowly(1)]) {
      const logs = await net.evaluate(make(), null, { verbose: 0 });
      expect(logs.loss).toBeCloseTo(expected.loss as number, 6);
      expect(await (await net.predict(make(), { verbose: 0 })).array()).toEqual(predicted);
    }
    expect((await net.predict(generate(100), { verbose: 0, steps: 2 })).shape).toEqual([8, 3]);
    const inputs = {
      *[Symbol.iterator]() {
        yield tensor(x.data, x.shape);
      },
    };
    expect(await (await net.predict(inputs, { verbose: 0 })).array()).toEqual(predicted);
  });

  it('take turns when they are not awaited', async () => {
    const net = fixed();
    const half = { data: x.data.subarray(0, 15), shape: [5, 3] };
    const alone = [await net.evaluate(x, y, { verbose: 0 }), await net.evaluate(half, y.subarray(0, 5), { verbose: 0 })];
    const together = await Promise.all([
      net.evaluate(x, y, { verbose: 0, batchSize: 1 }),
      net.evaluate(half, y.subarray(0, 5), { verbose: 0 }),
    ]);
    together.forEach((logs, i) => {
      expect(logs.loss).toBeCloseTo(alone[i]?.loss as number, 6);
    });
  });

  it('follow layers that are added', async () => {
    const net = fixed();
    expect((await net.predict(x, { verbose: 0 })).shape).toEqual([count, 3]);
    net.add(layers.dense({ units: 2, activation: 'softmax' }));
    expect((await net.predict(x, { verbose: 0 })).shape).toEqual([count, 2]);
    net.pop();
    net.pop();
    expect((await net.predict(x, { verbose: 0 })).shape).toEqual([count, 4]);
  });
});
