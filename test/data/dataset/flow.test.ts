/** What runs when: back-pressure, work ahead of time, early ends, errors. */
import { DataError, type Dataset, dataset, ValueError } from 'laminet';
import { describe, expect, it } from 'vitest';

/** A generator of numbers that says what it did. */
function watched(count = 100): { source: Dataset<number>; given: () => number; closed: () => number } {
  let given = 0;
  let closed = 0;
  const source = dataset.fromGenerator<number>(async function* () {
    try {
      for (let i = 0; i < count; i++) {
        given++;
        yield i;
      }
    } finally {
      closed++;
    }
  });
  return { source, given: () => given, closed: () => closed };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const elements: T[] = [];
  for await (const element of source) elements.push(element);
  return elements;
}

describe('back-pressure', () => {
  it('makes nothing before it is wanted, and no more than is wanted', async () => {
    const { source, given } = watched();
    const iterator = source
      .map((x) => x)
      .batch(2)
      [Symbol.asyncIterator]();
    await settle();
    expect(given()).toBe(0);
    await iterator.next();
    await settle();
    expect(given()).toBe(2);
    await iterator.return(undefined);
  });

  it('lets prefetch run ahead by its count', async () => {
    const { source, given } = watched();
    const iterator = source.prefetch(3)[Symbol.asyncIterator]();
    await iterator.next();
    await settle();
    expect(given()).toBe(4);
    await iterator.next();
    await settle();
    expect(given()).toBe(5);
    await iterator.return(undefined);
  });

  it('runs as many calls of map as it may, and keeps the order', async () => {
    const { source } = watched(20);
    let running = 0;
    let most = 0;
    const slow = source.map(
      async (x) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, x % 3));
        running--;
        return x;
      },
      { parallel: 4 },
    );
    expect(await all(slow)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(most).toBe(4);
  });
});

describe('an early end', () => {
  const stages: [string, (source: Dataset<number>) => Dataset<unknown>][] = [
    ['map', (source) => source.map((x) => x, { parallel: 3 })],
    ['batch', (source) => source.batch(2)],
    ['unbatch', (source) => source.batch(2).unbatch()],
    ['shuffle', (source) => source.shuffle(5)],
    ['prefetch', (source) => source.prefetch(4)],
    ['take', (source) => source.take(50)],
    ['skip', (source) => source.skip(2)],
    ['repeat', (source) => source.repeat()],
    ['cache', (source) => source.cache()],
    ['zip', (source) => source.zip(dataset.fromGenerator(() => [1, 2, 3]))],
    ['zip, from the other side', (source) => dataset.fromGenerator(() => [1, 2, 3]).zip(source)],
    ['concatenate', (source) => source.concatenate(source)],
  ];
  for (const [name, stage] of stages) {
    it(`closes the generator behind ${name}`, async () => {
      const { source, closed } = watched();
      for await (const _ of stage(source)) break;
      expect(closed()).toBe(1);
    });
  }

  it('of take is its own', async () => {
    const { source, closed, given } = watched();
    expect(await all(source.take(3))).toEqual([0, 1, 2]);
    expect([closed(), given()]).toEqual([1, 3]);
  });

  it('waits for the calls of map that run', async () => {
    let ended = 0;
    const slow = watched().source.map(
      async (x) => {
        await settle();
        ended++;
        return x;
      },
      { parallel: 3 },
    );
    for await (const _ of slow) break;
    expect(ended).toBe(3);
  });

  it('ends with the generator', async () => {
    const { source, closed } = watched(3);
    await all(source.prefetch(5));
    expect(closed()).toBe(1);
  });
});

describe('errors', () => {
  const failing = (): Dataset<number> =>
    watched().source.map(
      (x) => {
        if (x === 3) throw new TypeError('no such image');
        return x;
      },
      { parallel: 2 },
    );

  it('name the element of map, after those before it', async () => {
    const seen: number[] = [];
    const run = async (): Promise<void> => {
      for await (const x of failing()) seen.push(x);
    };
    await expect(run()).rejects.toThrow(new DataError('dataset.map: element 3 failed: no such image'));
    expect(seen).toEqual([0, 1, 2]);
    await expect(run()).rejects.toMatchObject({ cause: new TypeError('no such image') });
  });

  it('pass through later stages once, and close the generator', async () => {
    const { source, closed } = watched();
    const broken = source.map(() => Promise.reject(new Error('late'))).prefetch(2).batch(4); // biome-ignore format: a row
    await expect(all(broken)).rejects.toThrow(/^dataset\.map: element 0 failed: late$/);
    expect(closed()).toBe(1);
  });

  it('name the element of a generator', async () => {
    const broken = dataset.fromGenerator(function* () {
      yield 1;
      throw new Error('broken file');
    });
    await expect(all(broken)).rejects.toThrow('dataset.fromGenerator: element 1 failed: broken file');
    const never = dataset.fromGenerator((() => {
      throw new ValueError('no folder');
    }) as () => Iterable<number>);
    await expect(all(never)).rejects.toThrow(new ValueError('dataset.fromGenerator: element 0: no folder'));
  });
});
