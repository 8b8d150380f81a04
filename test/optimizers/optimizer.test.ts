import { describe, expect, test } from 'vitest';
import { gradients } from '../../lib/autodiff/gradients.js';
import type { Tensor } from '../../lib/graph/tensor.js';
import { mul, sub } from '../../lib/ops/binary.js';
import { clipByValue } from '../../lib/ops/rectifiers.js';
import { sum } from '../../lib/ops/reduce.js';
import { sign, square } from '../../lib/ops/unary.js';
import * as optimizers from '../../lib/optimizers/index.js';
import { tensor } from '../../lib/runtime/device_tensor.js';
import { TracedFunction } from '../../lib/runtime/function.js';
import { Variable } from '../../lib/runtime/variable.js';
import * as schedules from '../../lib/schedules/index.js';

const weight = (values: number[], name = 'kernel'): Variable => new Variable(tensor(values), { name });
const numbers = async (variable: Tensor): Promise<number[]> => Array.from(await variable.data());

/** Applies the gradient `g` (every element) to one weight. */
function step(optimizer: optimizers.Optimizer, variable: Variable, g = 1): void {
  optimizer.apply([tensor(new Float32Array(variable.size as number).fill(g), variable.shape)], [variable]);
}

describe('learningRate', () => {
  test('can be read and set between steps, also as lr', async () => {
    const optimizer = optimizers.sgd({ learningRate: 0.5 });
    const variable = weight([0]);
    expect(optimizer.learningRate).toBe(0.5);
    step(optimizer, variable);
    optimizer.learningRate = 0.25;
    expect(optimizer.lr).toBe(0.25);
    step(optimizer, variable);
    optimizer.lr = 2;
    step(optimizer, variable);
    expect(await numbers(variable)).toEqual([-2.75]);
    expect(await numbers(optimizer.variables[1] as Variable)).toEqual([2]);
  });

  test('may be a function, asked before each step', async () => {
    let rate = 1;
    const optimizer = optimizers.sgd({ learningRate: () => rate });
    const variable = weight([0]);
    step(optimizer, variable);
    rate = 4;
    step(optimizer, variable);
    expect(await numbers(variable)).toEqual([-5]);
  });

  test('cannot be set to a number over a schedule, but to a schedule over a number', () => {
    const schedule = schedules.exponentialDecay({ initialLearningRate: 0.5, decaySteps: 1, decayRate: 0.5 });
    const optimizer = optimizers.sgd({ learningRate: 0.1 });
    optimizer.learningRate = schedule;
    expect(optimizer.learningRate).toBe(0.5);
    expect(() => {
      optimizer.learningRate = 0.1;
    }).toThrow(
      'sgd.learningRate: the optimizer has a learning-rate schedule, so the rate cannot be set to 0.1; ' +
        'give the optimizer a number as learningRate to be able to set it',
    );
  });

  test('must be a number, a schedule or a function', () => {
    expect(() => optimizers.adam({ learningRate: '0.1' as never })).toThrow(
      'adam: learningRate 0.1; expected a finite number, a schedule or a function that returns a number',
    );
    const optimizer = optimizers.adam();
    expect(() => {
      optimizer.learningRate = Number.NaN;
    }).toThrow('adam.learningRate: learningRate NaN; expected a finite number');
  });
});

describe('iterations', () => {
  test('count steps on the host and on the device', async () => {
    const optimizer = optimizers.adam();
    const variable = weight([1, 2]);
    expect(optimizer.iterations).toBe(0);
    for (let i = 0; i < 3; i++) step(optimizer, variable);
    expect(optimizer.iterations).toBe(3);
    expect(await numbers(optimizer.variables[0] as Variable)).toEqual([3]);
  });

  test('can be set when a state is restored', async () => {
    const optimizer = optimizers.sgd();
    const variable = weight([1]);
    step(optimizer, variable);
    optimizer.iterations = 7;
    expect(await numbers(optimizer.variables[0] as Variable)).toEqual([7]);
    step(optimizer, variable);
    expect(optimizer.iterations).toBe(8);
    expect(() => {
      optimizer.iterations = -1;
    }).toThrow('sgd.iterations: -1; expected an integer of at least 0');
  });
});

