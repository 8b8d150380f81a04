import { afterEach, describe, expect, it } from 'vitest';
import {
  layers,
  optimizers,
  type Sequential,
  StateError,
  sequential,
  setDevice,
  setDtypePolicy,
  tensor,
  ValueError,
  Variable,
} from '../../lib/index.js';
import { testedDevice } from '../harness/device.js';
import { type GoldenTensor, goldenValues, loadGolden } from '../harness/golden.js';
import { labels, numbers } from '../harness/training.js';

interface Golden {
  readonly name: string;
  readonly inner: { readonly class: string; readonly options: Record<string, unknown> };
  readonly options: { readonly initialScale: number; readonly dynamicGrowthSteps: number };
  readonly start: Record<'kernel' | 'bias', GoldenTensor>;
  readonly gradients: Record<'kernel' | 'bias', GoldenTensor>;
  /** Step, which gradient, which element, value. */
  readonly overflows: [number, number, number, string][];
  readonly variables: string[];
  readonly after: { kernel: number[]; bias: number[]; scale: number; counter: number; iterations: number }[];
}

const { lossScaling } = loadGolden<{ lossScaling: Golden[] }>('mixed');
const factories = { SGD: optimizers.sgd, Adam: optimizers.adam } as Record<string, (options: object) => optimizers.Optimizer>;
const keys = ['kernel', 'bias'] as const;

describe.each(['reference', testedDevice] as const)('the scale, the counter and the weights follow Keras on %s', (device) => {
  afterEach(() => setDevice('auto'));

  it.each(lossScaling)('$name', async ({ inner, options, start, gradients, overflows, variables, after }) => {
    setDevice(device);
    const innerOptimizer = (factories[inner.class] as (options: object) => optimizers.Optimizer)(inner.options);
    const optimizer = optimizers.lossScaleOptimizer({ innerOptimizer, ...options });
    const weights = keys.map(
      (name) => new Variable(tensor(Float32Array.from(goldenValues(start[name])), start[name].shape), { name }),
    );
    optimizer.build(weights);
    expect(optimizer.variables.map(({ path }) => path.split('/').at(-1))).toEqual(variables);
    for (const [step, expected] of after.entries()) {
      const [scale] = await optimizer.dynamicScale.data();
      const scaled = keys.map((name, position) => {
        const [, ...shape] = gradients[name].shape;
        const count = (weights[position] as Variable).size as number;
        const values = Float32Array.from(goldenValues(gradients[name]).subarray(step * count, (step + 1) * count)).map(
          (x) => x * (scale as number),
        );
        for (const [when, which, element, value] of overflows)
          if (when === step && which === position) values[element] = Number(value);
        return tensor(values, shape);
      });
      optimizer.apply(scaled, weights);
      await optimizer.recount();
      const where = `after step ${step}`;
      expect(
        [...(await optimizer.dynamicScale.data()), ...(await optimizer.stepCounter.data()), optimizer.iterations],
        where,
      ).toEqual([expected.scale, expected.counter, expected.iterations]);
      for (const [i, name] of keys.entries()) {
        const found = await (weights[i] as Variable).data();
        for (const [j, value] of expected[name].entries()) expect(found[j], `${where}: ${name}`).toBeCloseTo(value, 6);
      }
    }
  });
});

