import { DataError, dataset, type ShapedArray, tensor } from 'laminet';
import { describe, expect, it } from 'vitest';

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const elements: T[] = [];
  for await (const element of source) elements.push(element);
  return elements;
}

const x: ShapedArray = { data: Uint8Array.from({ length: 10 }, (_, i) => i), shape: [5, 2] };
const y = Int32Array.from([0, 1, 2, 3, 4]);

describe('fromArrays', () => {
  it('gives samples that are views', async () => {
    const samples = await all(dataset.fromArrays(x, y));
    expect(samples[3]).toEqual([
      { data: Uint8Array.from([6, 7]), shape: [2], dtype: 'uint8' },
      { data: Int32Array.from([3]), shape: [], dtype: 'int32' },
    ]);
    expect(samples[3]?.[0].data.buffer).toBe(x.data.buffer);
    expect(dataset.fromArrays(x, y).length).toBe(5);
  });

  it('gives the samples of one array alone', async () => {
    const [first] = await all(dataset.fromArrays(x));
    expect(first).toEqual({ data: Uint8Array.from([0, 1]), shape: [2], dtype: 'uint8' });
  });

  it('takes tensors, nested arrays, lists and records', async () => {
    const source = dataset.fromArrays({ a: tensor([1, 2]), b: [[1], [2]] }, [y.subarray(0, 2), [5, 6]]);
    expect(source.length).toBe(2);
    const [, second] = await all(source);
    expect(second).toEqual([
      {
        a: { data: Float32Array.of(2), shape: [], dtype: 'float32' },
        b: { data: Float32Array.of(2), shape: [1], dtype: 'float32' },
      },
      [
        { data: Int32Array.of(1), shape: [], dtype: 'int32' },
        { data: Float32Array.of(6), shape: [], dtype: 'float32' },
      ],
    ]);
  });

  it('refuses what has no samples, or not as many', async () => {
    expect(() => dataset.fromArrays(x, y.subarray(1))).toThrow(
      new DataError('dataset.fromArrays: the arrays have different numbers of samples: 5, 4; expected as many of each'),
    );
    expect(() => dataset.fromArrays('abc' as never)).toThrow("dataset.fromArrays: received 'abc'; expected a tensor");
    const wrong = dataset.fromArrays({ data: new Uint8Array(3), shape: [2, 2] });
    await expect(all(wrong)).rejects.toThrow('dataset.fromArrays: 3 values do not fill the shape [2, 2] of 4 elements');
  });
});

describe('batch', () => {
  it('stacks the arrays of tuples', async () => {
    const batches = await all(dataset.fromArrays(x, y).batch(2));
    expect(batches).toEqual([
      [
        { data: Uint8Array.from([0, 1, 2, 3]), shape: [2, 2], dtype: 'uint8' },
        { data: Int32Array.from([0, 1]), shape: [2], dtype: 'int32' },
      ],
      [
        { data: Uint8Array.from([4, 5, 6, 7]), shape: [2, 2], dtype: 'uint8' },
        { data: Int32Array.from([2, 3]), shape: [2], dtype: 'int32' },
      ],
      [
        { data: Uint8Array.from([8, 9]), shape: [1, 2], dtype: 'uint8' },
        { data: Int32Array.from([4]), shape: [1], dtype: 'int32' },
      ],
    ]);
  });

  it('leaves a smaller last batch out when it is told to', async () => {
    const source = dataset.fromArrays(y);
    expect((await all(source.batch(2, { dropRemainder: true }))).length).toBe(2);
    expect([source.batch(2).length, source.batch(2, { dropRemainder: true }).length]).toEqual([3, 2]);
    expect(source.repeat().batch(2).length).toBe(Number.POSITIVE_INFINITY);
    expect(dataset.fromGenerator(() => [1]).batch(2).length).toBeUndefined();
  });

  it('stacks numbers, nested arrays, typed arrays, tensors and records', async () => {
    const elements = [0, 1].map((i) => [i, [[i], [i]], { a: Uint8Array.of(i), b: tensor([i, i]) }, i === 1] as const);
    const [batch] = await all(dataset.fromGenerator(() => elements).batch(2));
    expect(batch).toEqual([
      { data: Float32Array.of(0, 1), shape: [2], dtype: 'float32' },
      { data: Float32Array.of(0, 0, 1, 1), shape: [2, 2, 1], dtype: 'float32' },
      {
        a: { data: Uint8Array.of(0, 1), shape: [2, 1], dtype: 'uint8' },
        b: { data: Float32Array.of(0, 0, 1, 1), shape: [2, 2], dtype: 'float32' },
      },
      { data: Uint8Array.of(0, 1), shape: [2], dtype: 'bool' },
    ]);
  });

  it('names the element that differs from its batch', async () => {
    const batched = (...elements: unknown[]): Promise<unknown> => all(dataset.fromGenerator(() => elements).batch(2));
    const short = [new Float32Array(3), new Float32Array(3), new Float32Array(3), new Float32Array(2)];
    await expect(batched(...short)).rejects.toThrow(
      new DataError(
        'dataset.batch: element 3: it is float32[2], and float32[3] in the first of the batch; expected equal ones; map them to one shape',
      ),
    );
    await expect(batched([1, new Uint8Array(1)], [1, new Int32Array(1)])).rejects.toThrow(
      'dataset.batch: element 1: its part [1] is int32[1], and uint8[1] in the first of the batch',
    );
    await expect(batched([1, 2], [1])).rejects.toThrow(
      'dataset.batch: element 1: it has other parts than the first of the batch',
    );
    await expect(batched({ a: 1 }, { b: 1 })).rejects.toThrow('element 1: it has other parts');
    await expect(batched('a', 'b')).rejects.toThrow("dataset.batch: element 0: it: received 'a'; expected a tensor");
  });
});

describe('unbatch', () => {
  it('is the opposite of batch', async () => {
    const source = dataset.fromArrays(x, y);
    expect(await all(source.batch(2).unbatch())).toEqual(await all(source));
    expect(source.batch(2).unbatch().length).toBeUndefined();
  });

  it('names the batch whose arrays do not fit', async () => {
    const wrong = dataset.fromGenerator(() => [[new Uint8Array(2), new Uint8Array(3)] as const]);
    await expect(all(wrong.unbatch())).rejects.toThrow(
      'dataset.unbatch: element 0: the arrays have 2, 3 samples; expected as many of each',
    );
    await expect(all(dataset.fromGenerator(() => [5]).unbatch())).rejects.toThrow(
      'dataset.unbatch: element 0: the batch: received 5; expected a tensor',
    );
  });
});
