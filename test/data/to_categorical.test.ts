import { DataError, tensor, toCategorical, ValueError } from 'laminet';
import { describe, expect, it } from 'vitest';

describe('toCategorical', () => {
  it('makes one row a label, as many classes as the largest needs', async () => {
    expect(await toCategorical([2, 0])).toEqual({ data: Float32Array.from([0, 0, 1, 1, 0, 0]), shape: [2, 3], dtype: 'float32' });
  });

  it('drops a last axis of size 1 and keeps others', async () => {
    const labels = { data: Uint8Array.from([1, 0, 1]), shape: [3, 1] };
    expect(await toCategorical(labels, 2)).toMatchObject({ data: Float32Array.from([0, 1, 1, 0, 0, 1]), shape: [3, 2] });
    expect((await toCategorical([[1, 0], [2, 2]])).shape).toEqual([2, 2, 3]); // biome-ignore format: a matrix
    expect((await toCategorical([[[1], [0]]])).shape).toEqual([1, 2, 2]);
    expect((await toCategorical({ data: new Uint8Array([5]), shape: [1] })).shape).toEqual([1, 6]);
  });

  it('takes a single label, floats and tensors', async () => {
    const one = await toCategorical({ data: Int32Array.from([1]), shape: [] }, 3);
    expect(one).toMatchObject({ data: Float32Array.from([0, 1, 0]), shape: [3] });
    expect((await toCategorical(tensor([1, 0]))).data).toEqual(Float32Array.from([0, 1, 1, 0]));
  });

  it('takes no labels when the number of classes is given', async () => {
    expect((await toCategorical(new Uint8Array(0), 3)).shape).toEqual([0, 3]);
    await expect(toCategorical(new Uint8Array(0))).rejects.toThrow(
      new ValueError('toCategorical: y [0] has no class numbers; expected an integer of at least 1 as numClasses'),
    );
  });

  it('refuses labels that are no class numbers', async () => {
    await expect(toCategorical(Int32Array.from([0, -1]))).rejects.toThrow(
      new DataError('toCategorical: y holds the label -1 at element 1; expected integers in [0, 1)'),
    );
    await expect(toCategorical([0.5, 3])).rejects.toThrow('y holds the label 0.5 at element 0; expected integers in [0, 4)');
    await expect(toCategorical([3], 3)).rejects.toThrow('y holds the label 3 at element 0; expected integers in [0, 3)');
    await expect(toCategorical([0], 2.5)).rejects.toThrow(
      'toCategorical: numClasses is 2.5; expected an integer of at least 1 as numClasses',
    );
    await expect(toCategorical([0], 0)).rejects.toThrow('toCategorical: numClasses is 0');
    await expect(toCategorical('abc' as never)).rejects.toThrow("toCategorical: received 'abc'; expected a tensor");
  });
});
