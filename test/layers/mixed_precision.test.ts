/** Layers under mixed policies against Keras: types, outputs and gradients; and the rules of casting that numbers do not show. */

import {
  compile,
  type DType,
  DTypePolicy,
  type Functional,
  gradients,
  input,
  layers,
  model,
  ops,
  sequential,
  setDtypePolicy,
  type Tensor,
  tensor,
  type Variable,
} from 'laminet';
import { afterEach, describe, expect, it } from 'vitest';
import { type GoldenDigest, type GoldenTensor, goldenDigest, goldenValues, loadGolden } from '../harness/golden.js';

type GoldenResult = GoldenTensor | GoldenDigest;

interface Case {
  readonly class: string;
  readonly options: Record<string, unknown>;
  readonly inputs: GoldenTensor[];
  readonly training?: boolean;
  readonly policy: 'mixed_bfloat16' | 'mixed_float16';
  readonly dtype: DType;
  readonly weightTypes: DType[];
  readonly weights: (GoldenTensor & { name: string })[];
  readonly output: GoldenResult;
  readonly outer: GoldenTensor;
  readonly inputGradients: GoldenResult[];
  readonly weightGradients: Record<string, GoldenResult>;
}

type LayerClass = new (options: unknown) => layers.Layer;

/**
 * Half a unit in the last place of numbers near 1, times the roundings that an element goes through. laminet rounds after every instruction
 * and sums in wider types; XLA joins some instructions in float32, and adds some sums up in 16 bits.
 */
const roundings = 16;
const unit = { mixed_bfloat16: 2 ** -8, mixed_float16: 2 ** -11 } as const;

const float = (description: GoldenTensor): Tensor => tensor(new Float32Array(goldenValues(description)), description.shape);

async function expectNear(actual: Tensor, expected: GoldenResult, tolerance: number, where: string): Promise<void> {
  expect(actual.shape, where).toEqual(expected.shape);
  const values = await ops.cast(actual, 'float32').data();
  const [found, wanted] =
    'sum' in expected
      ? [goldenDigest(values, expected.shape).first, expected.first.map(Number)]
      : [Array.from(values), Array.from(goldenValues(expected))];
  const size = wanted.filter(Number.isFinite).reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
  found.forEach((value, i) => {
    if (value === wanted[i]) return; // infinite, perhaps
    expect(Math.abs(value - (wanted[i] as number)) / size, `${where}: element ${i}: ${value} and ${wanted[i]}`).toBeLessThan(
      tolerance,
    );
  });
}

const keepDims = ({ keepdims, ...options }: Record<string, unknown>): Record<string, unknown> =>
  keepdims === undefined ? options : { ...options, keepDims: keepdims };

const joined = <T>(list: readonly T[]): T | T[] => (list.length === 1 ? (list[0] as T) : [...list]);

describe('as Keras', () => {
  loadGolden<{ layers: Case[] }>('mixed').layers.forEach((example, number) => {
    const { class: name, policy, options, training = false } = example;
    it(`${number} ${policy} ${name} ${JSON.stringify(options)}${training ? ' training' : ''}`, async () => {
      const layer = new (Reflect.get(layers, name) as LayerClass)({ ...keepDims(options), dtype: policy });
      if (!layer.built) layer.build(joined(example.inputs.map(({ shape }) => shape)) as number[]);
      layer.setWeights(example.weights.map(float));
      expect(layer.weights.map(({ dtype }) => dtype)).toEqual(example.weightTypes);
      const trained = layer.trainableWeights.filter((weight) => weight.name in example.weightGradients);
      const outer = float(example.outer);
      const run = compile((...inputs) => {
        const y = layer.apply(joined(inputs), { training });
        const sources = [...inputs, ...trained];
        const found = gradients(ops.sum(ops.mul(ops.cast(y, 'float32'), outer)), sources);
        return [y, ...found.map((gradient, i) => gradient ?? ops.zerosLike(sources[i] as Tensor))];
      });
      const [y, ...found] = run(...example.inputs.map(float));
      expect(y?.dtype).toBe(example.dtype);
      const tolerance = roundings * unit[policy];
      await expectNear(y as Tensor, example.output, tolerance, 'output');
      for (const [i, wanted] of example.inputGradients.entries())
        await expectNear(found[i] as Tensor, wanted, tolerance, `gradient of input ${i}`);
      for (const [i, weight] of trained.entries()) {
        const gradient = found[example.inputs.length + i] as Tensor;
        expect(gradient.dtype).toBe(weight.dtype);
        await expectNear(gradient, example.weightGradients[weight.name] as GoldenResult, tolerance, `gradient of ${weight.name}`);
      }
    });
  });
});

afterEach(() => setDtypePolicy(null));

/** What `call` sees: types of the input and of a weight. */
class Witness extends layers.Layer {
  seen: DType[] = [];
  weight: Variable | null = null;
  plain: Variable | null = null;
  steps: Variable | null = null;

  override build(): void {
    this.weight = this.addWeight({ name: 'weight', shape: [2], initializer: 'ones' });
    this.plain = this.addWeight({ name: 'plain', shape: [2], initializer: 'ones', autocast: false });
    this.steps = this.addWeight({ name: 'steps', shape: [], dtype: 'int32', trainable: false });
  }