describe('apply', () => {
  test('is part of a traced step, with one hook a run', async () => {
    const optimizer = optimizers.sgd({ learningRate: 0.1 });
    const variable = weight([3, -4]);
    const train = new TracedFunction(() => {
      const loss = sum(square(variable));
      optimizer.apply(gradients(loss, [variable]), [variable]);
      return [loss];
    });
    const [first] = await train.runAndRead([]);
    optimizer.learningRate = 0.5;
    const [second] = await train.runAndRead([]);
    expect(first?.[0]).toBe(25);
    expect(second?.[0]).toBeCloseTo(16, 5);
    expect(optimizer.iterations).toBe(2);
    expect((await numbers(variable)).map((value) => Math.abs(value))).toEqual([0, 0]);
  });

  test.each(['sgd', 'adam', 'adamw', 'nadam', 'adamax', 'rmsprop', 'adagrad', 'adadelta', 'lion', 'ftrl'])(
    'of %s emits only pointwise instructions of the shape of the weight, and scalars',
    (name) => {
      const optimizer = optimizers.getOptimizer('test', name);
      const variable = new Variable(tensor(new Float32Array(6), [2, 3]), { name: 'kernel' });
      const traced = new TracedFunction(([gradient]) => {
        optimizer.apply([gradient as Tensor], [variable]);
        return [];
      });
      const { listing } = traced.program([{ data: new Float32Array(6), shape: [2, 3], dtype: 'float32' }]);
      const results = [...listing.matchAll(/^%\d+: (\w+)\[([\d,]*)\] = (\w+)/gm)].map(([, , shape, op]) => ({ shape, op }));
      expect(results.length).toBeGreaterThan(3);
      expect(results.filter(({ shape }) => shape !== '' && shape !== '2,3')).toEqual([]);
      expect(results.filter(({ op }) => ['sum', 'reshape', 'broadcast', 'transpose', 'max'].includes(op as string))).toEqual([]);
      expect(listing).toContain(`@${optimizer.name}`);
    },
  );

  test('applies constraints after the update', async () => {
    const variable = weight([0.5, 2]);
    variable.constraint = (value) => clipByValue(value, 0, 1);
    step(optimizers.sgd({ learningRate: 1 }), variable);
    expect(await numbers(variable)).toEqual([0, 1]);
  });

  test('trains float64 weights in float64', async () => {
    const variable = new Variable(tensor([1, 1], [2], 'float64'), { name: 'kernel' });
    const optimizer = optimizers.adam({ learningRate: 0.25 });
    optimizer.apply([tensor([1, -2], [2], 'float64')], [variable]);
    const [first, second] = await numbers(variable);
    expect(first).toBeCloseTo(1 - 0.25 / (1 + 1e-7 / Math.sqrt(1 - 0.999)), 9);
    expect(second).toBeCloseTo(1 + 0.25 / (1 + 1e-7 / (2 * Math.sqrt(1 - 0.999))), 9);
  });

  test('leaves variables without a gradient alone', async () => {
    const [used, unused] = [weight([1]), weight([1], 'unused')];
    const optimizer = optimizers.sgd({ learningRate: 1 });
    optimizer.apply([tensor([1]), null], [used, unused]);
    expect([await numbers(used), await numbers(unused)]).toEqual([[0], [1]]);
  });

  test('refuses what cannot be trained', () => {
    const optimizer = optimizers.sgd();
    const variable = weight([1]);
    expect(() => optimizer.apply([null], [variable])).toThrow(
      'sgd: no gradients for any variable; does the loss depend on them?',
    );
    expect(() => optimizer.apply([], [variable])).toThrow('sgd: 0 gradients for 1 variables; expected as many');
    expect(() => optimizers.sgd().build([])).toThrow('sgd: there are no variables to train');
    const other = weight([1], 'other');
    expect(() => optimizer.apply([tensor([1])], [other])).toThrow(
      "sgd: unknown variable 'other'; an optimizer trains only the variables it was built with",
    );
  });
});

describe('clipping', () => {
  test('keeps a gradient of zeros', async () => {
    const variable = weight([1, 2]);
    step(optimizers.sgd({ learningRate: 1, clipnorm: 0.5 }), variable, 0);
    expect(await numbers(variable)).toEqual([1, 2]);
  });

  test('by the global norm gives NaN when the norm is not finite', async () => {
    const variable = weight([1]);
    step(optimizers.sgd({ globalClipnorm: 1 }), variable, Number.POSITIVE_INFINITY);
    expect(await numbers(variable)).toEqual([Number.NaN]);
  });
});

describe('weight decay', () => {
  test('leaves excluded variables out', async () => {
    const [kernel, bias, norm] = [weight([1]), weight([1], 'bias'), weight([1], 'gamma')];
    const optimizer = optimizers.sgd({ learningRate: 0.5, weightDecay: 0.5 });
    optimizer.excludeFromWeightDecay({ varNames: ['bias'], varList: [norm] });
    const zero = tensor([0]);
    optimizer.apply([zero, zero, zero], [kernel, bias, norm]);
    expect([await numbers(kernel), await numbers(bias), await numbers(norm)]).toEqual([[0.75], [1], [1]]);
    expect(() => optimizer.excludeFromWeightDecay({ varNames: ['x'] })).toThrow(
      'sgd.excludeFromWeightDecay: the optimizer is built already; call it before the training starts',
    );
  });

  test('of adamw cannot be turned off', () => {
    expect(() => optimizers.adamw({ weightDecay: null })).toThrow(
      'adamw: weightDecay null; expected a number; use adam for none',
    );
  });
});