describe('lossScaleOptimizer', () => {
  const make = (): optimizers.LossScaleOptimizer =>
    optimizers.lossScaleOptimizer({ innerOptimizer: optimizers.sgd({ learningRate: 0.5 }), initialScale: 4 });
  const weight = (): Variable => new Variable(tensor([1, 2]), { name: 'w' });

  it('has the learning rate and the iterations of the inner optimizer', () => {
    const optimizer = make();
    expect([optimizer.learningRate, optimizer.lr, optimizer.iterations]).toEqual([0.5, 0.5, 0]);
    optimizer.learningRate = 0.25;
    optimizer.iterations = 7;
    expect([optimizer.innerOptimizer.learningRate, optimizer.innerOptimizer.iterations]).toEqual([0.25, 7]);
  });

  it('scales the loss, and starts with the defaults of Keras', async () => {
    const optimizer = make();
    optimizer.build([weight()]);
    expect(await optimizer.scaleLoss(tensor(3)).data()).toEqual(Float32Array.of(12));
    expect(optimizers.lossScaleOptimizer({ innerOptimizer: optimizers.adam() })).toMatchObject({
      name: 'loss_scale_optimizer',
      initialScale: 32768,
      dynamicGrowthSteps: 2000,
    });
  });

  it('goes back to a saved state', async () => {
    const [optimizer, other] = [make(), make()];
    const [w, v] = [weight(), weight()];
    optimizer.apply([tensor([Number.POSITIVE_INFINITY, 1])], [w]);
    optimizer.apply([tensor([1, 1])], [w]);
    other.build([v]);
    other.restore(await Promise.all(optimizer.variables.map((variable) => variable.data())));
    const state = (of: optimizers.Optimizer): Promise<unknown[]> => Promise.all(of.variables.map((variable) => variable.data()));
    expect(await state(other)).toEqual(await state(optimizer));
    expect([other.iterations, await other.dynamicScale.data()]).toEqual([1, Float32Array.of(2)]);
  });

  it('refuses what it cannot use', () => {
    const innerOptimizer = optimizers.sgd();
    const made = (options: object) => () => optimizers.lossScaleOptimizer({ innerOptimizer, ...options });
    const error = (words: string): ValueError => new ValueError(`lossScaleOptimizer: ${words}`);
    expect(made({ innerOptimizer: 'sgd' })).toThrow(error('innerOptimizer is sgd; expected an optimizer, as optimizers.adam()'));
    expect(made({ innerOptimizer: make() })).toThrow(/^lossScaleOptimizer: innerOptimizer is .*; expected an optimizer/);
    expect(made({ initialScale: 0 })).toThrow(error('initialScale is 0; expected a finite number above 0'));
    expect(made({ dynamicGrowthSteps: 1.5 })).toThrow(error('dynamicGrowthSteps is 1.5; expected an integer of at least 1'));
    expect(made({ clipnorm: 1 })).toThrow("lossScaleOptimizer: unknown option 'clipnorm'");
    expect(() => make().scaleLoss(tensor(1))).toThrow(
      new StateError('loss_scale_optimizer: the optimizer is not built; call build(variables) first'),
    );
  });
});

describe('compile', () => {
  afterEach(() => setDtypePolicy(null));
  const net = (): Sequential => sequential([layers.dense({ units: 3, activation: 'softmax', inputShape: [3] })]);

  it('wraps the optimizer of a model of mixed_float16', async () => {
    setDtypePolicy('mixed_float16');
    const model = net();
    const sgd = optimizers.sgd();
    model.compile({ optimizer: sgd, loss: 'sparseCategoricalCrossentropy' });
    const optimizer = model.optimizer as optimizers.LossScaleOptimizer;
    expect(optimizer).toBeInstanceOf(optimizers.LossScaleOptimizer);
    expect(optimizer.innerOptimizer).toBe(sgd);
    await model.fit(numbers(12, 3), labels(12), { batchSize: 2, verbose: 0 });
    const [scale] = (await optimizer.dynamicScale.data()) as Float32Array;
    // Steps whose gradients overflowed halved the scale, and were not counted.
    expect(optimizer.iterations).toBe(6 - Math.log2(32768 / (scale as number)));
  });

  it('leaves other policies, a loss scaling of the user, and autoScaleLoss: false alone', () => {
    setDtypePolicy('mixed_bfloat16');
    const plain = net();
    plain.compile({ optimizer: 'sgd', loss: 'mse' });
    expect(plain.optimizer).toBeInstanceOf(optimizers.SGD);
    setDtypePolicy('mixed_float16');
    const own = optimizers.lossScaleOptimizer({ innerOptimizer: optimizers.sgd() });
    const given = net();
    given.compile({ optimizer: own, loss: 'mse' });
    expect(given.optimizer).toBe(own);
    given.compile({ optimizer: 'sgd', loss: 'mse', autoScaleLoss: false });
    expect(given.optimizer).toBeInstanceOf(optimizers.SGD);
  });
});
