import { DataError, type ShapedArray, setRandomSeed, shuffleArrays, tensor } from 'laminet';
import { describe, expect, it } from 'vitest';

const count = 20;
const x: ShapedArray = { data: Float32Array.from({ length: 2 * count }, (_, i) => i), shape: [count, 2] };
const y = Uint8Array.from({ length: count }, (_, i) => i);

describe('shuffleArrays', () => {
  it('puts the samples of all arrays in the same order', async () => {
    const [a, b, c] = await shuffleArrays([x, y, tensor(Float32Array.from(y))], { seed: 7 });
    expect(b.data).not.toEqual(y);
    expect([...b.data].sort((i, j) => i - j)).toEqual([...y]);
    expect(Array.from(a.data)).toEqual(Array.from(b.data).flatMap((i) => [2 * i, 2 * i + 1]));
    expect(Array.from(c.data)).toEqual(Array.from(b.data));
    expect([a.shape, b.shape, a.dtype, b.dtype]).toEqual([[count, 2], [count], 'float32', 'uint8']);
    expect(x.data[3]).toBe(3);
  });

  it('repeats with its seed, and without one after setRandomSeed', async () => {
    const order = async (seed?: number): Promise<number[]> => {
      const [shuffled] = await shuffleArrays([y], seed === undefined ? {} : { seed });
      return Array.from(shuffled.data);
    };
    expect(await order(7)).toEqual(await order(7));
    expect(await order(7)).not.toEqual(await order(8));
    setRandomSeed(3);
    const [first, second] = [await order(), await order()];
    expect(first).not.toEqual(second);
    setRandomSeed(3);
    expect([await order(), await order()]).toEqual([first, second]);
  });

  it('copies large arrays piece by piece', async () => {
    const large = { data: new Uint8Array(3 * 700_000).map((_, i) => i / 700_000), shape: [3, 700_000] };
    const [shuffled] = await shuffleArrays([large], { seed: 2 });
    const firsts = [0, 1, 2].map((row) => shuffled.data[row * 700_000]);
    expect(firsts.sort()).toEqual([0, 1, 2]);
    expect(shuffled.data[699_999]).toBe(shuffled.data[0]);
  });

  it('refuses arrays that do not go together', async () => {
    await expect(shuffleArrays([x, new Uint8Array(3)])).rejects.toThrow(
      new DataError(
        'shuffleArrays: the arrays have different numbers of samples: array 0 20, array 1 3; expected as many of each',
      ),
    );
    await expect(shuffleArrays([])).rejects.toThrow('shuffleArrays: the data is empty');
    await expect(shuffleArrays([y], { seed: 0.5 })).rejects.toThrow('shuffleArrays: seed is 0.5; expected an integer');
    await expect(shuffleArrays([{ data: new Uint8Array(1), shape: [] }])).rejects.toThrow(
      'shuffleArrays: array 0: received a single number; expected samples along the first axis',
    );
  });
});
