import { describe, expect, it } from 'vitest';
import { continueShuffle, upcomingShuffleSeed } from '../../lib/core/random.js';
import { ArraySupply } from '../../lib/data/array_supply.js';
import type { BatchSupply, Samples } from '../../lib/data/batch.js';
import { Epochs } from '../../lib/data/epochs.js';
import { type BatchLike, Sequence } from '../../lib/data/sequence.js';
import { SourceSupply } from '../../lib/data/source_supply.js';
import { clearSession } from '../../lib/index.js';

const batchOf = (index: number): BatchLike => [{ data: Float32Array.of(index), shape: [1, 1] }, Int32Array.of(index)];

class Numbers extends Sequence {
  get length(): number {
    return 7;
  }
  getItem(index: number): BatchLike {
    return batchOf(index);
  }
}

class Changing extends Numbers {
  override onEpochEnd(): void {}
}

function* generator(): Generator<BatchLike> {
  for (let i = 0; i < 7; i++) yield batchOf(i);
}

const iterable = { [Symbol.iterator]: generator };

const fromSource = (source: ConstructorParameters<typeof SourceSupply>[0], shuffle = false): BatchSupply =>
  new SourceSupply(source, {
    names: { where: 'fit', inputs: ['x'], outputs: ['y'] },
    shuffle,
    inputsOnly: false,
    prepare: (samples) => samples,
  });

function fromArrays(shuffle: boolean | 'batch'): BatchSupply {
  const labels = Int32Array.from({ length: 20 }, (_, i) => i);
  const array = { data: labels, shape: [20], dtype: 'int32' as const };
  return new ArraySupply({ x: [array], y: [array], sampleWeight: [], count: 20 }, 3, shuffle);
}

const labelsOf = ({ y }: Samples): number[] => [...(y[0]?.data ?? [])];

/** Takes up to `count` steps of the next epoch, which stays open then. */
async function steps(epochs: Epochs, count = Number.POSITIVE_INFINITY): Promise<number[][]> {
  const taken: number[][] = [];
  const batches = epochs.next();
  while (taken.length < count) {
    const { value, done } = await batches.next();
    if (done === true) break;
    taken.push(labelsOf(value));
  }
  return taken;
}

/** What is left of three epochs after one epoch and `count` steps: taken by one process, and by a second one where the first was stopped. */
async function rest(
  make: () => BatchSupply,
  stepsPerEpoch: number | undefined,
  count: number,
): Promise<[number[][], number[][]]> {
  clearSession();
  const straight = new Epochs('fit', make(), stepsPerEpoch);
  await steps(straight);
  const expected = [...(await steps(straight)).slice(count), ...(await steps(straight))];
  clearSession();
  const stopped = new Epochs('fit', make(), stepsPerEpoch);
  await steps(stopped);
  await steps(stopped, count);
  const { position } = stopped;
  continueShuffle(upcomingShuffleSeed());
  const resumed = new Epochs('fit', make(), stepsPerEpoch);
  resumed.resume(JSON.parse(JSON.stringify(position)), count);
  return [expected, [...(await steps(resumed)), ...(await steps(resumed))]];
}

const supplies: [string, () => BatchSupply][] = [
  ['arrays in order', () => fromArrays(false)],
  ['shuffled arrays', () => fromArrays(true)],
  ["arrays shuffled by 'batch'", () => fromArrays('batch')],
  ['a Sequence', () => fromSource(new Numbers())],
  ['a shuffled Sequence', () => fromSource(new Numbers(), true)],
  ['an iterable', () => fromSource(iterable)],
];

describe.each(supplies)('%s: another process goes on', (_, make) => {
  it.each([0, 1, 3, 6, 7])('with epochs of all batches, after %i of them', async (count) => {
    const [expected, resumed] = await rest(make, undefined, count);
    expect(resumed).toEqual(expected);
  });

  it.each([0, 1, 2, 3])('with epochs of 3 steps, after %i of them', async (count) => {
    const [expected, resumed] = await rest(make, 3, count);
    expect(resumed).toEqual(expected);
  });
});

describe('what another process could not go on with exactly', () => {
  it.each<[string, BatchSupply, string | undefined]>([
    ['arrays', fromArrays(true), undefined],
    ['a Sequence', fromSource(new Numbers()), undefined],
    ['an iterable', fromSource(iterable), 'what an iterable gives may depend on its earlier passes'],
    ['a Sequence that changes', fromSource(new Changing()), 'the Sequence has an onEpochEnd, whose effects are not known'],
    ['a generator', fromSource(generator()), 'a generator gives each of its batches once'],
  ])('%s', (_, supply, reason) => {
    expect(new Epochs('fit', supply, undefined).unrepeatable).toBe(reason);
  });
});
