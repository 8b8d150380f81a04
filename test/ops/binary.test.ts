import { describe, expect, test } from 'vitest';
import { Graph } from '../../lib/graph/graph.js';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as ops from '../../lib/ops/index.js';
import { gradientOf } from '../harness/gradient.js';
import { type CaseInput, type OpCase, testOps } from '../harness/ops.js';

type Table = [string, (a: Tensor, b: Tensor) => Tensor, number, number][];

/** Name, op, and a range where it is differentiable. */
const table: Table = [
  ['add', ops.add, -1, 1],
  ['sub', ops.sub, -1, 1],
  ['mul', ops.mul, -1, 1],
  ['div', ops.div, 0.4, 2],
  ['pow', ops.pow, 0.4, 2],
  ['maximum', ops.maximum, -1, 1],
  ['minimum', ops.minimum, -1, 1],
  ['atan2', ops.atan2, 0.2, 2],
];

const shapes: [readonly number[], readonly number[], readonly number[]][] = [
  [
    [2, 3],
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3], [2, 3]],
  [[2, 1], [3], [2, 3]],
  [[], [2, 2], [2, 2]],
];

const pairs = (dtype: 'int32' | 'uint8', a: number[], b: number[]): CaseInput[] => [
  { shape: [a.length], values: a, dtype },
  { shape: [b.length], values: b, dtype },
];
const floats = (...lists: number[][]): CaseInput[] => lists.map((values) => ({ shape: [values.length], values }));

describe('binary', () => {
  for (const [name, run, low, high] of table) {
    testOps(
      shapes.map(([a, b, shape]): OpCase => {
        const inputs = [a, b].map((sizes) => ({ shape: sizes, low, high }));
        return { name: `${name} of [${a}] and [${b}]`, inputs, run, shape, second: name !== 'maximum' && name !== 'minimum' };
      }),
    );
  }

  testOps([
    { name: 'add', inputs: floats([1, 2], [3, -5]), run: ops.add, expected: [4, -3] },
    { name: 'sub', inputs: floats([1, 2], [3, -5]), run: ops.sub, expected: [-2, 7] },
    { name: 'mul', inputs: floats([1, 2], [3, -5]), run: ops.mul, expected: [3, -10] },
    { name: 'div', inputs: floats([1, 2], [4, -5]), run: ops.div, expected: [0.25, -0.4] },
    { name: 'pow', inputs: floats([2, -2, 0], [3, 2, 2]), run: ops.pow, expected: [8, 4, 0], gradient: false },
    { name: 'atan2', inputs: floats([1, -1], [0, -1]), run: ops.atan2, expected: [Math.PI / 2, -2.356194490192345] },
    {
      name: 'mod has the sign of the divisor',
      inputs: floats([5, -5, 5, -5], [3, 3, -3, -3]),
      run: ops.mod,
      expected: [2, 1, -1, -2],
      gradient: false,
    },
    {
      name: 'maximum with NaN',
      inputs: floats([Number.NaN, 1], [1, Number.NaN]),
      run: ops.maximum,
      expected: [Number.NaN, Number.NaN],
      gradient: false,
    },
    {
      name: 'integers divide toward zero, by zero give 0',
      inputs: pairs('int32', [7, -7, 7], [2, 2, 0]),
      run: ops.div,
      expected: [3, -3, 0],
      dtype: 'int32',
    },
    { name: 'mod of integers by zero', inputs: pairs('int32', [7, -7], [0, 4]), run: ops.mod, expected: [0, 1], dtype: 'int32' },
    { name: 'bytes wrap', inputs: pairs('uint8', [250], [10]), run: ops.add, expected: [4], dtype: 'uint8' },
    { name: 'less', inputs: floats([1, 2, 3], [2, 2, 2]), run: ops.less, expected: [1, 0, 0], dtype: 'bool' },
    { name: 'lessEqual', inputs: floats([1, 2, 3], [2, 2, 2]), run: ops.lessEqual, expected: [1, 1, 0], dtype: 'bool' },
    { name: 'greater', inputs: floats([1, 2, 3], [2, 2, 2]), run: ops.greater, expected: [0, 0, 1], dtype: 'bool' },
    { name: 'greaterEqual', inputs: floats([1, 2, 3], [2, 2, 2]), run: ops.greaterEqual, expected: [0, 1, 1], dtype: 'bool' },
    { name: 'equal', inputs: floats([1, 2], [2, 2]), run: ops.equal, expected: [0, 1], dtype: 'bool' },
    { name: 'notEqual', inputs: floats([1, 2], [2, 2]), run: ops.notEqual, expected: [1, 0], dtype: 'bool' },
    {
      name: 'equal of bool',
      inputs: [
        { shape: [2], values: [0, 1], dtype: 'bool' },
        { shape: [2], values: [1, 1], dtype: 'bool' },
      ],
      run: (a, b) => [ops.equal(a, b), ops.logicalAnd(a, b), ops.logicalOr(a, b)],
      expected: [0, 1],
      dtype: 'bool',
    },
    {
      name: 'numbers take the dtype of the tensor',
      inputs: pairs('int32', [1], [2]),
      run: (a) => ops.add(a, 1),
      expected: [2],
      dtype: 'int32',
    },
    {
      name: 'a fraction makes integers floats',
      inputs: pairs('int32', [1], [2]),
      run: (a) => ops.mul(a, 0.5),
      expected: [0.5],
      dtype: 'float32',
    },
    {
      name: 'int32 and float32 meet as float32',
      inputs: pairs('int32', [1], [2]),
      run: (a, b) => ops.add(a, ops.cast(b, 'float32')),
      expected: [3],
      dtype: 'float32',
    },
    {
      name: 'where',
      inputs: [{ shape: [2, 1], values: [1, 0], dtype: 'bool' }, [2, 3], [3]],
      run: ops.where,
      shape: [2, 3],
      second: true,
    },
  ]);

  test('equal operands of maximum share the gradient', async () => {
    for (const op of [ops.maximum, ops.minimum]) {
      const [left, right] = await gradientOf(
        (a, b) => ops.sum(op(a, b)),
        [
          [1, 2, 3],
          [2, 2, 2],
        ],
      );
      const first = op === ops.maximum ? [0, 0.5, 1] : [1, 0.5, 0];
      expect(left).toEqual(first);
      expect(right).toEqual(first.map((x) => 1 - x));
    }
  });

  test('the gradient of a power at 0 is finite', async () => {
    const [base, exponent] = await gradientOf(
      (a, b) => ops.sum(ops.pow(a, b)),
      [
        [0, 0, 2],
        [2, 1, 0],
      ],
    );
    expect(base).toEqual([0, 1, 0]);
    expect(exponent).toEqual([0, 0, Math.fround(Math.LN2)]);
  });

  test('refuses what does not fit', () => {
    const graph = new Graph({ abstract: true });
    const x = graph.input('x', { dtype: 'float32', shape: [2, 3] });
    const y = graph.input('y', { dtype: 'float32', shape: [4] });
    const flag = graph.input('flag', { dtype: 'bool', shape: [4] });
    graph.run(() => {
      expect(() => ops.add(x, y)).toThrow(
        'add: the shapes [2, 3] and [4] do not broadcast: 3 and 4 on axis 1 of the result; expected equal sizes or 1',
      );
      expect(() => ops.add(flag, flag)).toThrow('add: received bool operands; expected numbers; use cast');
      expect(() => ops.logicalAnd(x, x)).toThrow('logicalAnd: received float32 operands; expected bool; use cast');
      expect(() => ops.where(x, 1, 0)).toThrow('where: the condition is float32; expected bool; compare it, or use cast');
    });
  });
});
