import { describe, expect, test } from 'vitest';
import { Graph } from '../../lib/graph/graph.js';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as ops from '../../lib/ops/index.js';
import { type OpCase, testOps } from '../harness/ops.js';

/** Name, JavaScript's formula, range of the operand, whether it is differentiable. */
const table: [string, (x: Tensor) => Tensor, (x: number) => number, number, number, boolean][] = [
  ['neg', ops.neg, (x) => -x, -2, 2, true],
  ['abs', ops.abs, Math.abs, -2, 2, true],
  ['sign', ops.sign, Math.sign, -2, 2, false],
  ['square', ops.square, (x) => x * x, -2, 2, true],
  ['exp', ops.exp, Math.exp, -2, 2, true],
  ['expm1', ops.expm1, Math.expm1, -2, 2, true],
  ['log', ops.log, Math.log, 0.2, 3, true],
  ['log1p', ops.log1p, Math.log1p, -0.8, 3, true],
  ['sqrt', ops.sqrt, Math.sqrt, 0.2, 3, true],
  ['rsqrt', ops.rsqrt, (x) => 1 / Math.sqrt(x), 0.2, 3, true],
  ['reciprocal', ops.reciprocal, (x) => 1 / x, 0.2, 3, true],
  ['sin', ops.sin, Math.sin, -3, 3, true],
  ['cos', ops.cos, Math.cos, -3, 3, true],
  ['tan', ops.tan, Math.tan, -1, 1, true],
  ['asin', ops.asin, Math.asin, -0.8, 0.8, true],
  ['acos', ops.acos, Math.acos, -0.8, 0.8, true],
  ['atan', ops.atan, Math.atan, -3, 3, true],
  ['sinh', ops.sinh, Math.sinh, -2, 2, true],
  ['cosh', ops.cosh, Math.cosh, -2, 2, true],
  ['tanh', ops.tanh, Math.tanh, -2, 2, true],
  ['sigmoid', ops.sigmoid, (x) => 1 / (1 + Math.exp(-x)), -4, 4, true],
  ['softplus', ops.softplus, (x) => Math.log1p(Math.exp(x)), -4, 4, true],
  ['floor', ops.floor, Math.floor, -3, 3, false],
  ['ceil', ops.ceil, Math.ceil, -3, 3, false],
  ['relu', ops.relu, (x) => Math.max(x, 0), -2, 2, true],
  ['leakyRelu', ops.leakyRelu, (x) => (x >= 0 ? x : 0.2 * x), -2, 2, true],
  ['leakyRelu with slope 0.5', (x) => ops.leakyRelu(x, 0.5), (x) => (x >= 0 ? x : 0.5 * x), -2, 2, true],
  ['leakyRelu with slope 0', (x) => ops.leakyRelu(x, 0), (x) => Math.max(x, 0), -2, 2, true],
  ['elu', ops.elu, (x) => (x > 0 ? x : Math.expm1(x)), -2, 2, true],
  ['elu with alpha 0.3', (x) => ops.elu(x, 0.3), (x) => (x > 0 ? x : 0.3 * Math.expm1(x)), -2, 2, true],
  ['clipByValue', (x) => ops.clipByValue(x, -0.5, 1), (x) => Math.min(Math.max(x, -0.5), 1), -2, 2, true],
];

const values = [-0.93, -0.41, -0.17, 0.08, 0.37, 0.62, 0.99];

