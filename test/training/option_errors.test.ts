import { describe, expect, it } from 'vitest';
import {
  type CompileOptions,
  DataError,
  initializers,
  layers,
  metrics,
  optimizers,
  regularizers,
  ShapeError,
  schedules,
  ValueError,
} from '../../lib/index.js';
import { branched, classifier, expectError, expectTrains, labels, numbers, refuse } from '../harness/training.js';

const x = numbers(6, 3);
const y = labels(6);
const fitWith = (options: object) => (net: { fit: (...args: never[]) => unknown }) =>
  net.fit(x as never, y as never, { verbose: 0, ...options } as never);

describe('options of fit', () => {
  refuse([
    ['an unknown one', fitWith({ batchsize: 4 }), ValueError, "fit: unknown option 'batchsize'; did you mean 'batchSize'?"],
    ['one of Keras', fitWith({ batch_size: 4 }), ValueError, "fit: unknown option 'batch_size'; did you mean 'batchSize'?"],
    [
      'a number in their place',
      (net) => net.fit(x, y, 32 as never),
      ValueError,
      'fit: received 32; expected an object of options { batchSize, epochs, verbose, callbacks, validationSplit, validationData, shuffle, classWeight, sampleWeight, initialEpoch, stepsPerEpoch, validationSteps, validationBatchSize, validationFreq, signal }',
    ],
    ['batchSize 0', fitWith({ batchSize: 0 }), ValueError, 'fit: batchSize is 0; expected an integer of at least 1'],
    ['batchSize NaN', fitWith({ batchSize: Number.NaN }), ValueError, 'fit: batchSize is NaN; expected an integer of at least 1'],
    [
      'a fraction of a batch',
      fitWith({ batchSize: 1.5 }),
      ValueError,
      'fit: batchSize is 1.5; expected an integer of at least 1',
    ],
    ['negative epochs', fitWith({ epochs: -1 }), ValueError, 'fit: epochs is -1; expected an integer of at least 0'],
    ['epochs as a string', fitWith({ epochs: '3' }), ValueError, "fit: epochs is '3'; expected an integer of at least 0"],
    ['initialEpoch', fitWith({ initialEpoch: 0.5 }), ValueError, 'fit: initialEpoch is 0.5; expected an integer of at least 0'],
    ['stepsPerEpoch', fitWith({ stepsPerEpoch: 0 }), ValueError, 'fit: stepsPerEpoch is 0; expected an integer of at least 1'],
    ['verbose', fitWith({ verbose: 3 }), ValueError, "fit: verbose is 3; expected 'auto', 0, 1 or 2"],
    ['shuffle', fitWith({ shuffle: 'batches' }), ValueError, "fit: shuffle is 'batches'; expected true, false or 'batch'"],
    [
      'validationSplit of 1',
      fitWith({ validationSplit: 1 }),
      ValueError,
      'fit: validationSplit is 1; expected a number in [0, 1)',
    ],
    [
      'validationSplit in percent',
      fitWith({ validationSplit: 20 }),
      ValueError,
      'fit: validationSplit is 20; expected a number in [0, 1)',
    ],
    [
      'validationSplit NaN',
      fitWith({ validationSplit: Number.NaN }),
      ValueError,
      'fit: validationSplit is NaN; expected a number in [0, 1)',
    ],
    [
      'validationSplit that leaves nothing to validate',
      fitWith({ validationSplit: 1e-20 }),
      ValueError,
      'fit: validationSplit 1e-20 leaves 6 of 6 samples for training; expected at least 1 on both sides',
    ],
    [
      'validationSplit that leaves nothing to train',
      fitWith({ validationSplit: 0.9 }),
      ValueError,
      'fit: validationSplit 0.9 leaves 0 of 6 samples for training; expected at least 1 on both sides',
    ],
    [
      'validationFreq',
      fitWith({ validationSplit: 0.5, validationFreq: 0 }),
      ValueError,
      'fit: validationFreq is 0; expected an integer of at least 1',
    ],
    [
      'validationFreq in a list',
      fitWith({ validationSplit: 0.5, validationFreq: [1, 'b'] }),
      ValueError,
      'fit: validationFreq is b; expected an integer of at least 1',
    ],
    [
      'validationSteps without data',
      fitWith({ validationSteps: 2 }),
      ValueError,
      'fit: validationSteps is given without validation data; give validationData or validationSplit as well',
    ],
    [
      'validationData of one entry',
      fitWith({ validationData: [x] }),
      DataError,
      'fit: validationData: received 1 entries; expected [x, y] or [x, y, sampleWeight]',
    ],
    [
      'validationData that is none',
      fitWith({ validationData: 0.2 }),
      DataError,
      'fit: validationData: received 0.2; expected [x, y], [x, y, sampleWeight] or batches',
    ],
    [
      'validationData of a wrong shape',
      fitWith({ validationData: [numbers(6, 4), y] }),
      ShapeError,
      "fit: validationData: x has shape [6, 4]; model 'net' expects [null, 3]; reshape the data",
    ],
    [
      'validationData with wrong labels',
      fitWith({ validationData: [x, [0, 1, 2, 3, 4, 5]] }),
      DataError,
      "fit: validationData: y holds the label 3 at element 3; expected integers in [0, 3), since the model's output has 3 classes",
    ],
    [
      'a controller as signal',
      fitWith({ signal: new AbortController() }),
      ValueError,
      'fit: signal is an AbortController; expected an AbortSignal; pass controller.signal',
    ],
    ['something else as signal', fitWith({ signal: true }), ValueError, 'fit: signal is true; expected an AbortSignal'],
  ]);
});