describe('a custom optimizer', () => {
  class SignDescent extends optimizers.Optimizer {
    constructor(options: optimizers.OptimizerOptions = {}) {
      super('signDescent', options, [], 0.125);
    }

    protected override buildSlots(variables: readonly Variable[]): void {
      this.addSlots(variables, ['last'], [5]);
    }

    protected updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
      this.assign(this.slot('last', variable), gradient);
      this.assign(variable, sub(variable, mul(sign(gradient), learningRate)));
    }
  }

  test('adds slots and changes weights', async () => {
    const optimizer = new SignDescent();
    const variable = weight([1, 1]);
    optimizer.build([variable]);
    const last = optimizer.variables[2] as Variable;
    expect(last.path).toBe('signDescent/kernel_last');
    expect(await numbers(last)).toEqual([5, 5]);
    optimizer.apply([tensor([3, -0.5])], [variable]);
    expect(await numbers(variable)).toEqual([0.875, 1.125]);
    expect(await numbers(last)).toEqual([3, -0.5]);
  });

  test('accumulates gradients like the others', async () => {
    const optimizer = new SignDescent({ gradientAccumulationSteps: 2 });
    const variable = weight([1]);
    optimizer.apply([tensor([3])], [variable]);
    expect(await numbers(variable)).toEqual([1]);
    optimizer.apply([tensor([-5])], [variable]);
    expect(await numbers(variable)).toEqual([1.125]);
    expect(optimizer.iterations).toBe(1);
  });
});

describe('options', () => {
  const wrong: [string, () => unknown, string][] = [
    [
      'unknown',
      () => optimizers.adam({ learningrate: 1 } as never),
      "adam: unknown option 'learningrate'; did you mean 'learningRate'?",
    ],
    ['of another optimizer', () => optimizers.adam({ momentum: 1 } as never), "adam: unknown option 'momentum'"],
    ['no object', () => optimizers.sgd(0.1 as never), 'sgd: received 0.1; expected an object of options { learningRate, '],
    [
      'two clips',
      () => optimizers.sgd({ clipnorm: 1, clipvalue: 0.5 }),
      'sgd: clipnorm 1, clipvalue 0.5; expected at most one of clipnorm, clipvalue and globalClipnorm',
    ],
    ['momentum', () => optimizers.sgd({ momentum: 1.5 }), 'sgd: momentum 1.5; expected a number in [0, 1]'],
    ['emaMomentum', () => optimizers.sgd({ useEma: true, emaMomentum: 2 }), 'sgd: emaMomentum 2; expected a number in [0, 1]'],
    [
      'emaOverwriteFrequency',
      () => optimizers.sgd({ useEma: true, emaOverwriteFrequency: 0 }),
      'sgd: emaOverwriteFrequency 0; expected an integer of at least 1, or null',
    ],
    [
      'gradientAccumulationSteps',
      () => optimizers.sgd({ gradientAccumulationSteps: 1 }),
      'sgd: gradientAccumulationSteps 1; expected an integer of at least 2, or null',
    ],
    ['beta1 of lion', () => optimizers.lion({ beta1: 0 }), 'lion: beta1 0; expected a number in (0, 1]'],
    [
      'learningRatePower',
      () => optimizers.ftrl({ learningRatePower: 1 }),
      'ftrl: learningRatePower 1; expected a number of at most 0',
    ],
    ['beta of ftrl', () => optimizers.ftrl({ beta: -1 }), 'ftrl: beta -1; expected a number of at least 0'],
  ];
  test.each(wrong)('%s', (_, create, message) => {
    expect(create).toThrow(message);
  });

  test('come back from getConfig', () => {
    const schedule = schedules.inverseTimeDecay({ initialLearningRate: 1, decaySteps: 2, decayRate: 0.5 });
    const optimizer = optimizers.adam({ learningRate: schedule, beta1: 0.5, clipnorm: 2 });
    expect(optimizer.getConfig()).toMatchObject({
      learningRate: { className: 'InverseTimeDecay', config: schedule.getConfig() },
      beta1: 0.5,
      beta2: 0.999,
      clipnorm: 2,
      weightDecay: null,
    });
    const again = optimizers.rmsprop(optimizers.rmsprop({ rho: 0.5, centered: true }).getConfig());
    expect(again.getConfig()).toEqual(optimizers.rmsprop({ rho: 0.5, centered: true }).getConfig());
  });
});

describe('getOptimizer', () => {
  test.each([
    ['sgd', optimizers.SGD],
    ['SGD', optimizers.SGD],
    ['Adam', optimizers.Adam],
    ['adam_w', optimizers.AdamW],
    ['RMSprop', optimizers.RMSprop],
    ['rms_prop', optimizers.RMSprop],
    ['Adadelta', optimizers.Adadelta],
  ])('%s', (name, expected) => {
    expect(optimizers.getOptimizer('compile', name)).toBeInstanceOf(expected);
  });

  test('passes instances on and refuses the rest', () => {
    const optimizer = optimizers.sgd();
    expect(optimizers.getOptimizer('compile', optimizer)).toBe(optimizer);
    expect(() => optimizers.getOptimizer('compile', 'adm')).toThrow("compile: unknown optimizer 'adm'; did you mean 'adam'?");
    expect(() => optimizers.getOptimizer('compile', 3 as never)).toThrow(
      'compile: optimizer: received 3; expected a name or an Optimizer',
    );
  });
});