  override call(x: Tensor): Tensor {
    const [weight, plain, steps] = [this.weight, this.plain, this.steps] as [Variable, Variable, Variable];
    this.seen = [x.dtype, weight.dtype, plain.dtype, steps.dtype];
    weight.assign(ops.add(weight, 1));
    return ops.mul(x, weight);
  }
}

const x = (): Tensor => tensor([[1, 2]]);

describe('inside call', () => {
  it('inputs and weights of float types have the type that the layer computes in', async () => {
    const layer = new Witness({ dtype: 'mixed_bfloat16' });
    const y = layer.apply(x());
    expect(layer.seen).toEqual(['bfloat16', 'bfloat16', 'float32', 'int32']);
    expect(y.dtype).toBe('bfloat16');
    expect(layer.weight?.dtype).toBe('float32');
    expect(await layer.weight?.data()).toEqual(Float32Array.of(2, 2));
  });

  it('tensors of integers stay', () => {
    const layer = layers.flatten({ dtype: 'mixed_float16' });
    expect(layer.apply(tensor(Int32Array.of(1, 2), [1, 2])).dtype).toBe('int32');
    expect(layers.dense({ units: 1, dtype: 'mixed_float16' }).apply(tensor(Uint8Array.of(1, 2), [1, 2])).dtype).toBe('float16');
  });

  it('of another layer, each layer has its own', () => {
    const inner = new Witness({ dtype: 'float32' });
    const outer = layers.lambda((value: Tensor) => inner.apply(value), { dtype: 'mixed_float16' });
    expect(outer.apply(x()).dtype).toBe('float32');
    expect(inner.seen).toEqual(['float32', 'float32', 'float32', 'int32']);
  });

  it('weights are made in the type that they are kept in', () => {
    setDtypePolicy('mixed_bfloat16');
    class Late extends layers.Layer {
      readonly inner = new Witness();
      override call(value: Tensor): Tensor {
        return this.inner.apply(value);
      }
    }
    const layer = new Late();
    layer.apply(x());
    expect(layer.weights.map(({ dtype }) => dtype)).toEqual(['float32', 'float32', 'int32']);
  });
});

describe('gradients of weights are float32', () => {
  it.each(['mixed_bfloat16', 'mixed_float16'] as const)('%s', async (policy) => {
    const layer = layers.dense({ units: 1, useBias: false, kernelInitializer: 'ones', dtype: policy });
    layer.build([1, 2]);
    const [kernel] = layer.weights as [Variable];
    const run = compile((value) => gradients(ops.sum(layer.apply(value)), [kernel]) as Tensor[]);
    const [gradient] = run(tensor([[1.001, 3]])) as [Tensor];
    expect(gradient.dtype).toBe('float32');
    expect(await gradient.data()).toEqual(Float32Array.of(policy === 'mixed_bfloat16' ? 1 : 1.0009765625, 3));
  });
});

describe('sums do not overflow', () => {
  it('of normalisations and averages in float16', async () => {
    const large = tensor(new Float32Array(2 * 64 * 2).fill(3000).fill(1000, 128), [2, 8, 8, 2]);
    const average = layers.globalAveragePooling2d({ dtype: 'mixed_float16' }).apply(large);
    expect(await average.data()).toEqual(Float32Array.of(3000, 3000, 1000, 1000));
    const normal = layers.batchNormalization({ dtype: 'mixed_float16' }).apply(large, { training: true });
    expect(normal.dtype).toBe('float16');
    expect(Array.from(await normal.data()).map(Math.abs)).toEqual(new Array(256).fill(1));
  });
});

describe('models', () => {
  const make = (): Functional => {
    setDtypePolicy('mixed_bfloat16');
    const begin = input({ shape: [4], name: 'begin' });
    const hidden = layers.dense({ units: 3, name: 'hidden' }).apply(begin);
    return model({
      inputs: begin,
      outputs: layers.dense({ units: 2, dtype: 'float32', name: 'head' }).apply(hidden),
      name: 'net',
    });
  };

  it('have outputs of the last layer, and say so in JSON that Keras reads', () => {
    const net = make();
    expect([net.inputs, net.outputs].flat().map((value) => (value as Tensor).dtype)).toEqual(['float32', 'float32']);
    const { config } = net.toJSON();
    const described = (config.layers as { config: { dtype: unknown } }[]).map((layer) => layer.config.dtype);
    const policy = (name: string): unknown => ({
      module: 'keras',
      class_name: 'DTypePolicy',
      config: { name },
      registered_name: null,
    });
    expect(described).toEqual(['float32', policy('mixed_bfloat16'), policy('float32')]);
  });

  it('without an input layer begin in the type of their first layer, as in Keras', () => {
    setDtypePolicy('mixed_float16');
    const net = sequential([layers.dense({ units: 2, inputShape: [3] })]);
    expect((net.input as Tensor).dtype).toBe('float16');
  });

  it('keep the policies of their layers through configurations', () => {
    const layer = layers.dense({ units: 2, dtype: new DTypePolicy('mixed_float16') });
    const twin = layers.Dense.fromConfig(JSON.parse(JSON.stringify(layer.getConfig())));
    expect(twin.dtypePolicy).toEqual(new DTypePolicy('mixed_float16'));
  });
});