describe('options of evaluate and predict', () => {
  refuse([
    [
      'evaluate: unknown',
      (net) => net.evaluate(x, y, { epochs: 1 } as never),
      ValueError,
      "evaluate: unknown option 'epochs'; expected one of batchSize, verbose, sampleWeight, steps, callbacks, signal",
    ],
    [
      'evaluate: steps',
      (net) => net.evaluate(x, y, { steps: -1, verbose: 0 }),
      ValueError,
      'evaluate: steps is -1; expected an integer of at least 1',
    ],
    [
      'predict: unknown',
      (net) => net.predict(x, { batchsize: 2 } as never),
      ValueError,
      "predict: unknown option 'batchsize'; did you mean 'batchSize'?",
    ],
    [
      'predict: y',
      (net) => net.predict(x, y as never),
      ValueError,
      'predict: received an Int32Array of 6; expected an object of options { batchSize, verbose, steps, callbacks, signal }',
    ],
    [
      'trainOnBatch: unknown',
      (net) => net.trainOnBatch(x, y, { sampleWeights: y } as never),
      ValueError,
      "trainOnBatch: unknown option 'sampleWeights'; did you mean 'sampleWeight'?",
    ],
    [
      'testOnBatch: classWeight',
      (net) => net.testOnBatch(x, y, { classWeight: { 0: 1 } } as never),
      ValueError,
      "testOnBatch: unknown option 'classWeight'; expected one of sampleWeight",
    ],
  ]);
});

describe('compile', () => {
  const compile = (options: object) => (net: ReturnType<typeof classifier>) => net.compile(options as CompileOptions);
  const cases: [string, object, string][] = [
    ['an unknown option', { losses: 'mse' }, "compile: unknown option 'losses'; did you mean 'loss'?"],
    ['an unknown optimizer', { optimizer: 'adm' }, "compile: unknown optimizer 'adm'; did you mean 'adam'?"],
    [
      'an optimizer that is none',
      { optimizer: {} },
      'compile: optimizer: received an empty object; expected a name or an Optimizer',
    ],
    ['an unknown loss', { loss: 'mze' }, "compile: unknown loss 'mze'; did you mean 'mse'?"],
    ['a loss that is none', { loss: 5 }, 'compile: loss: received 5; expected a name, a Loss or a function of yTrue and yPred'],
    ['two losses for one output', { loss: ['mse', 'mae'] }, 'compile: loss: received 2 entries; expected 1 (dense_1)'],
    [
      'a loss for an unknown output',
      { loss: { dense_2: 'mse' } },
      "compile: loss: unknown output 'dense_2'; did you mean 'dense_1'?",
    ],
    ['an unknown metric', { metrics: ['acuracy'] }, "compile: unknown metric 'acuracy'; did you mean 'accuracy'?"],
    [
      'a metric that is none',
      { metrics: [5] },
      'compile: metric: received 5; expected a name, a Metric or a function of yTrue and yPred',
    ],
    [
      'a null among metrics',
      { metrics: [null] },
      'compile: metric: received null; expected a name, a Metric or a function of yTrue and yPred',
    ],
    [
      'an unknown weighted metric',
      { weightedMetrics: ['acuracy'] },
      "compile: unknown metric 'acuracy'; did you mean 'accuracy'?",
    ],
    [
      'metrics for an unknown output',
      { metrics: { out: 'mse' } },
      "compile: metrics: unknown output 'out'; expected one of dense_1",
    ],
    [
      'lossWeights that are no numbers',
      { loss: 'mse', lossWeights: ['1'] },
      "compile: lossWeights: received '1'; expected finite numbers",
    ],
  ];
  refuse(cases.map(([name, options, message]) => [name, compile(options) as never, ValueError, message]));

  it('refuses as many losses as there are not', async () => {
    await expectError(
      () => branched({ loss: ['mse'] }),
      ValueError,
      'compile: loss: received 1 entries; expected 2 (classes, value)',
    );
    await expectError(
      () => branched({ loss: { classe: 'mse' } }),
      ValueError,
      "compile: loss: unknown output 'classe'; did you mean 'classes'?",
    );
    await expectError(
      () => branched({ metrics: ['mse', 'mae', 'mape'] }),
      ValueError,
      'compile: metrics: received 3 entries; expected a list for each of 2 outputs (classes, value)',
    );
    await expectError(
      () => branched({ lossWeights: [1] }),
      ValueError,
      'compile: lossWeights: received 1 entries; expected 2 (classes, value)',
    );
  });

  it('refuses a metric with many values when its shape is known', async () => {
    const net = classifier({ loss: 'categoricalCrossentropy', metrics: [metrics.f1Score()] });
    const oneHot = { data: Float32Array.from([1, 0, 0, 0, 1, 0]), shape: [2, 3] };
    await expectError(
      () => net.fit(numbers(2, 3), oneHot, { verbose: 0 }),
      ValueError,
      "fit: metric 'f1_score': the result has 3 values; expected one; choose an average",
    );
  });
});

