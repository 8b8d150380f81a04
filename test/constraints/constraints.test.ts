import { describe, expect, test } from 'vitest';
import * as constraints from '../../lib/constraints/index.js';
import { minimum } from '../../lib/ops/binary.js';
import { tensor } from '../../lib/runtime/device_tensor.js';
import { expectClose } from '../harness/close.js';

// The columns have the norms 5 and 0.5.
const weight = tensor([
  [3, 0.3],
  [-4, -0.4],
]);

describe('the projection', () => {
  test.each([
    ['maxNorm', constraints.maxNorm(), [1.2, 0.3, -1.6, -0.4]],
    ['maxNorm over rows', constraints.maxNorm({ maxValue: 1, axis: 1 }), [0.995, 0.0995, -0.995, -0.0995]],
    ['minMaxNorm', constraints.minMaxNorm({ minValue: 1, maxValue: 2 }), [1.2, 0.6, -1.6, -0.8]],
    ['minMaxNorm at half rate', constraints.minMaxNorm({ minValue: 1, maxValue: 2, rate: 0.5 }), [2.1, 0.45, -2.8, -0.6]],
    ['unitNorm', constraints.unitNorm(), [0.6, 0.6, -0.8, -0.8]],
    ['nonNeg', constraints.nonNeg(), [3, 0.3, 0, 0]],
  ])('of %s', async (_, constraint, expected) => {
    expectClose(await constraint.call(weight).data(), expected, { absolute: 1e-4 });
  });

  test('of filters', async () => {
    const kernel = tensor(new Float32Array(8).fill(1), [2, 2, 1, 2]);
    const projected = constraints.unitNorm({ axis: [0, 1, 2] }).call(kernel);
    expectClose(await projected.data(), new Array(8).fill(0.5));
  });
});

describe('getConstraint', () => {
  test.each([
    ['max_norm', constraints.MaxNorm],
    ['minMaxNorm', constraints.MinMaxNorm],
    ['NonNeg', constraints.NonNeg],
    ['unit_norm', constraints.UnitNorm],
  ])('%s', (name, expected) => {
    expect(constraints.getConstraint('dense', name)).toBeInstanceOf(expected);
  });

  test('takes functions and null, and names the nearest name', async () => {
    const own = constraints.getConstraint('dense', (w) => minimum(w, 1)) as constraints.Constraint;
    expectClose(await own.call(weight).data(), [1, 0.3, -4, -0.4]);
    expect(constraints.getConstraint('dense', null)).toBeNull();
    expect(() => constraints.getConstraint('Dense', 'nonneg_')).not.toThrow();
    expect(() => constraints.getConstraint('Dense', 'maxnrm')).toThrow(
      "Dense: unknown constraint 'maxnrm'; did you mean 'maxNorm'?",
    );
    expect(() => constraints.maxNorm({ max: 1 } as never)).toThrow(
      "maxNorm: unknown option 'max'; expected one of maxValue, axis",
    );
  });
});
