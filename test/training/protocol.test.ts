import { describe, expect, it } from 'vitest';
import {
  type CompileOptions,
  callbacks,
  type FitOptions,
  type HostArray,
  input,
  layers,
  losses,
  type Model,
  model,
  optimizers,
} from '../../lib/index.js';
import { type GoldenTensor, goldenValues, loadGolden } from '../harness/golden.js';

type Event = [hook: string, ...rest: (number | string[])[]];

interface Protocol {
  x: GoldenTensor;
  y: GoldenTensor;
  second: GoldenTensor;
  batchSize: number;
  weights: GoldenTensor[];
  secondWeights: GoldenTensor[];
  hooks: { name: string; options: Record<string, unknown>; stopAfterBatch?: number; events: Event[] }[];
  histories: {
    name: string;
    outputs: number;
    compile: Record<string, unknown>;
    fit: Record<string, unknown>;
    history: Record<string, number[]>;
    epoch: number[];
    params: Record<string, number>;
    evaluateLogs: Record<string, number>;
  }[];
  steps: {
    samples: number;
    batchSize: number | null;
    validationSplit: number;
    params: Record<string, number>;
    validationSteps?: number;
  }[];
}

const golden = loadGolden<Protocol>('protocol');

function array(tensor: GoldenTensor, samples = tensor.shape[0] as number): HostArray {
  const row = tensor.shape.slice(1).reduce((product, size) => product * size, 1);
  const values = goldenValues(tensor).subarray(0, samples * row);
  const isClass = 'classes' in tensor;
  return {
    data: isClass ? Int32Array.from(values) : values,
    shape: [samples, ...tensor.shape.slice(1)],
    dtype: isClass ? 'int32' : 'float64',
  };
}

function makeModel(outputs: number, compile: CompileOptions = {}): Model {
  const x = input({ shape: [3] });
  const hidden = layers.dense({ units: 4, activation: 'tanh', name: 'hidden' }).apply(x);
  const classes = layers.dense({ units: 3, activation: 'softmax', name: 'classes' }).apply(hidden);
  const net =
    outputs === 1
      ? model({ inputs: x, outputs: classes })
      : model({ inputs: x, outputs: [classes, layers.dense({ units: 1, name: 'value' }).apply(hidden)] });
  const weights = outputs === 1 ? golden.weights : [...golden.weights, ...golden.secondWeights];
  net.setWeights(weights.map((weight) => goldenValues(weight)));
  const loss = outputs === 1 ? 'sparseCategoricalCrossentropy' : ['sparseCategoricalCrossentropy', 'meanSquaredError'];
  net.compile({
    optimizer: optimizers.sgd({ learningRate: 0.1 }),
    loss,
    ...(outputs === 1 ? { metrics: ['accuracy'] } : {}),
    ...compile,
  });
  return net;
}

/** Records every hook with its number and the keys of its logs. */
function recorder(events: Event[], stopAfterBatch: number | undefined): callbacks.Callback {
  const callback = new callbacks.Callback();
  const names = Object.getOwnPropertyNames(callbacks.Callback.prototype).filter(
    (name) => name.startsWith('on') && !/^onBatch/.test(name),
  );
  for (const name of names) {
    Object.defineProperty(callback, name, {
      value: (...args: (number | Record<string, number>)[]) => {
        events.push([name, ...args.map((arg) => (typeof arg === 'number' ? arg : Object.keys(arg)))]);
        if (name === 'onTrainBatchEnd' && args[0] === stopAfterBatch) callback.model.stopTraining = true;
      },
    });
  }
  return callback;
}

function fitOptions(options: Record<string, unknown>): FitOptions {
  const { validationSamples, sampleWeight, ...rest } = options as { validationSamples?: number; sampleWeight?: GoldenTensor };
  return {
    batchSize: golden.batchSize,
    shuffle: false,
    verbose: 0,
    ...rest,
    ...(validationSamples !== undefined && {
      validationData: [array(golden.x, validationSamples), array(golden.y, validationSamples)] as const,
    }),
    ...(sampleWeight !== undefined && { sampleWeight: array(sampleWeight) }),
  };
}

