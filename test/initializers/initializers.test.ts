import { describe, expect, test } from 'vitest';
import type { DType } from '../../lib/core/dtype.js';
import type { Tensor } from '../../lib/graph/tensor.js';
import { computeFans } from '../../lib/initializers/fans.js';
import * as initializers from '../../lib/initializers/index.js';
import { fill } from '../../lib/ops/create.js';
import { SeedGenerator, setRandomSeed } from '../../lib/ops/seed_generator.js';
import { tensor } from '../../lib/runtime/device_tensor.js';
import { TracedFunction } from '../../lib/runtime/function.js';

interface Statistics {
  mean: number;
  deviation: number;
  least: number;
  largest: number;
}

async function statistics(initializer: initializers.Initializer, shape: number[], dtype: DType = 'float32'): Promise<Statistics> {
  const values = Array.from(await initializer.call(shape, dtype).data());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const least = values.reduce((a, b) => Math.min(a, b));
  const largest = values.reduce((a, b) => Math.max(a, b));
  return { mean, deviation: Math.sqrt(variance), least, largest };
}

const numbers = async (x: Tensor): Promise<number[]> => Array.from(await x.data());

describe('fans', () => {
  test.each([
    [[], 1, 1],
    [[7], 7, 7],
    [[3, 5], 3, 5],
    [[3, 3, 16, 32], 144, 288],
    [[3, 3, 8, 2], 72, 18],
    [[5, 4, 6], 20, 30],
  ])('of %o', (shape, fanIn, fanOut) => {
    expect(computeFans(shape)).toEqual({ fanIn, fanOut });
  });
});

describe('the distribution', () => {
  const shape = [3, 3, 64, 64];
  const units = 576;
  const truncated = 0.8796256610342398;
  /** Name, initializer, deviation, and a limit that no value passes. */
  const cases: [string, initializers.Initializer, number, number][] = [
    ['glorotUniform', initializers.glorotUniform({ seed: 1 }), Math.sqrt(1 / units), Math.sqrt(3 / units)],
    ['glorotNormal', initializers.glorotNormal({ seed: 2 }), Math.sqrt(1 / units), (2 * Math.sqrt(1 / units)) / truncated],
    ['heUniform', initializers.heUniform({ seed: 3 }), Math.sqrt(2 / units), Math.sqrt(6 / units)],
    ['heNormal', initializers.heNormal({ seed: 4 }), Math.sqrt(2 / units), (2 * Math.sqrt(2 / units)) / truncated],
    ['lecunUniform', initializers.lecunUniform({ seed: 5 }), Math.sqrt(1 / units), Math.sqrt(3 / units)],
    ['lecunNormal', initializers.lecunNormal({ seed: 6 }), Math.sqrt(1 / units), (2 * Math.sqrt(1 / units)) / truncated],
    ['randomUniform', initializers.randomUniform({ seed: 7 }), 0.05 / Math.sqrt(3), 0.05],
    ['truncatedNormal', initializers.truncatedNormal({ seed: 8 }), 0.05 * truncated, 0.1],
    ['randomNormal', initializers.randomNormal({ seed: 9 }), 0.05, 0.3],
    [
      'untruncated scaling',
      initializers.varianceScaling({ distribution: 'untruncatedNormal', mode: 'fanOut', scale: 2, seed: 10 }),
      Math.sqrt(2 / units),
      1,
    ],
  ];
  test.each(cases)('of %s', async (_, initializer, deviation, limit) => {
    const found = await statistics(initializer, shape);
    expect(Math.abs(found.mean)).toBeLessThan(deviation / 50);
    expect(Math.abs(found.deviation / deviation - 1)).toBeLessThan(0.02);
    expect(Math.max(-found.least, found.largest)).toBeLessThanOrEqual(limit * (1 + 1e-6));
    expect(Math.min(-found.least, found.largest)).toBeGreaterThan(deviation * 1.6);
  });

  test('can be moved', async () => {
    const uniform = await statistics(initializers.randomUniform({ minval: 2, maxval: 3, seed: 1 }), [1000]);
    expect(uniform.least).toBeGreaterThanOrEqual(2);
    expect(uniform.largest).toBeLessThanOrEqual(3);
    const normal = await statistics(initializers.randomNormal({ mean: 5, stddev: 0.5, seed: 1 }), [10000], 'float64');
    expect(Math.abs(normal.mean - 5)).toBeLessThan(0.03);
    expect(Math.abs(normal.deviation - 0.5)).toBeLessThan(0.02);
  });
});

