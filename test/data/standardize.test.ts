import { DataError, type ShapedArray, ShapeError, setFloatx, standardize, ValueError } from 'laminet';
import { afterEach, describe, expect, it } from 'vitest';
import { lcg } from '../harness/lcg.js';

afterEach(() => setFloatx('float32'));

/** Mean and population deviation of each column, in float64. */
function columns(data: ArrayLike<number>, width: number): { mean: number[]; std: number[] } {
  const rows = data.length / width;
  const mean = Array.from({ length: width }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += data[i * width + j] as number;
    return sum / rows;
  });
  const std = mean.map((center, j) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += ((data[i * width + j] as number) - center) ** 2;
    return Math.sqrt(sum / rows);
  });
  return { mean, std };
}

const near = (found: ShapedArray, expected: readonly number[], tolerance: number): void => {
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - (found.data[i] as number))));
  expect(worst).toBeLessThan(tolerance);
  expect(found.data.length).toBe(expected.length);
};

describe('standardize', () => {
  const pixels: ShapedArray = { data: Uint8Array.from(lcg(3, 40 * 6, 0, 256), Math.floor), shape: [40, 2, 3] };

  it('takes mean and population deviation over the samples, and applies them', async () => {
    const standard = await standardize(pixels);
    const { mean, std } = columns(pixels.data, 6);
    expect(standard.mean.shape).toEqual([1, 2, 3]);
    near(standard.mean, mean, 1e-4);
    near(standard.std, std, 1e-4);
    const x = await standard.apply(pixels);
    expect(x).toMatchObject({ shape: [40, 2, 3], dtype: 'float32' });
    const after = columns(x.data, 6);
    expect(Math.max(...after.mean.map(Math.abs))).toBeLessThan(1e-6);
    for (const deviation of after.std) expect(deviation).toBeCloseTo(1, 5);
  });

  it('works on a part of the samples at a time, with the same result', async () => {
    const [rows, width] = [3000, 3072]; // three parts, the last one smaller
    const data = new Uint8Array(rows * width);
    for (let i = 0; i < data.length; i++) data[i] = (i * 7919 + (i >> 9)) % 251;
    const last = Float64Array.from({ length: rows }, (_, i) => data[i * width + width - 1] as number);
    const { mean, std } = columns(last, 1);
    const standard = await standardize({ data, shape: [rows, width] });
    expect(standard.mean.data.at(-1)).toBeCloseTo(mean[0] as number, 3);
    expect(standard.std.data.at(-1)).toBeCloseTo(std[0] as number, 3);
    const x = await standard.apply({ data, shape: [rows, width] });
    expect(x.data.at(-1)).toBeCloseTo(((last.at(-1) as number) - (mean[0] as number)) / (std[0] as number), 4);
  });

  it('takes several axes', async () => {
    const standard = await standardize(pixels, { axis: [0, -2] });
    expect(standard.mean.shape).toEqual([1, 1, 3]);
    near(standard.mean, columns(pixels.data, 3).mean, 1e-4);
    expect((await standard.apply({ data: new Uint8Array(15), shape: [1, 5, 3] })).shape).toEqual([1, 5, 3]);
  });

  it('makes zeros of constant elements, and has epsilon', async () => {
    const constant = { data: new Uint8Array(4).fill(9), shape: [4, 1] };
    expect((await (await standardize(constant)).apply(constant)).data).toEqual(new Float32Array(4));
    const two = Float32Array.from([1, 3]);
    expect((await (await standardize(two, { epsilon: 1 })).apply(two)).data).toEqual(Float32Array.from([-0.5, 0.5]));
  });

  it('computes in floatx', async () => {
    setFloatx('float64');
    const standard = await standardize(Float64Array.from([0.1, 0.3]));
    expect(standard.mean).toMatchObject({ dtype: 'float64', data: Float64Array.from([0.2]) });
    expect((await standard.apply([0.1])).dtype).toBe('float64');
  });

  it('refuses what has no statistics', async () => {
    await expect(standardize(pixels, { axis: 1 })).rejects.toThrow(
      new ValueError('standardize: axis is 1; expected axes with 0, the samples; use ops.moments for others'),
    );
    await expect(standardize(pixels, { axis: 3 })).rejects.toThrow('standardize: axis 3 is out of range for 3 dimensions');
    await expect(standardize({ data: new Uint8Array(0), shape: [0, 2] })).rejects.toThrow(
      new DataError('standardize: the data is empty: [0, 2]; expected samples'),
    );
    await expect(standardize(pixels, { epsilon: -1 })).rejects.toThrow(
      'standardize: epsilon is -1; expected a number of at least 0',
    );
    await expect(standardize(pixels, { eps: 1 } as object)).rejects.toThrow("standardize: unknown option 'eps'");
    const standard = await standardize(pixels);
    await expect(standard.apply(new Uint8Array(6))).rejects.toThrow(
      new ShapeError('standardize: apply: x has shape [6]; expected one that fits the mean, [1, 2, 3]'),
    );
  });
});
