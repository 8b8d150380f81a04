import { describe, expect, it } from 'vitest';
import {
  clearSession,
  DataError,
  DisposedError,
  DTypeError,
  type FitOptions,
  input,
  layers,
  ShapeError,
  StateError,
  sequential,
  tensor,
  ValueError,
} from '../../lib/index.js';
import { branched, classifier, expectError, imageClassifier, labels, numbers, refuse } from '../harness/training.js';

const x = numbers(6, 3);
const y = labels(6);
const quiet: FitOptions = { verbose: 0 };

const kinds = 'a tensor, { data, shape }, nested arrays of numbers, or a Float32Array, Float64Array, Int32Array or Uint8Array';

describe('x that cannot be used', () => {
  refuse([
    [
      'wrong rank',
      (net) => net.fit(numbers(6, 3, 2), y, quiet),
      ShapeError,
      "fit: x has shape [6, 3, 2]; model 'net' expects [null, 3]; reshape the data",
    ],
    [
      'wrong size',
      (net) => net.fit(numbers(6, 4), y, quiet),
      ShapeError,
      "fit: x has shape [6, 4]; model 'net' expects [null, 3]; reshape the data",
    ],
    [
      'evaluate',
      (net) => net.evaluate(numbers(6, 4), y, { verbose: 0 }),
      ShapeError,
      "evaluate: x has shape [6, 4]; model 'net' expects [null, 3]; reshape the data",
    ],
    [
      'predict',
      (net) => net.predict(numbers(6, 4), { verbose: 0 }),
      ShapeError,
      "predict: x has shape [6, 4]; model 'net' expects [null, 3]; reshape the data",
    ],
    [
      'predictOnBatch',
      (net) => net.predictOnBatch(numbers(6, 4)),
      ShapeError,
      "predictOnBatch: x has shape [6, 4]; model 'net' expects [null, 3]; reshape the data",
    ],
    [
      'trainOnBatch',
      (net) => net.trainOnBatch(numbers(6, 4), y),
      ShapeError,
      "trainOnBatch: x has shape [6, 4]; model 'net' expects [null, 3]; reshape the data",
    ],
    [
      'testOnBatch',
      (net) => net.testOnBatch(numbers(6, 4), y),
      ShapeError,
      "testOnBatch: x has shape [6, 4]; model 'net' expects [null, 3]; reshape the data",
    ],
    [
      'values that do not fill the shape',
      (net) => net.fit({ data: new Float32Array(10), shape: [4, 3] }, y, quiet),
      ShapeError,
      'fit: x: 10 values do not fill the shape [4, 3] of 12 elements',
    ],
    [
      'negative sizes',
      (net) => net.fit({ data: new Float32Array(6), shape: [-2, -3] }, y, quiet),
      ValueError,
      'fit: x: shape [-2, -3]; expected integers of at least 0',
    ],
    [
      'no shape',
      (net) => net.fit({ data: new Float32Array(6), shape: 6 as never }, y, quiet),
      ValueError,
      'fit: x: shape 6; expected integers of at least 0',
    ],
    [
      'an unknown dtype',
      (net) => net.fit({ ...x, dtype: 'complex64' as never }, y, quiet),
      DTypeError,
      "fit: x: unknown dtype 'complex64'; expected one of bool, uint8, int32, float16, bfloat16, float32, float64",
    ],
    [
      'no samples',
      (net) => net.fit({ data: new Float32Array(0), shape: [0, 3] }, new Int32Array(0), quiet),
      DataError,
      'fit: the data is empty: 0 samples; expected at least 1',
    ],
    ['an empty array', (net) => net.fit([], [], quiet), DataError, 'fit: the data is empty: 0 samples; expected at least 1'],
    [
      'different lengths',
      (net) => net.fit(x, labels(5), quiet),
      DataError,
      'fit: the arrays have different numbers of samples: x 6, y 5; expected as many of each',
    ],
    [
      'ragged arrays',
      (net) =>
        net.fit(
          [
            [1, 2, 3],
            [4, 5],
          ],
          [0, 1],
          quiet,
        ),
      ShapeError,
      'fit: x: the arrays are ragged: received 2 entries at [1]; expected 3 entries as in the first array',
    ],
    [
      'a string among numbers',
      (net) =>
        net.fit(
          [
            [1, 2, 3],
            [4, 'a' as never, 6],
          ],
          [0, 1],
          quiet,
        ),
      ValueError,
      "fit: x: received 'a' at [1, 1]; expected numbers",
    ],
    ['undefined', (net) => net.fit(undefined as never, y, quiet), DataError, `fit: x: received undefined; expected ${kinds}`],
    ['null', (net) => net.fit(null as never, y, quiet), DataError, `fit: x: received null; expected ${kinds}`],
    ['a number', (net) => net.fit(3 as never, y, quiet), DataError, `fit: x: received 3; expected ${kinds}`],
    ['a string', (net) => net.fit('x.csv' as never, y, quiet), DataError, `fit: x: received 'x.csv'; expected ${kinds}`],
    [
      'an array of strings',
      (net) => net.fit(['x.csv'] as never, y, quiet),
      ValueError,
      "fit: x: received 'x.csv' at [0]; expected numbers",
    ],
    [
      'an Int16Array',
      (net) => net.fit(new Int16Array(18) as never, y, quiet),
      DataError,
      `fit: x: received an Int16Array of 18; expected ${kinds}`,
    ],
    [
      'a shaped Int16Array',
      (net) => net.fit({ data: new Int16Array(18) as never, shape: [6, 3] }, y, quiet),
      DataError,
      `fit: x: received an Int16Array of 18; expected ${kinds}`,
    ],
    [
      'an array buffer',
      (net) => net.fit(new ArrayBuffer(72) as never, y, quiet),
      DataError,
      `fit: x: received an ArrayBuffer; expected ${kinds}`,
    ],
    [
      'a promise',
      (net) => net.fit(Promise.resolve(x) as never, y, quiet),
      DataError,
      `fit: x: received a Promise; expected ${kinds}`,
    ],
    [
      'rows as typed arrays',
      (net) => net.fit([new Float32Array(3), new Float32Array(3)], [0, 1], quiet),
      DataError,
      'fit: x: received 2 arrays; expected 1 (input_layer); stack the samples into one array',
    ],
    [
      'a scalar tensor',
      (net) => net.fit(tensor(3), y, quiet),
      DataError,
      'fit: x: received a single number; expected samples along the first axis',
    ],
    [
      'a symbolic tensor',
      (net) => net.fit(input({ shape: [3] }), y, quiet),
      DataError,
      'fit: x: received a symbolic tensor; expected numbers',
    ],
    [
      'a disposed tensor',
      (net) => {
        const given = tensor(x.data, [6, 3]);
        given.dispose();
        return net.fit(given, y, quiet);
      },
      DisposedError,
      'fit: x: tensor [6, 3]: it was disposed; use it before dispose()',
    ],
  ]);
});

