import { expect, test } from 'vitest';
import { denseGradients } from '../../lib/autodiff/gradients.js';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as losses from '../../lib/losses/index.js';
import { sum } from '../../lib/ops/reduce.js';
import { TracedFunction } from '../../lib/runtime/function.js';
import { expectClose } from '../harness/close.js';
import { type GoldenNumber, type GoldenTensor, goldenValues, loadGolden } from '../harness/golden.js';

interface Result {
  reduction: losses.Reduction;
  weighted: boolean;
  value: GoldenNumber | GoldenNumber[];
  shape?: number[];
  gradient: GoldenNumber[];
}

interface Case {
  class: string;
  options: object;
  target: GoldenTensor;
  prediction: GoldenTensor;
  sampleWeight: GoldenTensor;
  results: Result[];
}

const golden = loadGolden<{ cases: Case[] }>('losses');

type LossClass = new (options: object) => losses.Loss;
const classes: Record<string, unknown> = losses;

const host = (described: GoldenTensor) => ({
  data: Float32Array.from(goldenValues(described)),
  shape: described.shape,
  dtype: 'float32' as const,
});

test.each(golden.cases)('$class $options follows Keras', async (recorded) => {
  const inputs = [recorded.target, recorded.prediction, recorded.sampleWeight].map(host);
  for (const { reduction, weighted, value, shape, gradient } of recorded.results) {
    const loss = new (classes[recorded.class] as LossClass)({ ...recorded.options, reduction });
    let found: Tensor | undefined;
    const traced = new TracedFunction(([target, prediction, weight]) => {
      found = loss.compute(target as Tensor, prediction as Tensor, weighted ? weight : undefined);
      return [found, ...denseGradients(sum(found), [prediction as Tensor])];
    });
    const [values, slope] = await traced.runAndRead(inputs);
    const where = `${reduction}${weighted ? ', weighted' : ''}`;
    expect(found?.shape, where).toEqual(shape ?? []);
    expectClose(values as Float32Array, [value].flat(), { where });
    expectClose(slope as Float32Array, gradient, { where: `gradient of ${where}`, relative: 2e-5, absolute: 2e-6 });
  }
});
