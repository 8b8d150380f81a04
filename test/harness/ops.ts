/**
 * Checks ops against plain numbers and against themselves: each case's result, its gradient (central differences in float64), its shape
 * rule with unknown sizes, and the tested device against the reference device.
 */
import { expect, test } from 'vitest';
import { denseGradients } from '../../lib/autodiff/gradients.js';
import { type DType, type FloatDType, isFloat, isFloat16, type TypedArray, typedArray } from '../../lib/core/dtype.js';
import { compatible, type Dimension, type Shape, sizeOf } from '../../lib/core/shape.js';
import { type Constant, constantOp, Graph, type Value } from '../../lib/graph/graph.js';
import type { NestedArray, Tensor } from '../../lib/graph/tensor.js';
import { castTo, convert } from '../../lib/ops/apply.js';
import { add, mul } from '../../lib/ops/binary.js';
import { sum } from '../../lib/ops/reduce.js';
import { reshape } from '../../lib/ops/reshape.js';
import { type Device, setDevice } from '../../lib/runtime/device.js';
import { TracedFunction } from '../../lib/runtime/function.js';
import { testedDevice } from './device.js';
import { lcg } from './lcg.js';

/** Numbers from the generator in that range, or the values given. Float inputs are float64 or float32 as the check needs. */
export interface CaseInput {
  readonly shape: readonly number[];
  readonly low?: number;
  readonly high?: number;
  readonly values?: readonly number[];
  /** A dtype that stays, for inputs that are not floats. */
  readonly dtype?: 'int32' | 'uint8' | 'bool';
}

export interface OpCase {
  readonly name: string;
  readonly inputs: readonly (CaseInput | readonly number[])[];
  readonly run: (...inputs: Tensor[]) => Tensor | readonly Tensor[];
  /** The (first) result as nested numbers, where it is known. */
  readonly expected?: NestedArray;
  /** The (first) result's shape. */
  readonly shape?: readonly number[];
  readonly dtype?: DType;
  /** Whether the gradient is checked; true by default. */
  readonly gradient?: boolean;
  /** Whether the gradient of the gradient is checked as well. */
  readonly second?: boolean;
  /** Allowed difference of the tested device and reference in float32, relative to the largest element. */
  readonly tolerance?: number;
  /** Whether it is checked in floats of 16 bits; false for results that jump, and for numbers that these types do not have. */
  readonly float16?: boolean;
  /** Which inputs the shape rule is checked for with unknown sizes: all by default, only the first, or none. */
  readonly unknown?: 'first' | 'none';
}