describe('x of images', () => {
  const image = numbers(6, 8, 8, 1);
  refuse(
    [
      [
        'flat',
        (net) => net.fit(numbers(6, 64), y, quiet),
        ShapeError,
        "fit: x has shape [6, 64]; model 'images' expects [null, 8, 8, 1]; reshape the data",
      ],
      [
        'wrong channels',
        (net) => net.fit(numbers(6, 8, 8, 3), y, quiet),
        ShapeError,
        "fit: x has shape [6, 8, 8, 3]; model 'images' expects [null, 8, 8, 1]; reshape the data",
      ],
      [
        'wrong height',
        (net) => net.fit(numbers(6, 7, 8, 1), y, quiet),
        ShapeError,
        "fit: x has shape [6, 7, 8, 1]; model 'images' expects [null, 8, 8, 1]; reshape the data",
      ],
    ],
    imageClassifier,
    image,
  );

  it('is refused by the first layer of a model that its data builds', async () => {
    const net = sequential(
      [layers.conv2d({ filters: 2, kernelSize: 3, name: 'conv' }), layers.flatten(), layers.dense({ units: 3, name: 'top' })],
      {
        name: 'late',
      },
    );
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    const target = numbers(6, 3);
    await expectError(
      () => net.fit(numbers(6, 64), target, quiet),
      ShapeError,
      "fit: Layer 'conv' (Conv2D): expected 4 dimensions [batch, height, width, channels], received [null, 64]; add a reshape before it",
    );
    await expectError(
      () => net.fit(numbers(6, 2, 2, 1), target, quiet),
      ShapeError,
      "fit: Layer 'conv' (Conv2D): conv2d: a window of [3, 3] does not fit the image [null, 2, 2, 1] [batch, height, width, channels] with padding \"valid\"; use a larger image, a smaller window, or padding 'same'",
    );
    await net.fit(image, target, quiet);
    await expectError(
      () => net.fit(numbers(6, 8, 8, 2), target, quiet),
      ShapeError,
      "fit: x has shape [6, 8, 8, 2]; model 'late' expects [null, 8, 8, 1]; reshape the data",
    );
  });
});

