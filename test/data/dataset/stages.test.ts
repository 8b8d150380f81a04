import { clearSession, type Dataset, dataset, setRandomSeed, ValueError } from 'laminet';
import { beforeEach, describe, expect, it } from 'vitest';

beforeEach(() => clearSession());

const numbers = (count: number): Dataset<number> =>
  dataset.fromGenerator<number>(
    function* () {
      for (let i = 0; i < count; i++) yield i;
    },
    { length: count },
  );

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const elements: T[] = [];
  for await (const element of source) elements.push(element);
  return elements;
}

const unknown = (count: number): Dataset<number> => dataset.fromGenerator(() => Array.from({ length: count }, (_, i) => i));

describe('stages', () => {
  const ten = numbers(10);
  const cases: [string, Dataset<unknown>, unknown[], number | undefined][] = [
    ['take', ten.take(3), [0, 1, 2], 3],
    ['take more than there are', ten.take(20).skip(9), [9], 1],
    ['take none', unknown(3).take(0), [], 0],
    ['skip', ten.skip(7), [7, 8, 9], 3],
    ['skip all', ten.skip(11), [], 0],
    ['repeat', ten.take(2).repeat(2), [0, 1, 0, 1], 4],
    ['repeat without end', ten.take(2).repeat().take(5), [0, 1, 0, 1, 0], 5],
    ['repeat never', unknown(2).repeat(0), [], 0],
    ['repeat of nothing', ten.take(0).repeat(), [], 0],
    ['concatenate', ten.take(1).concatenate(ten.skip(9)), [0, 9], 2],
    ['zip, to the end of the first', ten.take(2).zip(ten.skip(5)), [[0, 5], [1, 6]], 2], // biome-ignore format: pairs
    ['zip, to the end of the second', ten.zip(ten.take(1)), [[0, 0]], 1],
    ['prefetch', ten.take(3).prefetch(2), [0, 1, 2], 3],
    ['cache', ten.take(3).cache(), [0, 1, 2], 3],
    ['map', ten.take(3).map((x, i) => x + 10 * i), [0, 11, 22], 3],
    ['an unknown length', unknown(2).map((x) => x).repeat(2).skip(1).prefetch(1), [1, 0, 1], undefined], // biome-ignore format: a row
    ['zip with an unknown length', ten.zip(unknown(1)), [[0, 0]], undefined],
    ['concatenate with an unknown length', ten.take(1).concatenate(unknown(1)), [0, 0], undefined],
  ];
  for (const [name, source, elements, length] of cases) {
    it(name, async () => {
      expect(await all(source)).toEqual(elements);
      expect(await all(source), 'again').toEqual(elements);
      expect(source.length).toBe(length);
    });
  }

  it('have no length without end', () => {
    expect(ten.repeat().length).toBe(Number.POSITIVE_INFINITY);
    expect(ten.repeat().skip(3).length).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('shuffle', () => {
  const order = (source: Dataset<number>): Promise<number[]> => all(source);
  const sorted = (values: number[]): number[] => [...values].sort((a, b) => a - b);
  const ten = numbers(10);

  it('gives all elements in another order each pass, and the same orders for a seed', async () => {
    const [first, second] = [ten.shuffle(10, { seed: 3 }), ten.shuffle(10, { seed: 3 })];
    const passes = [await order(first), await order(first)];
    expect(passes[0]).not.toEqual(passes[1]);
    for (const pass of passes) expect(sorted(pass)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([await order(second), await order(second)]).toEqual(passes);
    expect(await order(ten.shuffle(10, { seed: 4 }))).not.toEqual(passes[0]);
    expect(first.length).toBe(10);
  });

  it('keeps its order when it is told to', async () => {
    const fixed = ten.shuffle(10, { seed: 3, reshuffleEachIteration: false });
    expect(await order(fixed)).toEqual(await order(fixed));
    const unseeded = ten.shuffle(10, { reshuffleEachIteration: false });
    expect(await order(unseeded)).toEqual(await order(unseeded));
  });

  it('draws from a buffer: no element comes more than its size early', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const shuffled = await order(ten.shuffle(3, { seed }));
      for (const [place, element] of shuffled.entries()) expect(element - place).toBeLessThan(3);
      expect(sorted(shuffled)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    expect(await order(ten.shuffle(1))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('is even: each element comes first equally often', async () => {
    const firsts = new Array<number>(5).fill(0);
    const source = numbers(5).shuffle(5, { seed: 1 });
    for (let pass = 0; pass < 2000; pass++) {
      const [first = 0] = await all(source.take(1));
      firsts[first] = (firsts[first] as number) + 1;
    }
    for (const count of firsts) expect(Math.abs(count - 400)).toBeLessThan(80);
  });

  it('follows setRandomSeed without a seed of its own', async () => {
    const passes = async (): Promise<number[][]> => {
      setRandomSeed(5);
      const source = ten.shuffle(10);
      return [await order(source), await order(source)];
    };
    const [first, second] = await passes();
    expect(first).not.toEqual(second);
    expect(await passes()).toEqual([first, second]);
  });
});

describe('cache', () => {
  it('runs the stages before it once, if the first pass is complete', async () => {
    let calls = 0;
    const counted = numbers(4).map((x) => {
      calls++;
      return x;
    });
    const cached = counted.cache();
    expect(await all(cached.take(2))).toEqual([0, 1]);
    expect(calls).toBe(2);
    expect(await all(cached)).toEqual([0, 1, 2, 3]);
    expect(calls).toBe(6);
    expect(await all(cached)).toEqual([0, 1, 2, 3]);
    expect(calls).toBe(6);
  });
});

describe('options', () => {
  const one = numbers(1);
  const cases: [string, () => unknown, string][] = [
    ['map', () => one.map(3 as never), 'dataset.map: received 3; expected a function'],
    ['map', () => one.map((x) => x, { parallel: 0 }), 'dataset.map: parallel is 0; expected an integer of at least 1'],
    ['map', () => one.map((x) => x, { workers: 1 } as object), "dataset.map: unknown option 'workers'; expected one of parallel"],
    ['batch', () => one.batch(1.5), 'dataset.batch: size is 1.5; expected an integer of at least 1'],
    ['batch', () => one.batch(1, { drop: true } as object), "dataset.batch: unknown option 'drop'"],
    ['shuffle', () => one.shuffle(0), 'dataset.shuffle: bufferSize is 0; expected an integer of at least 1'],
    ['shuffle', () => one.shuffle(1, { seed: 0.5 }), 'dataset.shuffle: seed is 0.5; expected an integer'],
    ['prefetch', () => one.prefetch(0), 'dataset.prefetch: count is 0; expected an integer of at least 1'],
    ['take', () => one.take(-1), 'dataset.take: count is -1; expected an integer of at least 0'],
    ['skip', () => one.skip(Number.NaN), 'dataset.skip: count is NaN; expected an integer of at least 0'],
    ['repeat', () => one.repeat(-1), 'dataset.repeat: count is -1; expected an integer of at least 0'],
    [
      'fromGenerator',
      () => dataset.fromGenerator([1] as never),
      'dataset.fromGenerator: received 1; expected a function: a generator runs only once, and each pass needs a new one',
    ],
    [
      'fromGenerator',
      () => dataset.fromGenerator(() => [1], { length: -1 }),
      'dataset.fromGenerator: length is -1; expected an integer of at least 0',
    ],
  ];
  for (const [name, make, message] of cases) {
    it(`of ${name}: ${message}`, () => {
      expect(make).toThrow(ValueError);
      expect(make).toThrow(message);
    });
  }
});
