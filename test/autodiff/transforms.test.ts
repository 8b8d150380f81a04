import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  clearSession,
  compile,
  DisposedError,
  grad,
  gradients,
  input,
  layers,
  losses,
  type Model,
  metrics,
  ops,
  optimizers,
  ShapeError,
  StateError,
  sequential,
  setDevice,
  type Tensor,
  tensor,
  ValueError,
  Variable,
  valueAndGrads,
  variableGrads,
} from '../../lib/index.js';
import { expectError, labels, numbers } from '../harness/training.js';

const values = async (result: Tensor): Promise<number[]> => Array.from(await result.data());

beforeEach(() => clearSession());
afterEach(() => {
  setDevice('auto');
});

describe('compile', () => {
  it('traces a function once for each combination of types', async () => {
    const shapes: string[] = [];
    const double = compile((x) => {
      shapes.push(`${x.dtype}[${x.shape}]`);
      return ops.mul(x, 2);
    });
    expect(await values(double(tensor([1, 2])))).toEqual([2, 4]);
    expect(await values(double(tensor([3, 4])))).toEqual([6, 8]);
    expect(await values(double([[5]]))).toEqual([10]);
    expect(await values(double(7))).toEqual([14]);
    expect(await values(double(tensor([1, 2], [2], 'int32')))).toEqual([2, 4]);
    expect(shapes).toEqual(['float32[2]', 'float32[1,1]', 'float32[]', 'int32[2]']);
  });

  it('gives what the function gives: one tensor, a list, or nothing', async () => {
    const w = new Variable(tensor([1, 2]));
    const one = compile((x) => ops.add(x, 1));
    const list = compile((x) => [x, ops.add(x, 1)]);
    const nothing = compile((x) => {
      w.assign(x);
    });
    expect(await values(one(tensor([1])))).toEqual([2]);
    expect(await Promise.all(list(tensor([1])).map(values))).toEqual([[1], [2]]);
    expect(nothing(tensor([5, 6]))).toBeUndefined();
    expect(await values(w)).toEqual([5, 6]);
  });

  it('gives it for each trace anew', async () => {
    const either = compile((x) => (x.rank === 0 ? x : [x, x])) as (x: Tensor) => Tensor | Tensor[];
    expect(Array.isArray(either(tensor([1])))).toBe(true);
    expect(Array.isArray(either(tensor(1)))).toBe(false);
    expect(Array.isArray(either(tensor([2])))).toBe(true);
    expect(Array.isArray(either(tensor(2)))).toBe(false);
  });

  it('reads variables anew, and assigns them when the call has run', async () => {
    const w = new Variable(tensor([1, 2]));
    const step = compile((x) => {
      const y = ops.mul(w, x);
      w.assign(y);
      return ops.add(w, 0);
    });
    expect(await values(step(tensor([3, 3])))).toEqual([3, 6]);
    expect(await values(step(tensor([3, 3])))).toEqual([9, 18]);
    w.assign([1, 1]);
    expect(await values(step(tensor([3, 3])))).toEqual([3, 3]);
    expect(await values(w)).toEqual([3, 3]);
  });

  it('is part of a trace around it', async () => {
    const calls: number[] = [];
    const square = compile((x) => {
      calls.push(1);
      return ops.square(x);
    });
    const twice = compile((x) => square(square(x)));
    expect(await values(twice(tensor([2, 3])))).toEqual([16, 81]);
    expect(await values(twice(tensor([1, 2])))).toEqual([1, 16]);
    expect(calls).toHaveLength(2);
    expect(await values(grad((x) => ops.sum(square(x)))(tensor([2, 3])))).toEqual([4, 6]);
    expect(await values(square(tensor([5])))).toEqual([25]);
  });

  it('may return what it was given, a variable, and a tensor from outside', async () => {
    const w = new Variable(tensor([1, 2]));
    const outside = tensor([7]);
    const [a, b, c] = compile((x) => [x, w, outside])(tensor([3])) as [Tensor, Tensor, Tensor];
    w.assign([5, 6]);
    expect([await values(a), await values(b), await values(c)]).toEqual([[3], [1, 2], [7]]);
  });

  it('can be called again after the function threw', async () => {
    let fails = true;
    const flaky = compile((x) => {
      if (fails) throw new Error('not yet');
      return x;
    });
    expect(() => flaky(tensor([1]))).toThrow('not yet');
    fails = false;
    expect(await values(flaky(tensor([1])))).toEqual([1]);
    expect(await values(ops.add(tensor([1]), 1))).toEqual([2]);
  });

  it('refuses what it cannot trace', async () => {
    const x = tensor([1, 2]);
    await expectError(() => compile(3 as never), ValueError, 'compile: received 3; expected a function of tensors');
    await expectError(
      () => compile((async () => x) as never)(),
      ValueError,
      'compile: the function returned a Promise; expected a tensor, a list of tensors or nothing; functions that are traced cannot wait',
    );
    await expectError(
      () => compile((() => 3) as never)(),
      ValueError,
      'compile: the function returned 3; expected a tensor, a list of tensors or nothing',
    );
    await expectError(
      () => compile((() => [x, null]) as never)(),
      ValueError,
      'compile: the function returned null; expected a tensor, a list of tensors or nothing',
    );
    await expectError(
      () => compile((a) => a)('text' as never),
      ValueError,
      "compile: received 'text'; expected a tensor, a number, nested arrays, a typed array or { data, shape }",
    );
    await expectError(
      () => compile((a) => a)(input({ shape: [3] })),
      StateError,
      'compile: received SymbolicTensor float32[null, 3], which has no numbers; expected tensors made by tensor() or by ops outside a trace',
    );
    let leaked: Tensor = x;
    compile((a) => {
      leaked = ops.add(a, 1);
      return leaked;
    })(x);
    await expectError(
      () => compile((a) => a)(leaked),
      StateError,
      'compile: received Value float32[2], which has no numbers; expected tensors made by tensor() or by ops outside a trace',
    );
    await expectError(
      () => compile((a) => ops.add(a, leaked))(x),
      StateError,
      'a tensor [2] of another trace is used here; pass it as an argument of the traced function',
    );
    await expectError(
      () => leaked.data(),
      StateError,
      'data: this tensor [2] has no numbers yet: it describes a computation that is being traced; use ops on it here, and read the numbers from what predict, fit or a compiled function returns',
    );
  });

  it('refuses disposed tensors, also those it captured', async () => {
    const [captured, given] = [tensor([1, 2]), tensor([3, 4])];
    const add = compile((x) => ops.add(x, captured));
    expect(await values(add(given))).toEqual([4, 6]);
    captured.dispose();
    await expectError(() => add(given), DisposedError, 'tensor [2]: it was disposed; use it before dispose()');
    given.dispose();
    await expectError(() => add(given), DisposedError, 'tensor [2]: it was disposed; use it before dispose()');
  });

  it('refuses tensors of another device', async () => {
    setDevice('reference');
    const there = tensor([1, 2]);
    setDevice('cpu');
    const words =
      "a tensor [2] of device 'reference' is used on device 'cpu'; call setDevice('reference') first, or make it anew on 'cpu'";
    await expectError(() => compile((x) => ops.add(x, there))(tensor([3, 4])), StateError, words);
    await expectError(() => compile((x, y) => ops.add(x, y))(tensor([3, 4]), there), StateError, words);
    expect(await values(compile((x) => ops.add(x, 1))(there))).toEqual([2, 3]);
  });
});

