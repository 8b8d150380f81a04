import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ArraySupply } from '../../lib/data/array_supply.js';
import type { BatchSupply, Samples } from '../../lib/data/batch.js';
import { Epochs } from '../../lib/data/epochs.js';
import { type BatchLike, Sequence } from '../../lib/data/sequence.js';
import { SourceSupply } from '../../lib/data/source_supply.js';
import { clearSession, DataError } from '../../lib/index.js';

/** Samples whose x is [i, 10 i] and whose y is i. */
function ramp(count: number): Samples {
  const y = Int32Array.from({ length: count }, (_, i) => i);
  const x = Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? 1 : 10) * Math.floor(i / 2));
  return {
    x: [{ data: x, shape: [count, 2], dtype: 'float32' }],
    y: [{ data: y, shape: [count], dtype: 'int32' }],
    sampleWeight: [],
    count,
  };
}

/** The labels of each batch of an epoch; checks that inputs and labels belong together. */
async function labelsOf(batches: AsyncIterable<Samples>): Promise<number[][]> {
  const seen: number[][] = [];
  for await (const { x, y, count } of batches) {
    const labels = Array.from(y[0]?.data ?? []);
    expect(y[0]?.shape).toEqual([count]);
    expect(x[0]?.shape).toEqual([count, 2]);
    expect(Array.from(x[0]?.data ?? [])).toEqual(labels.flatMap((label) => [label, 10 * label]));
    seen.push(labels);
  }
  return seen;
}

const sorted = (labels: number[][]): number[] => labels.flat().sort((a, b) => a - b);
const all = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

class Ramp extends Sequence {
  readonly batches: number;
  ends = 0;
  constructor(batches: number) {
    super();
    this.batches = batches;
  }
  get length(): number {
    return this.batches;
  }
  getItem(index: number): BatchLike | Promise<BatchLike> {
    return [{ data: Float32Array.of(index, 10 * index), shape: [1, 2] }, Int32Array.of(index)];
  }
  override onEpochEnd(): void {
    this.ends++;
  }
}

const names = { where: 'fit', inputs: ['x'], outputs: ['y'] };
const supplyOf = (source: ConstructorParameters<typeof SourceSupply>[0], shuffle = false): SourceSupply =>
  new SourceSupply(source, { names, shuffle, inputsOnly: false, prepare: (samples) => samples });

beforeEach(() => clearSession());

describe('batches of arrays', () => {
  it('come in order, the last one smaller', async () => {
    const supply = new ArraySupply(ramp(7), 3, false);
    expect(supply.steps).toBe(3);
    expect(await labelsOf(supply.epoch())).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
  });

  it('hold every sample once when shuffled, in another order each epoch', async () => {
    const supply = new ArraySupply(ramp(50), 8, true);
    const epochs = [await labelsOf(supply.epoch()), await labelsOf(supply.epoch()), await labelsOf(supply.epoch())];
    for (const epoch of epochs) {
      expect(epoch.map((batch) => batch.length)).toEqual([8, 8, 8, 8, 8, 8, 2]);
      expect(sorted(epoch)).toEqual(all(50));
    }
    expect(new Set(epochs.map((epoch) => epoch.flat().join())).size).toBe(3);
    clearSession();
    expect(await labelsOf(new ArraySupply(ramp(50), 8, true).epoch())).toEqual(epochs[0]);
  });

  it("keep their samples with 'batch', in another order", async () => {
    const supply = new ArraySupply(ramp(50), 8, 'batch');
    const first = await labelsOf(supply.epoch());
    expect(first.map((batch) => [...batch].sort((a, b) => a - b))).toEqual(
      await labelsOf(new ArraySupply(ramp(50), 8, false).epoch()),
    );
    expect(first.flat()).not.toEqual(all(50));
    expect(await labelsOf(supply.epoch())).not.toEqual(first);
  });

  it('are one batch when the batch size is larger than the data', async () => {
    expect(await labelsOf(new ArraySupply(ramp(3), 1000, false).epoch())).toEqual([[0, 1, 2]]);
  });
});

describe('batches of a Sequence', () => {
  it('come in order, or shuffled with each one once', async () => {
    expect(await labelsOf(supplyOf(new Ramp(4)).epoch())).toEqual([[0], [1], [2], [3]]);
    const supply = supplyOf(new Ramp(20), true);
    const [first, second] = [await labelsOf(supply.epoch()), await labelsOf(supply.epoch())];
    expect(sorted(first)).toEqual(all(20));
    expect(sorted(second)).toEqual(all(20));
    expect(first).not.toEqual(second);
    expect(first.flat()).not.toEqual(all(20));
  });

  it('may be promises', async () => {
    class Slow extends Ramp {
      override getItem(index: number): Promise<BatchLike> {
        return new Promise((resolve) => setTimeout(() => resolve(super.getItem(index) as BatchLike), 1));
      }
    }
    expect(await labelsOf(supplyOf(new Slow(3)).epoch())).toEqual([[0], [1], [2]]);
  });

  it('tell it when an epoch has ended', async () => {
    const sequence = new Ramp(3);
    const epochs = new Epochs('fit', supplyOf(sequence), undefined);
    await labelsOf(epochs.next());
    await labelsOf(epochs.next());
    expect(sequence.ends).toBe(2);
  });

  it.each([0, -1, 1.5, Number.NaN])('are refused when it has %s', async (length) => {
    expect(() => supplyOf(new Ramp(length))).toThrow(
      new DataError(`fit: the length of the Sequence is ${length}; expected an integer of at least 1`),
    );
  });
});