describe('layers, optimizers and their parts', () => {
  it.each<[string, () => unknown, string]>([
    ['an unknown layer option', () => layers.dense({ unit: 3 } as never), "Dense: unknown option 'unit'; did you mean 'units'?"],
    ['negative units', () => layers.dense({ units: -3 }), 'Dense: units is -3; expected an integer of at least 1'],
    [
      'negative filters',
      () => layers.conv2d({ filters: -1, kernelSize: 3 }),
      'Conv2D: filters is -1; expected an integer of at least 1',
    ],
    [
      'negative kernel sizes',
      () => layers.conv2d({ filters: 1, kernelSize: [3, -3] }),
      'Conv2D: kernelSize is [3,-3]; expected an integer of at least 1 or 2 of them',
    ],
    [
      'a negative input shape',
      () => layers.dense({ units: 1, inputShape: [-3] }),
      'Dense: inputShape: received [-3]; expected a list of positive integers, or null for sizes that may vary',
    ],
    [
      'an unknown activation',
      () => layers.dense({ units: 1, activation: 'rely' }),
      "Dense: unknown activation 'rely'; did you mean 'relu'?",
    ],
    [
      'an unknown initializer',
      () => layers.dense({ units: 1, kernelInitializer: 'glorot' }),
      "Dense: unknown initializer 'glorot'; expected one of ",
    ],
    [
      'an unknown regularizer',
      () => layers.dense({ units: 1, kernelRegularizer: 'l3' }),
      "Dense: unknown regularizer 'l3'; did you mean 'l1'?",
    ],
    [
      'an unknown initializer option',
      () => initializers.constant({ valu: 1 } as never),
      "constant: unknown option 'valu'; did you mean 'value'?",
    ],
    [
      'an unknown regularizer option',
      () => regularizers.l2({ rate: 1 } as never),
      "l2: unknown option 'rate'; expected one of l2",
    ],
    [
      'a NaN learning rate',
      () => optimizers.adam({ learningRate: Number.NaN }),
      'adam: learningRate NaN; expected a finite number, a schedule or a function that returns a number',
    ],
    ['an unknown optimizer option', () => optimizers.sgd({ lr: 1 } as never), "sgd: unknown option 'lr'; expected one of"],
    [
      'an unknown schedule option',
      () => schedules.exponentialDecay({ rate: 1 } as never),
      "exponentialDecay: unknown option 'rate'; ",
    ],
  ])('%s', (_, action, message) => {
    expect(action).toThrow(ValueError);
    expect(action).toThrow(message);
  });
});

describe('learning rates', () => {
  it('that are no numbers leave the old one', async () => {
    const net = classifier();
    await expectError(
      () => {
        net.optimizer.learningRate = Number.NaN;
      },
      ValueError,
      'sgd.learningRate: learningRate NaN; expected a finite number, a schedule or a function that returns a number',
    );
    expect(net.optimizer.learningRate).toBe(0.01);
    await expectTrains(net);
  });

  it('of a function that returns none stop the training', async () => {
    let rate: unknown = 0.1;
    const net = classifier({ optimizer: optimizers.sgd({ learningRate: () => rate as number }) });
    await expectTrains(net);
    rate = 'fast';
    await expectError(
      () => net.fit(x, y, { verbose: 0 }),
      ValueError,
      "fit: sgd.learningRate: the function returned 'fast'; expected a finite number",
    );
    expect(net.optimizer.iterations).toBe(1);
    rate = 0.1;
    await expectTrains(net);
  });
});
