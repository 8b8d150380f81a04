/** What every layer must do, whatever it computes. */

import { type DType, input, type layers, ops, type Shape, Tensor } from 'laminet';
import { expect } from 'vitest';

type Layer = layers.Layer;
type LayerClass = { fromConfig(config: Record<string, unknown>): Layer };

interface Expectation {
  /** Shapes of the inputs, batch included. */
  readonly inputs: readonly (readonly number[])[];
  readonly output: Shape;
  readonly weights?: number;
  readonly trainable?: number;
  readonly dtype?: DType;
}

const single = <T>(list: readonly T[]): T | readonly T[] => (list.length === 1 ? (list[0] as T) : list);

/** Call on symbolic and on real tensors, shapes, weights, configuration: the contract of a layer. */
export async function runLayerTest(make: () => Layer, expected: Expectation): Promise<void> {
  const layer = make();
  const dtype = expected.dtype ?? 'float32';
  const symbolic = expected.inputs.map(([, ...shape]) => input({ shape, dtype }));
  const y = layer.apply(single(symbolic));
  expect(y.shape, 'symbolic shape').toEqual([null, ...expected.output.slice(1)]);
  expect(layer.weights.length, 'weights').toBe(expected.weights ?? 0);
  expect(layer.trainableWeights.length, 'trainable weights').toBe(expected.trainable ?? expected.weights ?? 0);
  const x = expected.inputs.map((shape) => ops.randomUniform(shape, { seed: 7, dtype: dtype as 'float32' }));
  for (const training of [false, true]) {
    const actual = layer.apply(single(x), { training });
    expect(actual.shape, 'actual shape').toEqual(expected.output);
    expect(actual.dtype).toBe(y.dtype);
    expect((await actual.data()).every(Number.isFinite), 'finite').toBe(true);
  }
  const shapes = make().computeOutputShape(single(expected.inputs.map(([, ...shape]) => [null, ...shape])) as Shape);
  expect(shapes, 'computeOutputShape').toEqual([null, ...expected.output.slice(1)]);
  checkConfig(layer);
  layer.dispose();
}

/** `getConfig` is JSON, and makes a layer with the same one. */
export function checkConfig(layer: Layer): void {
  const config = JSON.parse(JSON.stringify(layer.getConfig())) as Record<string, unknown>;
  const layerClass: unknown = layer.constructor;
  const twin = (layerClass as LayerClass).fromConfig(config);
  expect(twin.getConfig()).toEqual(layer.getConfig());
  expect(twin).not.toBe(layer);
}

/** Numbers of a result, which must be one tensor. */
export async function numbers(result: Tensor | Tensor[]): Promise<number[]> {
  if (!(result instanceof Tensor)) throw new Error('a list of tensors where one was expected');
  return Array.from(await result.data());
}
