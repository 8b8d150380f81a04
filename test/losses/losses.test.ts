import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as losses from '../../lib/losses/index.js';
import { mul, sub } from '../../lib/ops/binary.js';
import { mean } from '../../lib/ops/reduce.js';
import { abs, square } from '../../lib/ops/unary.js';
import { tensor } from '../../lib/runtime/device_tensor.js';

const value = async (x: Tensor): Promise<number> => (await x.data())[0] as number;
const zeros = (...shape: number[]): Tensor => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);

describe('targets', () => {
  const scores = tensor([
    [0.1, 0.7, 0.2],
    [0.5, 0.25, 0.25],
  ]);
  const expected = -(Math.log(0.7) + Math.log(0.5)) / 2;

  test.each([
    ['int32 [n]', tensor([1, 0], [2], 'int32')],
    ['int32 [n, 1]', tensor([1, 0], [2, 1], 'int32')],
    ['uint8 [n]', tensor(new Uint8Array([1, 0]))],
    ['float32 [n, 1]', tensor([[1], [0]])],
  ])('that are class numbers may be %s', async (_, target) => {
    expect(await value(losses.sparseCategoricalCrossentropy().compute(target, scores))).toBeCloseTo(expected, 6);
  });

  test('of integers are cast to the type of the predictions', async () => {
    const target = tensor(new Uint8Array([0, 1, 0, 1, 0, 0]), [2, 3]);
    expect(await value(losses.categoricalCrossentropy().compute(target, scores))).toBeCloseTo(expected, 6);
  });

  test('of float64 predictions are computed in float64', async () => {
    const loss = losses.meanSquaredError().compute(tensor([[1]]), tensor([[1 + 1e-9]], [1, 1], 'float64'));
    expect(loss.dtype).toBe('float64');
    expect(await value(loss)).toBeCloseTo(1e-18, 24);
  });
});

describe('shapes that do not fit', () => {
  const wrong: [string, losses.Loss, Tensor, Tensor, string][] = [
    [
      'other sizes',
      losses.meanSquaredError(),
      zeros(4, 3),
      zeros(4, 2),
      'meanSquaredError: yTrue [4, 3] does not fit yPred [4, 2]; expected equal shapes',
    ],
    [
      'class numbers for one-hot',
      losses.categoricalCrossentropy(),
      zeros(4),
      zeros(4, 3),
      'categoricalCrossentropy: yTrue [4] does not fit yPred [4, 3]; expected equal shapes; ' +
        'for labels that are class numbers use sparseCategoricalCrossentropy',
    ],
    [
      'one-hot for class numbers',
      losses.sparseCategoricalCrossentropy(),
      zeros(4, 3),
      zeros(4, 3),
      'sparseCategoricalCrossentropy: yTrue [4, 3] does not fit yPred [4, 3]; expected class numbers of shape [4]; ' +
        'for one-hot labels use categoricalCrossentropy or categoricalAccuracy',
    ],
    [
      'a flat image for a mask',
      losses.binaryCrossentropy(),
      zeros(2, 4),
      zeros(2, 2, 2),
      'binaryCrossentropy: yTrue [2, 4] does not fit yPred [2, 2, 2]; expected equal shapes',
    ],
  ];
  test.each(wrong)('%s', (_, loss, target, prediction, message) => {
    expect(() => loss.compute(target, prediction)).toThrow(message);
  });

  test('sample weights', () => {
    expect(() => losses.meanSquaredError().compute(zeros(4, 3), zeros(4, 3), zeros(5))).toThrow(
      'sampleWeight: shape [5] does not fit the losses [4]; expected one weight a sample',
    );
  });
});

describe('sample weights', () => {
  test('of samples reach all positions of a sample', async () => {
    const prediction = tensor([1, 1, 2, 2], [2, 2, 1]);
    const loss = losses.meanSquaredError({ reduction: 'sum' });
    expect(await value(loss.compute(zeros(2, 2, 1), prediction, tensor([10, 1])))).toBe(28);
  });

  test('may be a column', async () => {
    const loss = losses.meanAbsoluteError();
    expect(await value(loss.compute(zeros(2, 1), tensor([[1], [2]]), tensor([[4], [1]])))).toBe(3);
  });
});

describe('a loss of the user', () => {
  test('may be a function', async () => {
    const loss = losses.getLoss('compile', function halfError(yTrue, yPred) {
      return mul(mean(abs(sub(yTrue, yPred)), -1), 0.5);
    });
    expect(loss.name).toBe('halfError');
    expect(await value(loss.compute(tensor([1, 2]), tensor([[2], [6]])))).toBe(1.25);
  });

  test('may be a class', async () => {
    class Quartic extends losses.Loss {
      call(yTrue: Tensor, yPred: Tensor): Tensor {
        return mean(square(square(sub(yTrue, yPred))), -1);
      }
    }
    expect(new Quartic().name).toBe('quartic');
    expect(await value(new Quartic({ reduction: 'sum' }).compute(tensor([[0], [1]]), tensor([[2], [3]])))).toBe(32);
  });
});

