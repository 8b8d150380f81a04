import { input, model, ops, type ShapedArray, ShapeError, type TypedArray, tensor, ValueError } from 'laminet';
import { describe, expect, test } from 'vitest';
import type { Index } from '../../lib/ops/indexing.js';
import { loadGolden } from '../harness/golden.js';
import { testOps } from '../harness/ops.js';

interface Case {
  readonly shape: number[];
  readonly indices: Index[];
  readonly result: number[];
  readonly data: number[];
}

const { cases } = loadGolden<{ cases: Case[] }>('indexing');
const counted = (shape: number[], make: (values: number[]) => TypedArray = (values) => Int32Array.from(values)): ShapedArray => {
  const count = shape.reduce((product, size) => product * size, 1);
  return { data: make(Array.from({ length: count }, (_, i) => i)), shape };
};

describe("NumPy's results", () => {
  test('of arrays on the host', () => {
    for (const { shape, indices, result, data } of cases) {
      const part = ops.at(counted(shape), ...indices);
      expect({ indices, shape: part.shape, data: Array.from(part.data) }).toEqual({ indices, shape: result, data });
      expect(part.dtype).toBe('int32');
    }
    expect(cases.length).toBe(400);
  });

  test('of tensors', async () => {
    for (const { shape, indices, result, data } of cases) {
      const { data: values } = counted(shape);
      const part = ops.at(tensor(values, shape), ...indices);
      const numbers = Array.from(await part.data());
      expect({ indices, shape: part.shape, data: numbers }).toEqual({ indices, shape: result, data });
    }
  });
});

describe('gradients', () => {
  testOps([
    { name: 'of an element', inputs: [[3, 4]], run: (x) => ops.at(x, -1, 0), shape: [], unknown: 'none' },
    { name: 'of a range with a step', inputs: [[7, 3]], run: (x) => ops.at(x, '1::2', 1), shape: [3], unknown: 'none' },
    { name: 'of a range backwards', inputs: [[7, 3]], run: (x) => ops.at(x, '5:0:-2', '::-1'), shape: [3, 3], unknown: 'none' },
    { name: 'of a list with repeats', inputs: [[4, 3]], run: (x) => ops.at(x, [2, 0, 2]), shape: [3, 3], unknown: 'none' },
    {
      name: 'of a list that leads',
      inputs: [[2, 3, 4]],
      run: (x) => ops.at(x, 1, ':', [3, -4]),
      shape: [2, 3],
      unknown: 'none',
    },
    { name: 'of a new axis', inputs: [[2, 3]], run: (x) => ops.at(x, '...', null), shape: [2, 3, 1], second: true },
    { name: 'of an integer on an axis of unknown size', inputs: [[2, 3]], run: (x) => ops.at(x, 0), shape: [3] },
  ]);
});

describe('arrays on the host', () => {
  const images = counted([6, 2, 3], (values) => Uint8Array.from(values));

  test('give views where the part lies in one piece', () => {
    const parts = [ops.at(images, '-2:'), ops.at(images, 4), ops.at(images, 2, '1:', null), ops.at(images, 1, 1, 2)];
    expect(parts.map(({ data }) => data.buffer === images.data.buffer)).toEqual([true, true, true, true]);
    expect(parts.map(({ shape }) => shape)).toEqual([[2, 2, 3], [2, 3], [1, 1, 3], []]);
    expect(Array.from((parts[2] as ShapedArray).data)).toEqual([15, 16, 17]);
  });

  test('give copies elsewhere, of the same type', () => {
    const part = ops.at(images, '...', 0);
    expect(part.data).toEqual(Uint8Array.from([0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33]));
    expect(part).toMatchObject({ shape: [6, 2], dtype: 'uint8' });
    expect(ops.at(images, '::-1').data.buffer).not.toBe(images.data.buffer);
  });

  test('keep their dtype', () => {
    const mask = { data: Uint8Array.from([1, 0, 1]), shape: [3], dtype: 'bool' } as const;
    expect(ops.at(mask, '1:').dtype).toBe('bool');
  });

  test('must fit their shape', () => {
    expect(() => ops.at({ data: new Uint8Array(5), shape: [2, 3] }, 0)).toThrow(
      new ShapeError('at: 5 values do not fill the shape [2, 3] of 6 elements'),
    );
  });
});

