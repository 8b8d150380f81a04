/** @file What keras/check.py and keras/forms.py wrote beside each file: inputs, targets, and what Keras made of them. */

import { expect } from 'vitest';
import type { Model, Tensor } from '../../lib/index.js';

export interface Recorded {
  readonly data: readonly number[];
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

export interface Expected {
  readonly x: readonly Recorded[];
  readonly y: readonly Recorded[];
  readonly predictions: readonly Recorded[];
  readonly losses: readonly number[];
  readonly iterations: number;
  readonly config: object;
  readonly random: boolean;
}

const arrayOf = ({ data, shape, dtype }: Recorded) => ({
  data: dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data),
  shape: [...shape],
  dtype,
});

/** The array, or a list of several. */
export const single = (values: readonly Recorded[]) =>
  values.length === 1 ? arrayOf(values[0] as Recorded) : values.map(arrayOf);

export async function expectPredictions(model: Model, { x, predictions }: Expected): Promise<void> {
  const outputs = [(await model.predictOnBatch(single(x))) as Tensor | Tensor[]].flat();
  expect(outputs.map(({ shape }) => shape)).toEqual(predictions.map(({ shape }) => shape));
  for (const [i, output] of outputs.entries()) {
    const expected = predictions[i] as Recorded;
    (await output.data()).forEach((value, j) => {
      expect(Math.abs(value - (expected.data[j] as number))).toBeLessThan(1e-5);
    });
  }
}
