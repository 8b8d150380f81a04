import { expect, test } from 'vitest';
import type { Optimizer, OptimizerOptions } from '../../lib/optimizers/index.js';
import * as optimizers from '../../lib/optimizers/index.js';
import { tensor } from '../../lib/runtime/device_tensor.js';
import { Variable } from '../../lib/runtime/variable.js';
import * as schedules from '../../lib/schedules/index.js';
import { expectClose } from '../harness/close.js';
import { type GoldenTensor, goldenValues, loadGolden } from '../harness/golden.js';

interface Case {
  name: string;
  class: string;
  options: Record<string, unknown>;
  variables: string[];
  iterations?: number[];
  learningRates?: number[];
  after: Record<'kernel' | 'bias', number[][]>;
  finalized?: Record<'kernel' | 'bias', number[]>;
}

interface Golden {
  start: Record<'kernel' | 'bias', GoldenTensor>;
  gradients: Record<'kernel' | 'bias', GoldenTensor>;
  cases: Case[];
}

const golden = loadGolden<Golden>('optimizers');
const names = ['kernel', 'bias'] as const;

const factories: Record<string, (options: OptimizerOptions) => Optimizer> = {
  SGD: optimizers.sgd,
  Adam: optimizers.adam,
  AdamW: optimizers.adamw,
  Nadam: optimizers.nadam,
  Adamax: optimizers.adamax,
  RMSprop: optimizers.rmsprop,
  Adagrad: optimizers.adagrad,
  Adadelta: optimizers.adadelta,
  Lion: optimizers.lion,
  Ftrl: optimizers.ftrl,
};

function create({ class: kind, options }: Case): Optimizer {
  const rate = options.learningRate as { options: schedules.DecayOptions } | number | undefined;
  const learningRate = typeof rate === 'object' ? schedules.exponentialDecay(rate.options) : rate;
  return (factories[kind] as (typeof factories)[string])({ ...options, ...(learningRate === undefined ? {} : { learningRate }) });
}

/** One row of a golden tensor as a tensor. */
function row(values: GoldenTensor, index: number): ReturnType<typeof tensor> {
  const shape = values.shape.slice(1);
  const size = shape.reduce((product, side) => product * side, 1);
  return tensor(Float32Array.from(goldenValues(values).subarray(index * size, (index + 1) * size)), shape);
}

// Loss scaling is not an option of laminet.
const cases = golden.cases.filter(({ options }) => !('lossScaleFactor' in options));

test.each(cases)('$name follows Keras', async (recorded) => {
  const optimizer = create(recorded);
  const weights = names.map(
    (name) => new Variable(tensor(Float32Array.from(goldenValues(golden.start[name])), golden.start[name].shape), { name }),
  );
  optimizer.build(weights);
  expect(optimizer.variables.map((variable) => variable.name)).toEqual(recorded.variables);
  for (let step = 0; step < 10; step++) {
    if (recorded.learningRates) expect(optimizer.learningRate).toBeCloseTo(recorded.learningRates[step] as number, 8);
    optimizer.apply(
      names.map((name) => row(golden.gradients[name], step)),
      weights,
    );
    expect(optimizer.iterations).toBe(recorded.iterations?.[step] ?? step + 1);
    for (const [i, name] of names.entries()) {
      const where = `${name} after step ${step}`;
      expectClose(await (weights[i] as Variable).data(), recorded.after[name][step] as number[], { absolute: 5e-7, where });
    }
  }
  if (recorded.finalized === undefined) return;
  optimizer.finalize();
  for (const [i, name] of names.entries()) {
    expectClose(await (weights[i] as Variable).data(), recorded.finalized[name], { absolute: 5e-7, where: `finalized ${name}` });
  }
});