describe("hooks come in Keras's order with Keras's logs", () => {
  it.each(golden.hooks)('$name', async ({ name, options, stopAfterBatch, events }) => {
    const net = makeModel(1);
    const seen: Event[] = [];
    const callback = recorder(seen, stopAfterBatch);
    if (name === 'evaluate')
      await net.evaluate(array(golden.x), array(golden.y), { batchSize: golden.batchSize, verbose: 0, callbacks: [callback] });
    else if (name === 'predict')
      await net.predict(array(golden.x), { batchSize: golden.batchSize, verbose: 0, callbacks: [callback] });
    else await net.fit(array(golden.x), array(golden.y), { ...fitOptions(options), callbacks: [callback] });
    // Keras passes predict's outputs in the logs of onPredictBatchEnd; here the logs are numbers, and predict returns the outputs.
    expect(seen).toEqual(events.map((event) => (event[0] === 'onPredictBatchEnd' ? [event[0], event[1], []] : event)));
  });
});

describe("histories are Keras's", () => {
  // stepsPerExecution is Keras's way to cut Python's overhead; a step here is one native call already, and the option is unknown.
  it.each(golden.histories.filter(({ name }) => name !== 'stepsPerExecution'))('$name', async (recorded) => {
    const { name, outputs, history, epoch, params, evaluateLogs } = recorded;
    const { metrics, loss, ...compile } = recorded.compile as CompileOptions;
    const net = makeModel(outputs, {
      ...compile,
      ...(metrics === undefined ? {} : { metrics: metrics ?? [] }),
      ...(loss === undefined ? {} : { loss: losses.meanSquaredError() }),
    });
    const labels = name === 'oneLossForBoth' ? oneHot(array(golden.y), 3) : array(golden.y);
    const y = outputs === 1 ? labels : [labels, array(golden.second)];
    const received = await net.fit(array(golden.x), y, fitOptions(recorded.fit));
    // The key of a metric is the string that was given: here camelCase, there snake case.
    const renamed = (key: string): string => key.replace('sparseCategoricalCrossentropy', 'sparse_categorical_crossentropy');
    expect(Object.keys(received.history).map(renamed)).toEqual(Object.keys(history));
    Object.entries(received.history).forEach(([key, values]) => {
      values.forEach((value, i) => {
        expect(value, key).toBeCloseTo((history[renamed(key)] as number[])[i] as number, 5);
      });
    });
    expect(received.epoch).toEqual(epoch);
    expect(received.params).toEqual(params);
    const evaluated = await net.evaluate(array(golden.x), y, { batchSize: golden.batchSize, verbose: 0 });
    expect(Object.keys(evaluated).map(renamed)).toEqual(Object.keys(evaluateLogs));
    for (const [key, value] of Object.entries(evaluated)) expect(value, key).toBeCloseTo(evaluateLogs[renamed(key)] as number, 5);
  });
});

describe("epochs have Keras's number of steps", () => {
  it.each(golden.steps)(
    '$samples samples, batch size $batchSize, split $validationSplit',
    async ({ samples, batchSize, validationSplit, params, validationSteps }) => {
      const x = { data: new Float32Array(samples * 3), shape: [samples, 3] };
      const y = { data: new Int32Array(samples), shape: [samples] };
      const seen: Event[] = [];
      const options = {
        verbose: 0,
        callbacks: [recorder(seen, undefined)],
        ...(batchSize === null ? {} : { batchSize }),
      } as const;
      const history = await makeModel(1).fit(x, y, { ...options, ...(validationSplit > 0 ? { validationSplit } : {}) });
      expect(history.params).toEqual(params);
      expect(seen.filter(([hook]) => hook === 'onTrainBatchEnd')).toHaveLength(params.steps as number);
      expect(seen.filter(([hook]) => hook === 'onTestBatchEnd')).toHaveLength(validationSteps ?? 0);
    },
  );
});

function oneHot(labels: HostArray, classes: number): HostArray {
  const data = new Float32Array(labels.data.length * classes);
  labels.data.forEach((label: number, i: number) => {
    data[i * classes + label] = 1;
  });
  return { data, shape: [labels.data.length, classes], dtype: 'float32' };
}
