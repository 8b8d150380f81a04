import { describe, expect, test } from 'vitest';
import type { Shape } from '../../lib/core/shape.js';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as losses from '../../lib/losses/index.js';
import * as metrics from '../../lib/metrics/index.js';
import { maximum, sub } from '../../lib/ops/binary.js';
import { max, mean } from '../../lib/ops/reduce.js';
import { abs } from '../../lib/ops/unary.js';
import { tensor } from '../../lib/runtime/device_tensor.js';
import type { Variable } from '../../lib/runtime/variable.js';

const value = async (metric: metrics.Metric): Promise<number> => (await metric.result().data())[0] as number;
const zeros = (...shape: number[]): Tensor => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);

describe('a mean', () => {
  test('weighs batches by their sizes, and takes a number as weight', async () => {
    const loss = new metrics.Mean({ name: 'loss' });
    loss.update(tensor(1), 32);
    loss.update(tensor(4), 16);
    expect(loss.name).toBe('loss');
    expect(await value(loss)).toBe(2);
    loss.reset();
    expect(await value(loss)).toBe(0);
    expect(loss.variables.map((variable) => variable.path)).toEqual(['loss/total', 'loss/count']);
  });
});

describe('labels', () => {
  const scores = tensor([
    [0.1, 0.7, 0.2],
    [0.5, 0.25, 0.25],
  ]);

  test.each([
    ['int32 [n]', tensor([1, 2], [2], 'int32')],
    ['int32 [n, 1]', tensor([1, 2], [2, 1], 'int32')],
    ['uint8 [n]', tensor(new Uint8Array([1, 2]))],
    ['float32 [n]', tensor([1, 2])],
  ])('may be %s', async (_, target) => {
    const metric = metrics.sparseCategoricalAccuracy();
    metric.update(target, scores);
    expect(await value(metric)).toBe(0.5);
  });

  test('of the other form are refused', () => {
    expect(() => metrics.sparseCategoricalAccuracy().update(zeros(2, 3), scores)).toThrow(
      'sparseCategoricalAccuracy: yTrue [2, 3] does not fit yPred [2, 3]; expected class numbers of shape [2]; ' +
        'for one-hot labels use categoricalCrossentropy or categoricalAccuracy',
    );
    expect(() => metrics.categoricalAccuracy().update(zeros(2), scores)).toThrow(
      'categoricalAccuracy: yTrue [2] does not fit yPred [2, 3]; expected equal shapes',
    );
    expect(() => metrics.precision().update(zeros(5), scores)).toThrow(
      'precision: yTrue [5] does not fit yPred [2, 3]; expected equal shapes',
    );
    expect(() => metrics.f1Score().update(zeros(2), zeros(2))).toThrow(
      'f1Score: yTrue [2] and yPred [2]; expected [samples, classes]',
    );
    expect(() => metrics.auc({ multiLabel: true }).update(zeros(2), zeros(2))).toThrow(
      'auc: predictions [2]; expected [samples, labels] with multiLabel',
    );
  });
});

describe('a metric of the user', () => {
  class LargestError extends metrics.Metric {
    readonly largest: Variable;

    constructor() {
      super({ name: 'largest_error' });
      this.largest = this.addVariable('largest', []);
    }

    update(yTrue: Tensor, yPred: Tensor): void {
      this.largest.assign(maximum(this.largest, max(abs(sub(yTrue, yPred)))));
    }

    result(): Tensor {
      return this.largest;
    }
  }

  test('may be a class', async () => {
    const metric = metrics.resolveMetric('compile', new LargestError(), [2], [2]);
    metric.update(tensor([1, 2]), tensor([1, 5]));
    metric.update(tensor([1, 2]), tensor([2, 2]));
    expect(await value(metric)).toBe(3);
    expect(metric.direction).toBeUndefined();
    metric.reset();
    expect(await value(metric)).toBe(0);
  });

  test('may be a function', async () => {
    const metric = metrics.resolveMetric(
      'compile',
      function spread(_yTrue, yPred) {
        return sub(max(yPred, -1), mean(yPred, -1));
      },
      [2],
      [2, 2],
    );
    expect(metric.name).toBe('spread');
    metric.update(
      zeros(2),
      tensor([
        [1, 3],
        [5, 5],
      ]),
    );
    expect(await value(metric)).toBe(0.5);
  });

  test('may be a loss', async () => {
    const metric = metrics.resolveMetric('compile', losses.huber({ delta: 0.5 }), [2], [2, 2]);
    expect([metric.name, metric.direction]).toEqual(['huber_loss', 'down']);
  });
});

