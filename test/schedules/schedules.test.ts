import { describe, expect, test } from 'vitest';
import { sgd } from '../../lib/optimizers/index.js';
import * as schedules from '../../lib/schedules/index.js';
import { expectClose } from '../harness/close.js';
import { loadGolden } from '../harness/golden.js';

interface Golden {
  steps: number[];
  cases: { class: string; options: never; rates: number[] }[];
}

const golden = loadGolden<Golden>('schedules');

const factories: Record<string, (options: never) => schedules.LearningRateSchedule> = {
  ExponentialDecay: schedules.exponentialDecay,
  InverseTimeDecay: schedules.inverseTimeDecay,
  PiecewiseConstantDecay: schedules.piecewiseConstantDecay,
  PolynomialDecay: schedules.polynomialDecay,
  CosineDecay: schedules.cosineDecay,
  CosineDecayRestarts: schedules.cosineDecayRestarts,
};

test.each(golden.cases)('$class $options follows Keras', ({ class: kind, options, rates }) => {
  const schedule = (factories[kind] as (typeof factories)[string])(options);
  const found = golden.steps.map((step) => schedule.valueAt(step));
  expectClose(found, rates, { relative: 2e-6, absolute: 2e-9 });
  expect(found.every((rate) => rate === Math.fround(rate))).toBe(true);
});

describe('a schedule', () => {
  test('is made again from its configuration', () => {
    for (const { class: kind, options, rates } of golden.cases) {
      const create = factories[kind] as (typeof factories)[string];
      const again = create(create(options).getConfig() as never);
      expect(again.valueAt(7)).toBe(create(options).valueAt(7));
      expect(rates).toHaveLength(golden.steps.length);
    }
  });

  test('can be written by the user', () => {
    class Steps extends schedules.LearningRateSchedule {
      valueAt(step: number): number {
        return step < 10 ? 0.5 : 0.25;
      }
    }
    expect(sgd({ learningRate: new Steps() }).learningRate).toBe(0.5);
  });
});

describe('errors', () => {
  const wrong: [string, () => unknown, string][] = [
    [
      'steps',
      () => schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 0, decayRate: 1 }),
      'exponentialDecay: decaySteps 0; expected a number above 0',
    ],
    [
      'first steps',
      () => schedules.cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: -1 }),
      'cosineDecayRestarts: firstDecaySteps -1; expected a number above 0',
    ],
    [
      'boundaries',
      () => schedules.piecewiseConstantDecay({ boundaries: [1, 2], values: [1, 2] }),
      'piecewiseConstantDecay: 2 boundaries and 2 values; expected one boundary less than values',
    ],
    [
      'an unknown option',
      () => schedules.cosineDecay({ initialLearningRate: 1, decaySteps: 1, warmupStep: 3 } as never),
      "cosineDecay: unknown option 'warmupStep'; did you mean 'warmupSteps'?",
    ],
    [
      'a missing rate',
      () => schedules.polynomialDecay({ decaySteps: 1 } as never),
      'polynomialDecay: initialLearningRate undefined; expected a finite number',
    ],
  ];
  test.each(wrong)('%s', (_, create, message) => {
    expect(create).toThrow(message);
  });
});