interface Host {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

type Body = (...inputs: Tensor[]) => readonly Tensor[];

const elements = (shape: readonly number[]): number => sizeOf(shape) as number;

function hostInputs({ inputs }: OpCase, float: FloatDType): Host[] {
  return inputs.map((given, index) => {
    const input: CaseInput = 'shape' in given ? given : { shape: given };
    const { shape, low = -1, high = 1, values, dtype = float } = input;
    const numbers = values ?? lcg(index + 17, elements(shape), low, high);
    return { data: typedArray(dtype, isFloat(dtype) ? numbers : Array.from(numbers, Math.floor)), shape, dtype };
  });
}

const results = (op: OpCase): Body => {
  return (...inputs) => {
    const found = op.run(...inputs);
    return 'shape' in found ? [found] : found;
  };
};

interface Output {
  readonly data: TypedArray;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Runs a body once on a device. */
export async function runOn(device: Device, body: Body, inputs: readonly Host[]): Promise<Output[]> {
  const types: { shape: Shape; dtype: DType }[] = [];
  const traced = new TracedFunction((values) => {
    const outputs = body(...values);
    types.push(...outputs);
    return outputs;
  });
  const program = traced.program(inputs, device);
  const arrays = await program.runAndRead(inputs.map((input) => input.data));
  return arrays.map((data, i) => ({ data, shape: (types[i] as Output).shape, dtype: (types[i] as Output).dtype }));
}

/** A scalar from all float results: their products with fixed numbers, summed. */
function project(outputs: readonly Tensor[]): Tensor {
  const parts = outputs.flatMap((output, i) => {
    if (!isFloat(output.dtype)) return [];
    const weights = convert('project', lcg(i + 91, elements(output.shape as number[]), -1, 1));
    return [sum(mul(output, reshape(castTo(weights, output.dtype), output.shape)))];
  });
  return parts.reduce((total, part) => add(total, part));
}

const isDifferentiated = (input: Host): boolean => isFloat(input.dtype);

/** The gradients of a body's projection by its float inputs. */
function gradientBody(body: Body): Body {
  return (...inputs) =>
    denseGradients(
      project(body(...inputs)),
      inputs.filter((input) => isFloat(input.dtype)),
    );
}

/** Compares the gradient along a few directions (elementwise for small inputs) with central differences. */
async function checkGradient(device: Device, body: Body, inputs: readonly Host[]): Promise<void> {
  const gradients = await runOn(device, gradientBody(body), inputs);
  const traced = new TracedFunction((values) => [project(body(...values))]);
  const program = traced.program(inputs, device);
  const step = 1e-5;
  const evaluate = async (position: number, direction: Float64Array, sign: number): Promise<number> => {
    const moved = inputs.map(({ data }, i) =>
      i === position ? data.map((x, j) => x + sign * step * (direction[j] as number)) : data,
    );
    return ((await program.runAndRead(moved as TypedArray[]))[0] as TypedArray)[0] as number;
  };
  let index = 0;
  for (const [position, input] of inputs.entries()) {
    if (!isDifferentiated(input)) continue;
    const gradient = gradients[index++] as Output;
    expect(gradient.shape).toEqual(input.shape);
    const count = input.data.length;
    const directions =
      count <= 12 ? Array.from({ length: count }, (_, i) => unit(count, i)) : [3, 4, 5].map((seed) => lcg(seed, count, -1, 1));
    for (const direction of directions) {
      const pair = await Promise.all([evaluate(position, direction, 1), evaluate(position, direction, -1)]);
      const numeric = (pair[0] - pair[1]) / (2 * step);
      const exact = direction.reduce((total, part, i) => total + part * (gradient.data[i] as number), 0);
      const scale = Math.max(1, Math.abs(exact));
      expect(Math.abs(numeric - exact) / scale, `input ${position}: gradient ${exact}, differences ${numeric}`).toBeLessThan(
        1e-6,
      );
    }
  }
}

const unit = (count: number, index: number): Float64Array => new Float64Array(count).fill(1, index, index + 1);

/** With any one size unknown the shape rule must give a shape that agrees with the real one. */
function checkUnknownSizes(body: Body, inputs: readonly Host[], count: number, shapes: readonly Shape[]): void {
  for (const [position, input] of inputs.slice(0, count).entries()) {
    for (const axis of input.shape.keys()) {
      const graph = new Graph({ abstract: true });
      const values = inputs.map(({ dtype, shape }, i) =>
        graph.input(`x${i}`, { dtype, shape: i === position ? (shape as Shape).with(axis, null) : shape }),
      );
      const inferred = graph.run(() => body(...values).map((output) => output.shape));
      inferred.forEach((shape, i) => {
        const real = shapes[i] as Shape;
        const agree = shape.length === real.length && shape.every((size, j) => compatible(size, real[j] as Dimension));
        expect(agree, `axis ${axis} of input ${position} unknown: [${shape}] inferred, [${real}] real`).toBe(true);
      });
    }
  }
}

/** What was recorded for an unknown batch (as symbolic tensors do) must give the real shapes when it meets real operands. */
function checkReplay(body: Body, inputs: readonly Host[], shapes: readonly Shape[]): void {
  const recorded = new Graph({ abstract: true });
  const values = inputs.map(({ dtype, shape }, i) =>
    recorded.input(`x${i}`, { dtype, shape: i === 0 ? (shape as Shape).with(0, null) : shape }),
  );
  const outputs = recorded.run(() => body(...values).map((output) => output.inGraph(recorded)));
  const real = new Graph();
  const replayed = new Map<Value, Value>(values.map((value, i) => [value, real.input(`x${i}`, inputs[i] as Host)]));
  for (const { op, operands, attributes, outputs: results } of recorded.nodes) {
    const [first] = results as [Value];
    if (replayed.has(first)) continue;
    if (op === constantOp) {
      replayed.set(first, real.constant(recorded.constants[attributes.index as number] as Constant));
      continue;
    }
    const found = real.append(
      op,
      operands.map((operand) => replayed.get(operand) as Value),
      attributes,
    );
    results.forEach((result, i) => {
      replayed.set(result, found[i] as Value);
    });
  }
  expect(outputs.map((output) => replayed.get(output)?.shape)).toEqual(shapes);
}

/** Largest difference of two arrays, relative to their largest element; infinite where only one is finite. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 1e-30;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    if (Object.is(x, y) || x === y) continue;
    if (!Number.isFinite(x) || !Number.isFinite(y)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, Math.abs(x), Math.abs(y));
    worst = Math.max(worst, Math.abs(x - y));
  }
  return worst / largest;
}

const flat = (values: NestedArray): number[] => (Array.isArray(values) ? values.flatMap(flat) : [values]);

/** Every output of the case, and its gradients, on both devices in float32. */
async function checkDevices(op: OpCase, body: Body, gradient: boolean): Promise<void> {
  const inputs = hostInputs(op, 'float32');
  const tolerance = op.tolerance ?? 2e-6;
  const both: Body = (...values) => [...body(...values), ...(gradient ? gradientBody(body)(...values) : [])];
  const expected = await runOn(setDevice('reference'), both, inputs);
  const found = await runOn(setDevice(testedDevice), both, inputs);
  found.forEach((output, i) => {
    expect(difference(output.data, (expected[i] as Output).data), `result ${i} on ${testedDevice}`).toBeLessThanOrEqual(
      tolerance,
    );
  });
}

/** Largest difference of one rounded op and of a few, relative to the largest element. */
const float16Tolerance = { bfloat16: 2 ** -5, float16: 2 ** -8 } as const;

/** On the reference device 16 bits give what float32 gives for the same numbers, but for rounding; the tested device gives the same. */
async function checkFloat16(op: OpCase, body: Body, gradient: boolean): Promise<void> {
  const both: Body = (...values) => [...body(...values), ...(gradient ? gradientBody(body)(...values) : [])];
  for (const type of ['bfloat16', 'float16'] as const) {
    const inputs = hostInputs(op, type);
    const wide = inputs.map((input): Host => ({ ...input, dtype: isFloat16(input.dtype) ? 'float32' : input.dtype }));
    const expected = await runOn(setDevice('reference'), both, wide);
    const found = await runOn(setDevice('reference'), both, inputs);
    const other = await runOn(setDevice(testedDevice), both, inputs);
    for (const [i, output] of found.entries()) {
      const exact = expected[i] as Output;
      const where = `result ${i} in ${type}`;
      expect(output.shape, where).toEqual(exact.shape);
      expect(output.dtype === type || output.dtype === exact.dtype, `${where} is ${output.dtype}`).toBe(true);
      expect(difference(output.data, exact.data), where).toBeLessThanOrEqual(float16Tolerance[type]);
      const tolerance = testedDevice === 'cpu' ? 0 : float16Tolerance[type];
      expect(difference((other[i] as Output).data, output.data), `${where} on ${testedDevice}`).toBeLessThanOrEqual(tolerance);
    }
  }
}

async function checkCase(op: OpCase): Promise<void> {
  const body = results(op);
  const reference = setDevice('reference');
  const inputs = hostInputs(op, 'float64');
  const outputs = await runOn(reference, body, inputs);
  const [first] = outputs as [Output];
  for (const output of outputs) expect(output.data.length).toBe(sizeOf(output.shape));
  if (op.expected !== undefined) {
    expect(first.data.length).toBe(flat(op.expected).length);
    expect(difference(first.data, flat(op.expected)), `${Array.from(first.data)}`).toBeLessThan(1e-9);
  }
  if (op.shape !== undefined) expect(first.shape).toEqual(op.shape);
  if (op.dtype !== undefined) expect(first.dtype).toBe(op.dtype);
  const shapes = outputs.map((output) => output.shape);
  if (op.unknown !== 'none') checkUnknownSizes(body, inputs, op.unknown === 'first' ? 1 : inputs.length, shapes);
  if (op.unknown !== 'none' && inputs[0]?.shape[0] !== undefined) checkReplay(body, inputs, shapes);
  const gradient = op.gradient !== false && inputs.some(isDifferentiated) && outputs.some((output) => isFloat(output.dtype));
  if (gradient) await checkGradient(reference, body, inputs);
  if (op.second) await checkGradient(reference, gradientBody(body), inputs);
  await checkDevices(op, body, gradient);
  if (op.float16 !== false && inputs.some(isDifferentiated)) await checkFloat16(op, body, gradient);
}

/** One test a case. */
export function testOps(cases: readonly OpCase[]): void {
  for (const op of cases) test(op.name, () => checkCase(op));
}

/** Results of a body without inputs, on the reference device. */
export async function evaluate(body: () => Tensor): Promise<{ values: number[]; shape: Shape; dtype: DType }> {
  const [output] = (await runOn(setDevice('reference'), () => [body()], [])) as [Output];
  return { values: Array.from(output.data), shape: output.shape, dtype: output.dtype };
}