describe('resolveMetric', () => {
  const byShape: [string, Shape, Shape, string][] = [
    ['accuracy', [8, 1], [8, 1], 'BinaryAccuracy'],
    ['accuracy', [8], [8, 1], 'BinaryAccuracy'],
    ['acc', [8], [8, 10], 'SparseCategoricalAccuracy'],
    ['Accuracy', [8, 1], [8, 10], 'SparseCategoricalAccuracy'],
    ['accuracy', [8, 10], [8, 10], 'CategoricalAccuracy'],
    ['accuracy', [null, 4, 4], [null, 4, 4, 3], 'SparseCategoricalAccuracy'],
  ];
  test.each(byShape)('%s of %o and %o', (name, yTrue, yPred, expected) => {
    const metric = metrics.resolveMetric('compile', name, yTrue, yPred);
    expect([metric.constructor.name, metric.name, metric.direction]).toEqual([expected, name, 'up']);
  });

  test.each([
    ['crossentropy', [8], [8, 1], losses.BinaryCrossentropy],
    ['ce', [8], [8, 3], losses.SparseCategoricalCrossentropy],
    ['ce', [8, 3], [8, 3], losses.CategoricalCrossentropy],
    ['mse', [8], [8], losses.MeanSquaredError],
    ['MAE', [8], [8], losses.MeanAbsoluteError],
    ['mean_absolute_percentage_error', [8], [8], losses.MeanAbsolutePercentageError],
    ['kullback', [8], [8], undefined],
  ] as const)('%s of %o and %o', (name, yTrue, yPred, expected) => {
    if (expected === undefined) {
      expect(() => metrics.resolveMetric('compile', name, yTrue, yPred)).toThrow("compile: unknown metric 'kullback'; ");
      return;
    }
    const metric = metrics.resolveMetric('compile', name, yTrue, yPred) as metrics.LossMetric;
    expect(metric.loss).toBeInstanceOf(expected);
    expect([metric.name, metric.direction]).toEqual([name, 'down']);
  });

  test.each([
    ['top_k_categorical_accuracy', metrics.TopKCategoricalAccuracy],
    ['AUC', metrics.AUC],
    ['precision', metrics.Precision],
    ['Recall', metrics.Recall],
    ['f1_score', metrics.F1Score],
    ['cosineSimilarity', metrics.CosineSimilarity],
    ['root_mean_squared_error', metrics.RootMeanSquaredError],
    ['r2_score', metrics.R2Score],
  ])('%s', (name, expected) => {
    expect(metrics.resolveMetric('compile', name, [8], [8])).toBeInstanceOf(expected);
  });

  test('names the nearest name', () => {
    expect(() => metrics.resolveMetric('compile', 'acuracy', [8], [8])).toThrow(
      "compile: unknown metric 'acuracy'; did you mean 'accuracy'?",
    );
    expect(() => metrics.resolveMetric('compile', {} as never, [8], [8])).toThrow(
      'compile: metric: received an empty object; expected a name, a Metric or a function of yTrue and yPred',
    );
  });
});

describe('options', () => {
  const wrong: [string, () => unknown, string][] = [
    [
      'unknown',
      () => metrics.auc({ numThreshold: 3 } as never),
      "auc: unknown option 'numThreshold'; did you mean 'numThresholds'?",
    ],
    [
      'reduction of a loss',
      () => metrics.meanSquaredError({ reduction: 'sum' } as never),
      "MeanSquaredError: unknown option 'reduction'",
    ],
    [
      'thresholds',
      () => metrics.precision({ thresholds: [0.5, 1.5] }),
      'precision: thresholds [0.5, 1.5]; expected numbers in [0, 1]',
    ],
    ['numThresholds', () => metrics.auc({ numThresholds: 1 }), 'auc: numThresholds 1; expected an integer of at least 2'],
    ['curve', () => metrics.auc({ curve: 'ROK' as never }), "auc: unknown curve 'ROK'; did you mean 'ROC'?"],
    ['average', () => metrics.f1Score({ average: 'makro' as never }), "f1Score: unknown average 'makro'; did you mean 'macro'?"],
    ['k', () => metrics.topKCategoricalAccuracy({ k: 0 }), 'topKCategoricalAccuracy: k 0; expected an integer of at least 1'],
    ['numClasses', () => metrics.meanIoU({} as never), 'meanIoU: numClasses undefined; expected an integer of at least 1'],
    [
      'target classes',
      () => metrics.iou({ numClasses: 2, targetClassIds: [2] }),
      'iou: target class id 2 is out of range; expected integers in [0, 2)',
    ],
  ];
  test.each(wrong)('%s', (_, create, message) => {
    expect(create).toThrow(message);
  });
});

describe('auc', () => {
  test('of precision and recall gains', async () => {
    const metric = metrics.auc({ curve: 'prgain' });
    metric.update(tensor([0, 1, 1, 1, 0]), tensor([0.1, 0.5, 0.3, 0.9, 0.4]));
    expect(await value(metric)).toBeCloseTo(0.53125, 5); // as Keras 3
  });

  test('of logits', async () => {
    const metric = metrics.auc({ fromLogits: true });
    metric.update(tensor([0, 1]), tensor([-3, 3]));
    expect(await value(metric)).toBe(1);
  });
});

describe('intersection over union', () => {
  test('ignores a class and what is out of range', async () => {
    const metric = metrics.meanIoU({ numClasses: 2, ignoreClass: 255 });
    metric.update(tensor([0, 1, 1, 255, 7], [5], 'int32'), tensor([0, 1, 0, 1, 1], [5], 'int32'));
    expect(await value(metric)).toBeCloseTo(0.5, 6);
  });
});

describe('a score adjusted for predictors', () => {
  test('falls back to the plain score without enough samples', async () => {
    const [target, prediction] = [tensor([[1], [2], [3], [5]]), tensor([[1], [2], [4], [5]])];
    const plain = metrics.r2Score();
    const adjusted = metrics.r2Score({ numRegressors: 1 });
    const hopeless = metrics.r2Score({ numRegressors: 3 });
    for (const metric of [plain, adjusted, hopeless]) metric.update(target, prediction);
    const score = await value(plain);
    expect(score).toBeCloseTo(1 - 1 / 8.75, 5);
    expect(await value(adjusted)).toBeCloseTo(1 - ((1 - score) * 3) / 2, 5);
    expect(await value(hopeless)).toBe(score);
  });
});
