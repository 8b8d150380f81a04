import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { layers } from 'laminet';
import { describe, expect, it } from 'vitest';
import { modelOf } from '../../bench/models.mjs';
import { parseList } from '../../bench/problems.mjs';
import { workOf } from '../../bench/scaling_axes.mjs';

type Sizes = (number | null)[];

/** The problem that a layer poses; undefined for layers without one. */
function problemOf(layer: layers.Layer, input: Sizes, output: Sizes): object | undefined {
  const { kernelSize, poolSize, strides } = layer.getConfig() as Record<string, number[] | undefined>;
  const window = { ic: input[3], ih: input[1], iw: input[2], oh: output[1], ow: output[2], sh: strides?.[0], sw: strides?.[1] };
  switch (layer.className) {
    case 'Conv2D':
      return { op: 'conv2d', ...window, oc: output[3], kh: kernelSize?.[0], kw: kernelSize?.[1] };
    case 'MaxPooling2D':
      return { op: 'max_pool', ...window, kh: poolSize?.[0], kw: poolSize?.[1] };
    case 'BatchNormalization':
      return input.length === 4 ? { op: 'batch_norm', ic: input[3], ih: input[1], iw: input[2] } : undefined;
    case 'Dense':
      return { op: 'matmul', right: [input[1], output[1]] };
    default:
      return undefined;
  }
}

describe('the lists of problems', () => {
  it.each(['A', 'B', 'C', 'D'])('of model %s have its layers', (name) => {
    const { inputShape, make } = modelOf(name);
    let shape: Sizes = [null, ...inputShape];
    const expected = make().flatMap((layer: layers.Layer) => {
      const output = layer.computeOutputShape(shape) as Sizes;
      const problem = problemOf(layer, shape, output);
      shape = output;
      return problem ?? [];
    });
    const path = join(import.meta.dirname, '..', '..', 'bench', 'problems', `${name}.txt`);
    const listed = parseList(readFileSync(path, 'utf8'));
    expect(listed).toHaveLength(expected.length);
    listed.forEach((problem, i) => {
      expect(problem).toMatchObject(expected[i] as object);
    });
  });
});

describe('the work of a step', () => {
  it('counts convolutions and products three times, the first layer twice', () => {
    const first = 8 * 8 * 4 * 9 * 3;
    const second = 8 * 8 * 4 * 9 * 4;
    const dense = 4 * 10;
    expect(workOf(modelOf('plain:8:2:4'), 5)).toBe(5 * (2 * first + 3 * second + 3 * dense));
  });
});