describe('y that cannot be used', () => {
  const withNaN = Float32Array.from([0, 1, Number.NaN, 0, 1, 2]);
  refuse([
    [
      'missing',
      (net) => net.fit(x, null, quiet),
      DataError,
      'fit: y is missing; expected targets for dense_1, since the model was compiled with a loss or metrics',
    ],
    [
      'missing in evaluate',
      (net) => net.evaluate(x, null, { verbose: 0 }),
      DataError,
      'evaluate: y is missing; expected targets for dense_1, since the model was compiled with a loss or metrics',
    ],
    [
      'missing in trainOnBatch',
      (net) => net.trainOnBatch(x),
      DataError,
      'trainOnBatch: y is missing; expected targets for dense_1, since the model was compiled with a loss or metrics',
    ],
    ['NaN', (net) => net.fit(x, withNaN, quiet), DataError, 'fit: y holds NaN at element 2; expected numbers; clean the data'],
    [
      'a label too large',
      (net) => net.fit(x, [0, 1, 2, 3, 1, 0], quiet),
      DataError,
      "fit: y holds the label 3 at element 3; expected integers in [0, 3), since the model's output has 3 classes",
    ],
    [
      'a negative label',
      (net) => net.fit(x, [0, 1, 2, 0, -1, 0], quiet),
      DataError,
      "fit: y holds the label -1 at element 4; expected integers in [0, 3), since the model's output has 3 classes",
    ],
    [
      'a fraction',
      (net) => net.fit(x, [0, 1, 2, 0, 0.5, 0], quiet),
      DataError,
      "fit: y holds the label 0.5 at element 4; expected integers in [0, 3), since the model's output has 3 classes",
    ],
    [
      'a label too large in evaluate',
      (net) => net.evaluate(x, [0, 1, 2, 3, 1, 0], { verbose: 0 }),
      DataError,
      "evaluate: y holds the label 3 at element 3; expected integers in [0, 3), since the model's output has 3 classes",
    ],
    [
      'one-hot for a sparse loss',
      (net) => net.fit(x, numbers(6, 3), quiet),
      ShapeError,
      'fit: sparseCategoricalCrossentropy: yTrue [6, 3] does not fit yPred [6, 3]; expected class numbers of shape [6]; for one-hot labels use categoricalCrossentropy or categoricalAccuracy',
    ],
    [
      'two arrays',
      (net) => net.fit(x, [y, y], quiet),
      DataError,
      'fit: y: received 2 arrays; expected 1 (dense_1); stack the samples into one array',
    ],
    ['an unknown name', (net) => net.fit(x, { out: y }, quiet), DataError, 'fit: y: received arrays named out; expected dense_1'],
    [
      'options in its place',
      (net) => net.fit(x, { epochs: 3 } as never),
      DataError,
      'fit: y: received arrays named epochs; expected dense_1',
    ],
    ['an empty object', (net) => net.fit(x, {} as never, quiet), DataError, 'fit: y: received an empty object; expected dense_1'],
  ]);

  describe('of a model with a categorical loss', () => {
    const oneHot = { data: Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1]), shape: [6, 3] };
    refuse(
      [
        [
          'class numbers',
          (net) => net.fit(x, y, quiet),
          ShapeError,
          'fit: categoricalCrossentropy: yTrue [6] does not fit yPred [6, 3]; expected equal shapes; for labels that are class numbers use sparseCategoricalCrossentropy',
        ],
        [
          'too few classes',
          (net) => net.fit(x, numbers(6, 2), quiet),
          ShapeError,
          'fit: categoricalCrossentropy: yTrue [6, 2] does not fit yPred [6, 3]; expected equal shapes',
        ],
      ],
      () => classifier({ loss: 'categoricalCrossentropy' }),
      x,
      oneHot,
    );
  });

  it('chooses the accuracy anew after targets that did not fit', async () => {
    const net = classifier();
    await expect(net.fit(x, numbers(6, 3), quiet)).rejects.toThrow(ShapeError);
    const { accuracy } = await net.evaluate(x, y, { verbose: 0 });
    const probabilities = (await (await net.predict(x, { verbose: 0 })).array()) as number[][];
    const right = probabilities.filter((row, i) => row.indexOf(Math.max(...row)) === y[i]).length;
    expect(accuracy).toBeCloseTo(right / 6, 6);
  });
});