describe('without chance', () => {
  test('zeros, ones, constants and the identity', async () => {
    expect(await numbers(initializers.zeros().call([2], 'int32'))).toEqual([0, 0]);
    expect(await numbers(initializers.ones().call([2]))).toEqual([1, 1]);
    expect(await numbers(initializers.constant({ value: 0.25 }).call([3]))).toEqual([0.25, 0.25, 0.25]);
    expect(await numbers(initializers.identity({ gain: 2 }).call([2, 3]))).toEqual([2, 0, 0, 0, 2, 0]);
  });
});

describe('orthogonal', () => {
  test.each([[[6, 4]], [[4, 6]], [[3, 3, 2, 8]], [[5, 5]]])('of %o', async (shape) => {
    const values = await numbers(initializers.orthogonal({ gain: 2, seed: 3 }).call(shape, 'float64'));
    const columns = shape.at(-1) as number;
    const rows = values.length / columns;
    const at = (row: number, column: number): number => values[row * columns + column] as number;
    const [vectors, length, get] =
      rows >= columns ? [columns, rows, (v: number, i: number) => at(i, v)] : [rows, columns, (v: number, i: number) => at(v, i)];
    for (let a = 0; a < vectors; a++) {
      for (let b = 0; b <= a; b++) {
        let dot = 0;
        for (let i = 0; i < length; i++) dot += get(a, i) * get(b, i);
        expect(dot).toBeCloseTo(a === b ? 4 : 0, 10);
      }
    }
  });
});

describe('seeds', () => {
  test('given as an integer, and drawn by an initializer, give equal values at each call', async () => {
    for (const initializer of [initializers.heNormal({ seed: 7 }), initializers.glorotUniform(), initializers.orthogonal()]) {
      expect(await numbers(initializer.call([3, 4]))).toEqual(await numbers(initializer.call([3, 4])));
    }
  });

  test('drawn by two initializers differ', async () => {
    const [a, b] = [initializers.glorotUniform(), initializers.glorotUniform()];
    expect(await numbers(a.call([3, 4]))).not.toEqual(await numbers(b.call([3, 4])));
  });

  test('repeat after setRandomSeed', async () => {
    const draw = async (): Promise<number[]> => {
      setRandomSeed(5);
      return numbers(initializers.getInitializer('test', 'glorotUniform').call([4]));
    };
    expect(await draw()).toEqual(await draw());
  });

  test('of a generator give new values at each call', async () => {
    const initializer = initializers.randomNormal({ seed: new SeedGenerator(3) });
    expect(await numbers(initializer.call([4]))).not.toEqual(await numbers(initializer.call([4])));
  });
});

