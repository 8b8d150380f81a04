/** Small models and data for tests of training. */
import { expect, it } from 'vitest';
import {
  type CompileOptions,
  clearSession,
  input,
  LaminetError,
  layers,
  type Model,
  model,
  type Sequential,
  sequential,
} from '../../lib/index.js';
import { lcg } from './lcg.js';

/** A classifier of 3 features into 3 classes, compiled. */
export function classifier(options: CompileOptions = {}): Sequential {
  const net = sequential(
    [layers.dense({ units: 4, activation: 'tanh', inputShape: [3] }), layers.dense({ units: 3, activation: 'softmax' })],
    { name: 'net' },
  );
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'], ...options });
  return net;
}

/** Two inputs `left` and `right` of 3 features; outputs `classes` (3) and `value` (1). */
export function branched(options: CompileOptions = {}): Model {
  const left = input({ shape: [3], name: 'left' });
  const right = input({ shape: [3], name: 'right' });
  const both = layers.concatenate().apply([left, right]);
  const classes = layers.dense({ units: 3, activation: 'softmax', name: 'classes' }).apply(both);
  const value = layers.dense({ units: 1, name: 'value' }).apply(both);
  const net = model({ inputs: [left, right], outputs: [classes, value], name: 'branched' });
  net.compile({ optimizer: 'sgd', loss: { classes: 'sparseCategoricalCrossentropy', value: 'mse' }, ...options });
  return net;
}

/** Images of 8 x 8 with 1 channel into 3 classes. */
export function imageClassifier(): Sequential {
  const net = sequential(
    [
      layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 1], name: 'conv' }),
      layers.flatten(),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
    { name: 'images' },
  );
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  return net;
}

/** Numbers in [-1, 1) with a shape. */
export function numbers(...shape: number[]): { data: Float32Array; shape: number[] } {
  const count = shape.reduce((product, size) => product * size, 1);
  return { data: Float32Array.from(lcg(count + shape.length, count)), shape };
}

/** Class numbers in [0, 3). */
export const labels = (count: number): Int32Array => Int32Array.from(lcg(7, count, 0, 3), Math.floor);

/** A typed error with exactly this message. */
export async function expectError(
  action: () => unknown,
  kind: new (message: string) => LaminetError,
  message: string,
): Promise<LaminetError> {
  let error: unknown;
  try {
    await action();
  } catch (thrown) {
    error = thrown;
  }
  expect(error, 'nothing was thrown').toBeInstanceOf(LaminetError);
  const typed = error as LaminetError;
  expect(typed.message).toBe(message);
  expect(typed).toBeInstanceOf(kind);
  expect(typed.code).toBe(new kind('').code);
  return typed;
}

/** The model can still be trained: a step changes its weights to finite numbers. */
export async function expectTrains(net: Model, x: unknown = numbers(6, 3), y: unknown = labels(6)): Promise<void> {
  const before = await Promise.all(net.weights.map((weight) => weight.data()));
  const { history } = await net.fit(x as never, y as never, { verbose: 0 });
  expect(Number.isFinite(history.loss?.[0])).toBe(true);
  const after = await Promise.all(net.weights.map((weight) => weight.data()));
  expect(after.flatMap((values) => Array.from(values)).every(Number.isFinite)).toBe(true);
  expect(after).not.toEqual(before);
}

export type ErrorClass = new (message: string) => LaminetError;

/** What is done with a model, and the error it gives. */
export type ErrorCase = readonly [name: string, action: (net: Model) => unknown, kind: ErrorClass, message: string];

/** One test a case: exactly this error, and the model is as usable after it as it was before. */
export function refuse(
  cases: readonly ErrorCase[],
  make: () => Model = classifier,
  x: unknown = numbers(6, 3),
  y: unknown = labels(6),
): void {
  it.each(cases)('%s', async (_, action, kind, message) => {
    clearSession();
    const net = make();
    await expectError(() => action(net), kind, message);
    await expectTrains(net, x, y);
  });
}