describe('weights of samples and classes', () => {
  const w = new Float32Array(6).fill(1);
  refuse([
    [
      'too few',
      (net) => net.fit(x, y, { ...quiet, sampleWeight: new Float32Array(5) }),
      DataError,
      'fit: the arrays have different numbers of samples: x 6, y 6, sampleWeight 5; expected as many of each',
    ],
    [
      'two dimensions',
      (net) => net.fit(x, y, { ...quiet, sampleWeight: numbers(6, 3) }),
      ShapeError,
      'fit: sampleWeight: shape [6, 3] does not fit the losses [6]; expected one weight a sample',
    ],
    [
      'NaN',
      (net) => net.fit(x, y, { ...quiet, sampleWeight: w.map((_, i) => (i === 4 ? Number.NaN : 1)) }),
      DataError,
      'fit: sampleWeight holds NaN at element 4; expected numbers; clean the data',
    ],
    [
      'a number',
      (net) => net.fit(x, y, { ...quiet, sampleWeight: 2 as never }),
      DataError,
      `fit: sampleWeight: received 2; expected ${kinds}`,
    ],
    [
      'of evaluate',
      (net) => net.evaluate(x, y, { verbose: 0, sampleWeight: new Float32Array(5) }),
      DataError,
      'evaluate: the arrays have different numbers of samples: x 6, y 6, sampleWeight 5; expected as many of each',
    ],
    [
      'both',
      (net) => net.fit(x, y, { ...quiet, sampleWeight: w, classWeight: { 0: 2 } }),
      DataError,
      'fit: classWeight and sampleWeight are both given; expected one of them; multiply them yourself',
    ],
    [
      'classes that are no numbers',
      (net) => net.fit(x, y, { ...quiet, classWeight: { cat: 2 } as never }),
      ValueError,
      "fit: classWeight has the key 'cat'; expected class numbers 0, 1, ...",
    ],
    [
      'a negative class weight',
      (net) => net.fit(x, y, { ...quiet, classWeight: { 0: -1 } }),
      ValueError,
      'fit: classWeight of class 0 is -1; expected a number of at least 0',
    ],
    [
      'class weights in a list',
      (net) => net.fit(x, y, { ...quiet, classWeight: [1, 2, 3] as never }),
      ValueError,
      'fit: classWeight is an array of 3; expected weights by class, as in { 0: 1, 1: 2.5 }',
    ],
  ]);
});