describe('call', () => {
  test('computes at once while a graph is traced', async () => {
    let made: Tensor | undefined;
    const traced = new TracedFunction(([x]) => {
      made = initializers.truncatedNormal({ seed: 1 }).call([2, 2]);
      return [x as Tensor];
    });
    const { listing } = traced.program([{ data: new Float32Array(1), shape: [1], dtype: 'float32' }]);
    expect(listing).not.toContain('random');
    expect(await numbers(made as Tensor)).toHaveLength(4);
  });

  const wrong: [string, () => unknown, string][] = [
    ['a negative size', () => initializers.zeros().call([2, -1]), 'Zeros: shape [2, -1]: expected integers of at least 0'],
    [
      'an identity of three dimensions',
      () => initializers.identity().call([2, 2, 2]),
      'identity: the weight has shape [2, 2, 2]; expected 2 dimensions',
    ],
    [
      'an orthogonal vector',
      () => initializers.orthogonal().call([2]),
      'orthogonal: the weight has shape [2]; expected at least 2 dimensions',
    ],
    [
      'random integers',
      () => initializers.randomNormal().call([2], 'int32'),
      'RandomNormal: random values of int32; expected a float type',
    ],
    [
      'a function of the wrong shape',
      () => initializers.getInitializer('dense', () => tensor([1, 2])).call([3]),
      'FunctionInitializer: returned shape [2]; expected [3]',
    ],
  ];
  test.each(wrong)('refuses %s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe('an initializer of the user', () => {
  test('may be a class or a function', async () => {
    class Halves extends initializers.Initializer {
      protected values(shape: readonly number[], dtype: DType): Tensor {
        return fill(shape, 0.5, dtype);
      }
    }
    expect(await numbers(initializers.getInitializer('dense', new Halves()).call([2]))).toEqual([0.5, 0.5]);
    const ramp = initializers.getInitializer('dense', (shape) => tensor([1, 2, 3], shape));
    expect(await numbers(ramp.call([3]))).toEqual([1, 2, 3]);
  });
});

describe('getInitializer', () => {
  test.each([
    ['he_normal', initializers.HeNormal],
    ['heNormal', initializers.HeNormal],
    ['HeNormal', initializers.HeNormal],
    ['glorot_uniform', initializers.GlorotUniform],
    ['lecun_normal', initializers.LecunNormal],
    ['normal', initializers.RandomNormal],
    ['uniform', initializers.RandomUniform],
    ['one', initializers.Ones],
    ['zero', initializers.Zeros],
    ['Orthogonal', initializers.Orthogonal],
  ])('%s', (name, expected) => {
    expect(initializers.getInitializer('dense', name)).toBeInstanceOf(expected);
  });

  test('names the nearest name', () => {
    expect(() => initializers.getInitializer('Dense', 'glorot_unifrm')).toThrow(
      "Dense: unknown initializer 'glorot_unifrm'; did you mean 'glorotUniform'?",
    );
  });
});

describe('options', () => {
  const wrong: [string, () => unknown, string][] = [
    ['unknown', () => initializers.heNormal({ sed: 1 } as never), "heNormal: unknown option 'sed'; did you mean 'seed'?"],
    ['of the general form', () => initializers.heNormal({ scale: 1 } as never), "heNormal: unknown option 'scale'"],
    ['scale', () => initializers.varianceScaling({ scale: 0 }), 'varianceScaling: scale 0; expected a number above 0'],
    [
      'mode',
      () => initializers.varianceScaling({ mode: 'fan' as never }),
      "varianceScaling: unknown mode 'fan'; did you mean 'fanIn'?",
    ],
    ['seed', () => initializers.heNormal({ seed: 0.5 }), 'heNormal: seed 0.5; expected an integer or a SeedGenerator'],
    ['no object', () => initializers.constant(3 as never), 'constant: received 3; expected an object of options { value }'],
  ];
  test.each(wrong)('%s', (_, create, message) => {
    expect(create).toThrow(message);
  });

  test('take Keras spelling, and come back from getConfig', () => {
    const scaling = initializers.varianceScaling({ mode: 'fan_avg' as never, distribution: 'normal', seed: 3 });
    expect(scaling.getConfig()).toEqual({ scale: 1, mode: 'fanAvg', distribution: 'truncatedNormal', seed: 3 });
    expect(initializers.glorotNormal({ seed: 2 }).getConfig()).toEqual({ seed: 2 });
    expect(initializers.glorotNormal().getConfig()).toEqual({ seed: null });
  });
});