describe('getLoss', () => {
  test.each([
    ['mse', losses.MeanSquaredError],
    ['MSE', losses.MeanSquaredError],
    ['mean_squared_error', losses.MeanSquaredError],
    ['meanSquaredError', losses.MeanSquaredError],
    ['MeanAbsoluteError', losses.MeanAbsoluteError],
    ['mape', losses.MeanAbsolutePercentageError],
    ['msle', losses.MeanSquaredLogarithmicError],
    ['bce', losses.BinaryCrossentropy],
    ['binary_focal_crossentropy', losses.BinaryFocalCrossentropy],
    ['categorical_focal_crossentropy', losses.CategoricalFocalCrossentropy],
    ['sparse_categorical_crossentropy', losses.SparseCategoricalCrossentropy],
    ['sparseCategoricalCrossentropy', losses.SparseCategoricalCrossentropy],
    ['kl_divergence', losses.KLDivergence],
    ['KLD', losses.KLDivergence],
    ['log_cosh', losses.LogCosh],
    ['huber', losses.Huber],
    ['cosine_similarity', losses.CosineSimilarity],
    ['squared_hinge', losses.SquaredHinge],
  ])('%s', (name, expected) => {
    expect(losses.getLoss('compile', name)).toBeInstanceOf(expected);
  });

  test('takes the functions that make losses, as Keras takes its lower-case losses', () => {
    const loss = losses.getLoss('compile', losses.sparseCategoricalCrossentropy);
    expect(loss).toBeInstanceOf(losses.SparseCategoricalCrossentropy);
    expect(losses.getLoss('compile', losses.meanSquaredError)).toBeInstanceOf(losses.MeanSquaredError);
  });

  test('chooses a cross-entropy by shapes', async () => {
    const loss = losses.getLoss('compile', 'crossentropy');
    const scores = tensor([[0.25, 0.75]]);
    expect(await value(loss.compute(tensor([1]), scores))).toBeCloseTo(-Math.log(0.75), 6);
    expect(await value(loss.compute(tensor([[1, 0]]), scores))).toBeCloseTo(-Math.log(0.25), 6);
    expect(await value(loss.compute(tensor([1]), tensor([[0.125]])))).toBeCloseTo(-Math.log(0.125), 6);
  });

  test('names the nearest name', () => {
    expect(() => losses.getLoss('compile', 'mze')).toThrow("compile: unknown loss 'mze'; did you mean 'mse'?");
    expect(() => losses.getLoss('compile', 'sparse_categorical_crossentrpy')).toThrow(
      "compile: unknown loss 'sparse_categorical_crossentrpy'; did you mean 'sparseCategoricalCrossentropy'?",
    );
    expect(() => losses.getLoss('compile', 7 as never)).toThrow(
      'compile: loss: received 7; expected a name, a Loss or a function of yTrue and yPred',
    );
  });
});

describe('options', () => {
  const wrong: [string, () => unknown, string][] = [
    [
      'unknown',
      () => losses.categoricalCrossentropy({ fromLogit: true } as never),
      "categoricalCrossentropy: unknown option 'fromLogit'; did you mean 'fromLogits'?",
    ],
    [
      'reduction',
      () => losses.meanSquaredError({ reduction: 'summ' as never }),
      "meanSquaredError: unknown reduction 'summ'; did you mean 'sum'?",
    ],
    [
      'label smoothing',
      () => losses.binaryCrossentropy({ labelSmoothing: 2 }),
      'binaryCrossentropy: labelSmoothing 2; expected a number in [0, 1]',
    ],
  ];
  test.each(wrong)('%s', (_, create, message) => {
    expect(create).toThrow(message);
  });

  test('take reductions in Keras spelling', () => {
    expect(losses.huber({ reduction: 'sum_over_batch_size' as never }).reduction).toBe('sumOverBatchSize');
    expect(losses.huber({ reduction: null }).reduction).toBe('none');
  });

  test('come back from getConfig', () => {
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: 3, reduction: 'sum' });
    expect(losses.sparseCategoricalCrossentropy(loss.getConfig()).getConfig()).toEqual(loss.getConfig());
    expect(losses.tversky(losses.tversky({ alpha: 0.1 }).getConfig()).getConfig()).toMatchObject({ alpha: 0.1, beta: 0.5 });
  });
});