describe('several inputs and outputs', () => {
  const inputs = { left: numbers(6, 3), right: numbers(6, 3) };
  const outputs = { classes: y, value: numbers(6, 1) };
  refuse(
    [
      ['one input of two', (net) => net.fit(x, outputs, quiet), DataError, 'fit: x: received 1 arrays; expected 2 (left, right)'],
      [
        'three of two',
        (net) => net.fit([x, x, x], outputs, quiet),
        DataError,
        'fit: x: received 3 arrays; expected 2 (left, right)',
      ],
      [
        'a name missing',
        (net) => net.fit({ left: x }, outputs, quiet),
        DataError,
        'fit: x: received arrays named left; expected left, right',
      ],
      [
        'an unknown name',
        (net) => net.fit({ left: x, wrong: x }, outputs, quiet),
        DataError,
        'fit: x: received arrays named left, wrong; expected left, right',
      ],
      [
        'an entry that is no array',
        (net) => net.fit([x, null as never], outputs, quiet),
        DataError,
        `fit: x 'right': received null; expected ${kinds}`,
      ],
      [
        'one input of a wrong shape',
        (net) => net.fit([x, numbers(6, 4)], outputs, quiet),
        ShapeError,
        "fit: x 'right' has shape [6, 4]; model 'branched' expects [null, 3]; reshape the data",
      ],
      [
        'inputs of different lengths',
        (net) => net.fit([x, numbers(5, 3)], outputs, quiet),
        DataError,
        'fit: the arrays have different numbers of samples: x 6, x 5, y 6, y 6; expected as many of each',
      ],
      [
        'one output of two',
        (net) => net.fit(inputs, y, quiet),
        DataError,
        'fit: y: received 1 arrays; expected 2 (classes, value)',
      ],
      [
        'NaN in an output',
        (net) => net.fit(inputs, [y, new Float32Array(6).fill(Number.NaN)], quiet),
        DataError,
        "fit: y 'value' holds NaN at element 0; expected numbers; clean the data",
      ],
      [
        'class weights',
        (net) => net.fit(inputs, outputs, { ...quiet, classWeight: { 0: 1 } }),
        ValueError,
        'fit: classWeight is given for a model with 2 outputs; expected one output; use sampleWeight',
      ],
      [
        'weights for an unknown output',
        (net) => net.fit(inputs, outputs, { ...quiet, sampleWeight: { other: y } }),
        DataError,
        'fit: sampleWeight: received arrays named other; expected classes, value',
      ],
    ],
    branched,
    inputs,
    outputs,
  );
});

describe('calls at the wrong time', () => {
  const bare = () => sequential([layers.dense({ units: 3, inputShape: [3] })], { name: 'bare' });
  it.each(['fit', 'evaluate', 'trainOnBatch', 'testOnBatch'] as const)('%s before compile', async (method) => {
    await expectError(
      () => bare()[method](x, y),
      StateError,
      `${method}: the model is not compiled; call model.compile({ optimizer, loss }) first`,
    );
  });

  it('predict before compile', async () => {
    expect((await bare().predict(x, { verbose: 0 })).shape).toEqual([6, 3]);
  });

  it('without a loss', async () => {
    const net = bare();
    net.compile({ optimizer: 'sgd' });
    await expectError(
      () => net.fit(x, y, quiet),
      StateError,
      'fit: the model was compiled without a loss, and no layer adds one; call model.compile({ optimizer, loss }) first',
    );
  });

  it('with layers frozen since compile', async () => {
    const net = classifier();
    const [first] = net.layers as [layers.Layer];
    first.trainable = false;
    await expectError(
      () => net.fit(x, y, quiet),
      StateError,
      'fit: the trainable weights changed since compile; call model.compile(...) again',
    );
    first.trainable = true;
    await net.fit(x, y, quiet);
  });

  it('with layers frozen since the data built the model', async () => {
    const net = sequential([layers.dense({ units: 4 }), layers.dense({ units: 3 })]);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    await net.fit(x, numbers(6, 3), quiet);
    (net.layers[0] as layers.Layer).trainable = false;
    await expectError(
      () => net.fit(x, numbers(6, 3), quiet),
      StateError,
      'fit: the trainable weights changed since compile; call model.compile(...) again',
    );
  });

  it('with all layers frozen', async () => {
    const net = classifier();
    net.trainable = false;
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    await expectError(() => net.fit(x, numbers(6, 3), quiet), ValueError, 'fit: sgd: there are no variables to train');
    expect((await net.evaluate(x, numbers(6, 3), { verbose: 0 })).loss).toBeGreaterThan(0);
  });

  it('after dispose', async () => {
    clearSession();
    const net = classifier();
    net.dispose();
    await expectError(() => net.fit(x, y, quiet), DisposedError, "fit: variable 'net/dense/kernel': it was disposed");
    await expectError(
      () => net.predict(x, { verbose: 0 }),
      DisposedError,
      "predict: variable 'net/dense/kernel': it was disposed",
    );
  });
});