function* numbers(count: number, log: string[] = []): Generator<BatchLike> {
  try {
    for (let i = 0; i < count; i++) yield [{ data: Float32Array.of(i, 10 * i), shape: [1, 2] }, Int32Array.of(i)];
  } finally {
    log.push('closed');
  }
}

async function* slowNumbers(count: number): AsyncGenerator<BatchLike> {
  for (const batch of numbers(count)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield batch;
  }
}

describe('batches of iterables', () => {
  const tuples = (count: number): BatchLike[] => [...numbers(count)];

  it.each<[string, () => ConstructorParameters<typeof SourceSupply>[0]]>([
    ['a generator', () => numbers(3)],
    ['an async generator', () => slowNumbers(3)],
    ['a set', () => new Set(tuples(3))],
    ['an iterable', () => ({ [Symbol.iterator]: () => numbers(3) })],
    ['an async iterable', () => ({ [Symbol.asyncIterator]: () => slowNumbers(3) })],
    [
      'a generator of promises',
      () =>
        (function* () {
          for (const batch of tuples(3)) yield Promise.resolve(batch) as never;
        })(),
    ],
  ])('come from %s', async (_, make) => {
    expect(await labelsOf(supplyOf(make()).epoch())).toEqual([[0], [1], [2]]);
  });

  it('start again with an iterable, and not with a generator', async () => {
    const again = supplyOf({ [Symbol.iterator]: () => numbers(2) });
    const once = supplyOf(numbers(2));
    expect([again.repeats, once.repeats]).toEqual([true, false]);
    for (const supply of [again, once]) {
      expect(await supply.more()).toBe(true);
      expect(await labelsOf(supply.epoch())).toEqual([[0], [1]]);
    }
    expect([await again.more(), await once.more()]).toEqual([true, false]);
    expect(await labelsOf(again.epoch())).toEqual([[0], [1]]);
    expect(await labelsOf(once.epoch())).toEqual([]);
  });

  it('close an iterator that was made for them, and leave a generator where it is', async () => {
    const [made, given]: string[][] = [[], []];
    for await (const _ of supplyOf({ [Symbol.iterator]: () => numbers(3, made) }).epoch()) break;
    const generator = numbers(3, given);
    for await (const _ of supplyOf(generator).epoch()) break;
    expect([made, given]).toEqual([['closed'], []]);
    expect(await labelsOf(supplyOf(generator).epoch())).toEqual([[1], [2]]);
  });

  it('may be inputs alone', async () => {
    for (const batch of [[new Float32Array(2)], new Float32Array(2)] as const) {
      const { value } = await supplyOf([batch].values() as never)
        .epoch()
        .next();
      expect(value).toMatchObject({ y: [], sampleWeight: [], count: 2 });
    }
  });
});

describe('epochs of so many steps', () => {
  const epochsOf = async (supply: BatchSupply, steps: number, count: number): Promise<number[][][]> => {
    const epochs = new Epochs('fit', supply, steps);
    const seen: number[][][] = [];
    for (let i = 0; i < count; i++) seen.push(await labelsOf(epochs.next()));
    return seen;
  };

  it('go on where the last one stopped', async () => {
    expect(await epochsOf(new ArraySupply(ramp(4), 1, false), 2, 3)).toEqual([
      [[0], [1]],
      [[2], [3]],
      [[0], [1]],
    ]);
    expect(await epochsOf(supplyOf(numbers(9)), 2, 3)).toEqual([
      [[0], [1]],
      [[2], [3]],
      [[4], [5]],
    ]);
    expect(await epochsOf(supplyOf({ [Symbol.iterator]: () => numbers(2) }), 2, 2)).toEqual([
      [[0], [1]],
      [[0], [1]],
    ]);
  });

  it('end early with a warning when the data runs out', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    try {
      expect(await epochsOf(new ArraySupply(ramp(3), 1, false), 2, 3)).toEqual([[[0], [1]], [[2]], [[0], [1]]]);
      expect(await epochsOf(supplyOf(numbers(3)), 2, 3)).toEqual([[[0], [1]], [[2]], []]);
      const message = 'fit: the data ran out after 1 of 2 steps; the epoch ends here';
      expect(warned.mock.calls).toEqual([[message], [message]]);
    } finally {
      warned.mockRestore();
    }
  });
});
