import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../lib/graph/tensor.js';
import { mul } from '../../lib/ops/binary.js';
import { sum } from '../../lib/ops/reduce.js';
import { square } from '../../lib/ops/unary.js';
import * as regularizers from '../../lib/regularizers/index.js';
import { tensor } from '../../lib/runtime/device_tensor.js';

const weight = tensor([
  [1, -2],
  [3, 0.5],
]);
const penalty = async (regularizer: regularizers.Regularizer): Promise<number> => {
  const result = regularizer.call(weight);
  expect(result.shape).toEqual([]);
  return (await result.data())[0] as number;
};

describe('the penalty', () => {
  test.each([
    ['l1', regularizers.l1(), 0.065],
    ['l1 with a factor', regularizers.l1({ l1: 2 }), 13],
    ['l2', regularizers.l2(), 0.1425],
    ['l2 with a factor', regularizers.l2({ l2: 1 }), 14.25],
    ['l1l2', regularizers.l1l2({ l1: 1, l2: 2 }), 35],
    ['l1l2 without factors', regularizers.l1l2(), 0],
    ['l1l2 with one factor', regularizers.l1l2({ l2: 2 }), 28.5],
  ])('of %s', async (_, regularizer, expected) => {
    expect(await penalty(regularizer)).toBeCloseTo(expected, 5);
  });

  test('of rows that are not orthogonal', async () => {
    const cosine = (1 * 3 - 2 * 0.5) / Math.sqrt(5) / Math.sqrt(9.25);
    expect(await penalty(regularizers.orthogonalRegularizer({ factor: 2 }))).toBeCloseTo(2 * Math.abs(cosine), 5);
  });

  test('of columns that are not orthogonal', async () => {
    const cosine = (-2 + 1.5) / Math.sqrt(10) / Math.sqrt(4.25);
    expect(await penalty(regularizers.orthogonalRegularizer({ factor: 1, mode: 'columns' }))).toBeCloseTo(Math.abs(cosine), 5);
  });
});

describe('getRegularizer', () => {
  test.each([
    ['l1', 0.065],
    ['L2', 0.1425],
    ['l1_l2', 0.2075],
    ['l1l2', 0.2075],
  ])('%s', async (name, expected) => {
    expect(await penalty(regularizers.getRegularizer('dense', name) as regularizers.Regularizer)).toBeCloseTo(expected, 5);
  });

  test('takes functions, classes and null', async () => {
    const own = regularizers.getRegularizer('dense', (w: Tensor) => mul(sum(square(w)), 3));
    expect(await penalty(own as regularizers.Regularizer)).toBe(42.75);
    expect(regularizers.getRegularizer('dense', null)).toBeNull();
    class Fixed extends regularizers.Regularizer {
      call(): Tensor {
        return tensor(5);
      }
    }
    expect(await penalty(regularizers.getRegularizer('dense', new Fixed()) as regularizers.Regularizer)).toBe(5);
  });
});

describe('errors', () => {
  const wrong: [string, () => unknown, string][] = [
    ['unknown name', () => regularizers.getRegularizer('Dense', 'l3'), "Dense: unknown regularizer 'l3'; did you mean 'l1'?"],
    ['negative factor', () => regularizers.l2({ l2: -1 }), 'l2: l2 -1; expected a finite number of at least 0'],
    ['no object', () => regularizers.l2(0.01 as never), 'l2: received 0.01; expected an object of options { l2 }'],
    [
      'no matrix',
      () => regularizers.orthogonalRegularizer().call(tensor([1])),
      'orthogonalRegularizer: the weight has shape [1]; expected 2 dimensions',
    ],
  ];
  test.each(wrong)('%s', (_, create, message) => {
    expect(create).toThrow(message);
  });
});
