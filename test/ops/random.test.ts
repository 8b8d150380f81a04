import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as ops from '../../lib/ops/index.js';
import { type Device, setDevice } from '../../lib/runtime/device.js';
import { TracedFunction } from '../../lib/runtime/function.js';
import { testedDevice } from '../harness/device.js';
import { gradientOf } from '../harness/gradient.js';
import { difference, runOn } from '../harness/ops.js';

const numbers = async (x: Tensor): Promise<number[]> => Array.from(await x.data());
const statistics = (values: readonly number[]): { mean: number; deviation: number } => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((total, x) => total + (x - mean) ** 2, 0) / values.length) };
};

setDevice('reference');

describe('random', () => {
  test('an integer seed gives the same numbers each time', async () => {
    const draw = () => numbers(ops.randomUniform([5], { seed: 7 }));
    expect(await draw()).toEqual(await draw());
    expect(await draw()).not.toEqual(await numbers(ops.randomUniform([5], { seed: 8 })));
  });

  test('the same numbers in float32 and float64, on every device', async () => {
    const body = () => [
      ops.randomUniform([9], { seed: -3 }),
      ops.randomNormal([9], { seed: 3 }),
      ops.truncatedNormal([9], { seed: 3 }),
    ];
    const results: number[][][] = [];
    for (const name of ['reference', testedDevice] as const) {
      const outputs = await runOn(setDevice(name) as Device, body, []);
      results.push(outputs.map(({ data }) => Array.from(data)));
    }
    setDevice('reference');
    expect(results[1]?.[0]).toEqual(results[0]?.[0]);
    for (const i of [1, 2]) expect(difference(results[1]?.[i] ?? [], results[0]?.[i] ?? [])).toBeLessThan(1e-6);
    expect(await numbers(ops.randomUniform([9], { seed: -3, dtype: 'float64' }))).toEqual(results[0]?.[0]);
  });

  test('a generator gives new numbers each time, and the same sequence for the same seed', async () => {
    const sequence = async () => {
      const seed = new ops.SeedGenerator(5);
      return [await numbers(ops.randomNormal([4], { seed })), await numbers(ops.randomNormal([4], { seed }))];
    };
    const [first, second] = await sequence();
    expect(first).not.toEqual(second);
    expect(await sequence()).toEqual([first, second]);
  });

  test('a program draws different numbers in one run and in the next', async () => {
    const seed = new ops.SeedGenerator(5);
    const traced = new TracedFunction(() => [ops.randomUniform([4], { seed }), ops.randomUniform([4], { seed })]);
    const runs = [await traced.runAndRead([]), await traced.runAndRead([])];
    const lists = runs.flat().map((list) => Array.from(list).join());
    expect(new Set(lists).size).toBe(4);
    expect(await numbers(seed.state)).toEqual([5, 2]);
    expect(traced.programs.length).toBe(1);
  });

  test('setRandomSeed starts the global generator anew', async () => {
    ops.setRandomSeed(11);
    const first = [await numbers(ops.randomUniform([3])), await numbers(new ops.SeedGenerator().state)];
    const second = await numbers(ops.randomUniform([3]));
    ops.setRandomSeed(11);
    expect([await numbers(ops.randomUniform([3])), await numbers(new ops.SeedGenerator().state)]).toEqual(first);
    expect(await numbers(ops.randomUniform([3]))).toEqual(second);
    expect(second).not.toEqual(first[0]);
  });

  test('randomUniform', async () => {
    const values = await numbers(ops.randomUniform([20, 50], { min: -2, max: 4, seed: 1 }));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThan(4);
    const { mean, deviation } = statistics(values);
    expect(Math.abs(mean - 1)).toBeLessThan(0.2);
    expect(Math.abs(deviation - 6 / Math.sqrt(12))).toBeLessThan(0.1);
  });

  test('randomNormal', async () => {
    const { mean, deviation } = statistics(await numbers(ops.randomNormal([2000], { mean: 3, stdDev: 2, seed: 1 })));
    expect(Math.abs(mean - 3)).toBeLessThan(0.15);
    expect(Math.abs(deviation - 2)).toBeLessThan(0.1);
  });

  test('truncatedNormal stays within two deviations', async () => {
    const values = await numbers(ops.truncatedNormal([2000], { mean: 1, stdDev: 0.5, seed: 1 }));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(2);
    const { mean, deviation } = statistics(values);
    expect(Math.abs(mean - 1)).toBeLessThan(0.05);
    // The deviation of the cut distribution is 0.8796 of the whole one.
    expect(Math.abs(deviation - 0.4398)).toBeLessThan(0.03);
  });

  test('bernoulli', async () => {
    const coins = ops.bernoulli([1000], { probability: 0.3, dtype: 'int32', seed: 1 });
    expect(coins.dtype).toBe('int32');
    expect(Math.abs(statistics(await numbers(coins)).mean - 0.3)).toBeLessThan(0.05);
  });

  test('randomInt', async () => {
    const dice = await numbers(ops.randomInt([600], { min: -1, max: 3, seed: 1 }));
    expect([...new Set(dice)].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  });

  test('randomPermutation and shuffle', async () => {
    const order = await numbers(ops.randomPermutation(50, { seed: 1 }));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
    const mixed = await numbers(ops.shuffle(ops.range(0, 50), { seed: 1 }));
    expect(mixed).toEqual(order);
  });

  test('refuses what does not fit', () => {
    expect(() => ops.randomUniform([2], { min: 1, max: 0 })).toThrow('randomUniform: min is 1 and max is 0; expected min <= max');
    expect(() => ops.randomUniform([2], { seed: 0.5 })).toThrow(
      'randomUniform: seed is 0.5; expected an integer, a SeedGenerator or null',
    );
    expect(() => ops.randomNormal([2], { stddev: 1 } as never)).toThrow(
      "randomNormal: unknown option 'stddev'; did you mean 'stdDev'?",
    );
    expect(() => ops.truncatedNormal([2], { stdDev: -1 })).toThrow(
      'truncatedNormal: stdDev is -1; expected a number of at least 0',
    );
    expect(() => ops.bernoulli([2], { probability: 2 })).toThrow('bernoulli: probability is 2; expected a number in [0, 1]');
    expect(() => ops.randomInt([2], { min: 0, max: 0 })).toThrow('randomInt: min is 0 and max is 0; expected integers min < max');
    expect(() => new ops.SeedGenerator(1.5)).toThrow('SeedGenerator: seed is 1.5; expected an integer or null');
    expect(() => new ops.SeedGenerator(1).next()).toThrow(
      'SeedGenerator.next: called outside a trace; pass the generator to an op as its seed',
    );
    expect(() => ops.setRandomSeed(1.5)).toThrow('setRandomSeed: received 1.5; expected an integer');
  });
});

describe('dropout', () => {
  test('drops at the rate and scales the rest', async () => {
    const values = await numbers(ops.dropout(ops.ones([1000]), 0.25, { seed: 3 }));
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect(Math.abs(values.filter((x) => x === 0).length / 1000 - 0.25)).toBeLessThan(0.05);
  });

  test('the gradient goes where the value went', async () => {
    const seed = 3;
    const [gradient] = await gradientOf((x) => ops.sum(ops.dropout(x, 0.5, { seed })), [[1, 1, 1, 1, 1, 1]]);
    expect(gradient).toEqual(await numbers(ops.dropout(ops.ones([6]), 0.5, { seed })));
  });

  test('rates 0 and 1', async () => {
    expect(await numbers(ops.dropout([1, 2], 0))).toEqual([1, 2]);
    expect(await numbers(ops.dropout([1, 2], 1))).toEqual([0, 0]);
  });

  test('a noise shape drops together', async () => {
    const maps = (await ops.dropout(ops.ones([1, 8, 20]), 0.5, { seed: 3, noiseShape: [null, 1, null] }).array()) as number[][][];
    for (const row of maps[0] as number[][]) expect(row).toEqual(maps[0]?.[0]);
    expect(new Set(maps[0]?.[0]).size).toBe(2);
  });

  test('refuses what does not fit', () => {
    expect(() => ops.dropout([1], 1.5)).toThrow('dropout: rate is 1.5; expected a number in [0, 1]');
    expect(() => ops.dropout(ops.ones([2, 3]), 0.5, { noiseShape: [2, 2] })).toThrow(
      'dropout: noiseShape [2, 2] does not broadcast to [2, 3]; expected 1 or the same size on each axis',
    );
  });
});