describe('unary', () => {
  testOps(
    table.map(([name, run, formula, low, high, differentiable]): OpCase => {
      const points = values.map((x) => low + ((x + 1) / 2) * (high - low));
      const expected = points.map(formula);
      return { name, inputs: [{ shape: [7], values: points }], run, expected, gradient: differentiable, second: differentiable };
    }),
  );

  testOps([
    {
      name: 'erf',
      inputs: [{ shape: [3], values: [-1, 0.5, 2] }],
      run: ops.erf,
      expected: [-0.8427007929497149, 0.5204998778130465, 0.9953222650189527],
      second: true,
    },
    {
      name: 'erfInv undoes erf',
      inputs: [{ shape: [4], values: [-0.9, -0.2, 0.5, 0.99] }],
      run: (x) => ops.erf(ops.erfInv(x)),
      expected: [-0.9, -0.2, 0.5, 0.99],
    },
    { name: 'erfInv', inputs: [{ shape: [4], values: [-0.9, -0.2, 0.5, 0.9] }], run: ops.erfInv, second: true },
    {
      name: 'round, halves to even',
      inputs: [{ shape: [6], values: [-1.5, -0.5, 0.5, 1.5, 2.5, 2.6] }],
      run: ops.round,
      expected: [-2, 0, 0, 2, 2, 3],
      gradient: false,
    },
    {
      name: 'isNaN',
      inputs: [{ shape: [3], values: [1, Number.NaN, Number.POSITIVE_INFINITY] }],
      run: ops.isNaN,
      expected: [0, 1, 0],
      dtype: 'bool',
    },
    {
      name: 'isFinite',
      inputs: [{ shape: [3], values: [1, Number.NaN, Number.POSITIVE_INFINITY] }],
      run: ops.isFinite,
      expected: [1, 0, 0],
      dtype: 'bool',
    },
    {
      name: 'isInf',
      inputs: [{ shape: [3], values: [1, Number.NaN, Number.NEGATIVE_INFINITY] }],
      run: ops.isInf,
      expected: [0, 0, 1],
      dtype: 'bool',
    },
    {
      name: 'logicalNot',
      inputs: [{ shape: [2], values: [0, 1], dtype: 'bool' }],
      run: ops.logicalNot,
      expected: [1, 0],
      dtype: 'bool',
    },
    {
      name: 'neg of integers',
      inputs: [{ shape: [2], values: [3, -4], dtype: 'int32' }],
      run: ops.neg,
      expected: [-3, 4],
      dtype: 'int32',
    },
    {
      name: 'relu of integers',
      inputs: [{ shape: [2], values: [3, -4], dtype: 'int32' }],
      run: ops.relu,
      expected: [3, 0],
      dtype: 'int32',
    },
    {
      name: 'cast to integers',
      inputs: [{ shape: [4], values: [1.7, -1.7, Number.NaN, 1e12] }],
      run: (x) => ops.cast(x, 'int32'),
      expected: [1, -1, 0, 2147483647],
      dtype: 'int32',
    },
    {
      name: 'cast to bool',
      inputs: [{ shape: [3], values: [0.3, 0, -2] }],
      run: (x) => ops.cast(x, 'bool'),
      expected: [1, 0, 1],
      dtype: 'bool',
    },
    {
      name: 'the gradient through float32 and back',
      inputs: [{ shape: [2], values: [0.5, 2] }],
      run: (x) => ops.square(ops.cast(ops.cast(x, 'float64'), x.dtype)),
      expected: [0.25, 4],
    },
    { name: 'identity', inputs: [[3]], run: (x) => ops.mul(ops.identity(x), x), second: true },
  ]);

  test('stopGradient stops the gradient only', () => {
    const graph = new Graph();
    const x = graph.input('x', { dtype: 'float32', shape: [] });
    const [stopped, passed] = graph.run(() => [ops.stopGradient(x), ops.identity(x)]);
    expect(stopped).not.toBe(passed);
  });

  test('refuses what it does not take', () => {
    const graph = new Graph();
    const bytes = graph.input('x', { dtype: 'uint8', shape: [2] });
    graph.run(() => {
      expect(() => ops.sqrt(bytes)).toThrow('sqrt: received uint8; expected a float type; use cast');
      expect(() => ops.neg(bytes)).toThrow('neg: received uint8; expected a float type or int32; use cast');
      expect(() => ops.logicalNot(bytes)).toThrow('logicalNot: received uint8; expected bool; compare it, or use cast');
      expect(() => ops.relu('x' as never)).toThrow(
        "relu: received 'x'; expected a tensor, a number, nested arrays, a typed array or { data, shape }",
      );
      expect(() => ops.leakyRelu(1, -1)).toThrow('leakyRelu: alpha is -1; expected a number of at least 0');
      expect(() => ops.clipByValue(1, 2, 1)).toThrow('clipByValue: low is 2 and high is 1; expected low <= high');
      expect(() => ops.cast(bytes, 'half' as never)).toThrow(
        "cast: unknown dtype 'half'; expected one of bool, uint8, int32, float16, bfloat16, float32, float64",
      );
    });
  });
});