describe('grad', () => {
  it('is the gradient of the first argument', async () => {
    const f = grad((x, y) => ops.sum(ops.mul(ops.square(x), y)));
    expect(await values(f(tensor([1, 2]), tensor([3, 4])))).toEqual([6, 16]);
  });

  it('can be taken again', async () => {
    const cube = (x: Tensor): Tensor => ops.sum(ops.pow(x, 3));
    const second = grad((x) => ops.sum(grad(cube)(x)));
    expect(await values(second(tensor([1, 2])))).toEqual([6, 12]);
  });

  it('is zero where nothing flows', async () => {
    expect(await values(grad((x) => ops.sum(ops.stopGradient(x)))(tensor([1, 2])))).toEqual([0, 0]);
    expect(await values(grad(() => ops.sum(tensor([1])))(tensor([1, 2])))).toEqual([0, 0]);
  });

  it('refuses what is no scalar', async () => {
    await expectError(
      () => grad((x) => x)(tensor([1, 2])),
      ShapeError,
      'grad: the function returned shape [2]; expected a scalar; take its sum or mean',
    );
    await expectError(
      () => grad((() => {}) as never)(tensor([1])),
      ValueError,
      'grad: the function returned nothing; expected a scalar',
    );
    await expectError(
      () => grad(() => ops.sum(tensor([1])))(),
      ValueError,
      'grad: called without arguments; expected at least one',
    );
    await expectError(() => grad(5 as never), ValueError, 'grad: received 5; expected a function of tensors');
  });
});