test('nested arrays and typed arrays become tensors', async () => {
  expect(await ops.at([[1, 2], [3, 4]], ':', 1).array()).toEqual([2, 4]); // biome-ignore format: a matrix
  expect(await ops.at(Int32Array.from([5, 6, 7]), Uint32Array.from([2, 0])).array()).toEqual([7, 5]);
});

test('is part of a model', async () => {
  const x = input({ shape: [4, 2] });
  const net = model({ inputs: x, outputs: ops.at(x, ':', '::2', -1) });
  expect(net.output).toMatchObject({ shape: [null, 2] });
  const values = { data: Float32Array.from({ length: 16 }, (_, i) => i), shape: [2, 4, 2] };
  expect(await (await net.predict(values, { verbose: 0 })).array()).toEqual([
    [1, 5],
    [9, 13],
  ]);
});

describe('refuses', () => {
  const x = tensor(new Float32Array(10), [5, 2]);
  const words = (...indices: unknown[]): (() => unknown) => {
    return () => ops.at(x, ...(indices as Index[]));
  };

  test('integers outside the axis', () => {
    expect(words(5)).toThrow(new ValueError('at: index 5 is out of range for axis 0 of [5, 2]; expected an integer in [-5, 5)'));
    expect(words(0, -3)).toThrow('at: index -3 is out of range for axis 1 of [5, 2]; expected an integer in [-2, 2)');
    expect(words([0, 7])).toThrow('at: index 7 is out of range for axis 0');
    expect(() => ops.at({ data: new Uint8Array(2), shape: [2] }, 2)).toThrow('at: index 2 is out of range for axis 0 of [2]');
  });

  test('what is no index', () => {
    const kinds = "expected an integer, a range 'start:stop:step', '...', null or a list of integers";
    expect(words('1-2')).toThrow(`at: the index of axis 0 of [5, 2] is '1-2'; ${kinds}`);
    expect(words(0.5)).toThrow(`at: the index of axis 0 of [5, 2] is 0.5; ${kinds}`);
    expect(words([1, '2'])).toThrow(`at: the index of axis 0 of [5, 2] is '2'; ${kinds}`);
    expect(words(undefined)).toThrow(`at: the index of axis 0 of [5, 2] is undefined; ${kinds}`);
    expect(words(x)).toThrow(`at: the index of axis 0 of [5, 2] is a DeviceTensor; ${kinds}`);
    expect(words('::0')).toThrow("at: the range '::0' for axis 0 of [5, 2] has step 0; expected another");
  });

  test('too many of a kind', () => {
    expect(words(0, 0, 0)).toThrow('at: 3 indices for [5, 2]; expected at most 2');
    expect(words('...', '...')).toThrow("at: '...' stands 2 times among the indices; expected it at most once");
    expect(words([0], [1])).toThrow('at: received 2 lists of integers; expected at most one; select in two steps');
  });

  test('ranges of an axis of unknown size', () => {
    expect(() => ops.at(input({ shape: [3] }), '1:')).toThrow(
      new ShapeError("at: the range '1:' for axis 0 of [null, 3], whose size is unknown; expected ':' or an integer there"),
    );
  });
});

describe('{ data, shape } as an operand', () => {
  test('of any op', async () => {
    const pixels = { data: Uint8Array.from([0, 255, 10, 20]), shape: [2, 2] };
    expect(await ops.mean(pixels, 0).array()).toEqual([5, 137.5]);
    expect(await ops.div(pixels, tensor(255)).array()).toEqual([
      [0, 1],
      [Math.fround(10 / 255), Math.fround(20 / 255)],
    ]);
    expect(await ops.argMax(pixels, 1).array()).toEqual([1, 1]);
    expect(ops.cast({ ...pixels, dtype: 'uint8' }, 'float32').dtype).toBe('float32');
  });

  test('that does not fit', () => {
    expect(() => ops.relu({ data: new Float32Array(3), shape: [2] })).toThrow(
      new ShapeError('relu: 3 values do not fill the shape [2] of 2 elements'),
    );
    expect(() => ops.relu({ data: new Float32Array(3), shape: [-3] })).toThrow(
      'relu: shape [-3]; expected integers of at least 0',
    );
    expect(() => ops.relu({ data: new Int16Array(1) as never, shape: [1] })).toThrow(
      'relu: received an Int16Array of 1; expected a tensor, a number, nested arrays, a typed array or { data, shape }',
    );
  });
});