describe('valueAndGrads and variableGrads', () => {
  it('give the value and all gradients', async () => {
    const f = valueAndGrads((x, y) => ops.sum(ops.mul(x, y)));
    const results = await Promise.all(f(tensor([1, 2]), tensor([3, 4])).map(values));
    expect(results).toEqual([[11], [3, 4], [1, 2]]);
    await expectError(
      () => valueAndGrads((x) => x)(tensor([1, 2])),
      ShapeError,
      'valueAndGrads: the function returned shape [2]; expected a scalar; take its sum or mean',
    );
  });

  it('take variables, inside and outside a trace', async () => {
    const [w, b] = [new Variable(tensor([1, 2])), new Variable(tensor([5]))];
    const x = tensor([3, 4]);
    const forward = (): Tensor => ops.sum(ops.mul(ops.square(w), x));
    const [value, [dw, db]] = variableGrads(forward, [w, b]) as [Tensor, [Tensor, Tensor]];
    expect([await values(value), await values(dw), await values(db)]).toEqual([[19], [6, 16], [0]]);
    const inside = compile(() => variableGrads(forward, [w, b]).flat());
    expect(await Promise.all((inside() as Tensor[]).map(values))).toEqual([[19], [6, 16], [0]]);
    await expectError(
      () => variableGrads(() => ops.square(w), [w]),
      ShapeError,
      'variableGrads: the function returned shape [2]; expected a scalar; take its sum or mean',
    );
  });

  it('are not to be had outside a trace', async () => {
    await expectError(
      () => gradients(tensor(1), [tensor(1)]),
      StateError,
      'gradients: called outside a trace; wrap the computation in grad() or compile()',
    );
  });
});

describe('a training loop of your own', () => {
  const x = tensor(numbers(12, 3).data, [12, 3]);
  const y = tensor(labels(12));

  function network(): Model {
    return sequential([
      layers.dense({ units: 4, activation: 'tanh', inputShape: [3] }),
      layers.batchNormalization(),
      layers.dense({ units: 3, activation: 'softmax' }),
    ]);
  }

  it('makes the same steps as fit', async () => {
    const net = network();
    const start = await Promise.all(net.weights.map((weight) => weight.data()));
    net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    const { history } = await net.fit(x, y, { verbose: 0, epochs: 5, batchSize: 12, shuffle: false });
    const trained = await Promise.all(net.weights.map((weight) => weight.data()));

    net.setWeights(start);
    const optimizer = optimizers.adam();
    const loss = losses.sparseCategoricalCrossentropy();
    const accuracy = metrics.sparseCategoricalAccuracy();
    const step = compile((images, classes) => {
      const forward = (): Tensor => {
        const predicted = net.apply<Tensor>(images, { training: true });
        accuracy.update(classes, predicted);
        return loss.compute(classes, predicted);
      };
      const [value, found] = variableGrads(forward, net.trainableWeights);
      optimizer.apply(found, net.trainableWeights);
      return value;
    });
    for (let epoch = 0; epoch < 5; epoch++) {
      accuracy.reset();
      const [value] = await values(step(x, y));
      expect(value).toBeCloseTo(history.loss?.[epoch] as number, 6);
      expect((await values(accuracy.result()))[0]).toBeCloseTo(history.accuracy?.[epoch] as number, 6);
    }
    expect(optimizer.iterations).toBe(5);
    for (const [i, weight] of net.weights.entries()) {
      const now = await weight.data();
      now.forEach((value, j) => {
        expect(value).toBeCloseTo(trained[i]?.[j] as number, 5);
      });
    }
  });

  it('may change the learning rate between steps', async () => {
    const w = new Variable(tensor([1]));
    const optimizer = optimizers.sgd({ learningRate: 1 });
    const step = compile(() => {
      const [, found] = variableGrads(() => ops.sum(w), [w]);
      optimizer.apply(found, [w]);
    });
    step();
    optimizer.learningRate = 0.25;
    step();
    expect(await values(w)).toEqual([-0.25]);
  });
});
