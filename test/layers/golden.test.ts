/** Every layer against Keras: outputs, gradients by inputs and weights, moving statistics. */

import { compile, gradients, layers, ops, type Tensor, tensor, type Variable } from 'laminet';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../harness/close.js';
import { type GoldenDigest, type GoldenTensor, goldenDigest, goldenValues, loadGolden } from '../harness/golden.js';

type GoldenResult = GoldenTensor | GoldenDigest;

interface Case {
  readonly class: string;
  readonly options: Record<string, unknown>;
  readonly inputs: GoldenTensor[];
  readonly training?: boolean;
  readonly weights: (GoldenTensor & { name: string })[];
  readonly output: GoldenResult;
  readonly outer: GoldenTensor;
  readonly inputGradients: GoldenResult[];
  readonly weightGradients?: Record<string, GoldenResult>;
  readonly weightsAfter?: Record<string, GoldenResult>;
}

type LayerClass = new (options: unknown) => layers.Layer;

const files = [
  'activation',
  'convolution',
  'convolution-1d',
  'convolution-transpose',
  'merging',
  'normalization',
  'pooling',
  'shape',
];

/** Keras's spelling of an option where ours differs. */
const optionNames: Record<string, string> = { keepdims: 'keepDims' };

const float = (description: GoldenTensor): Tensor => tensor(new Float32Array(goldenValues(description)), description.shape);

async function expectTensor(actual: Tensor, expected: GoldenResult, where: string): Promise<void> {
  expect(actual.shape, where).toEqual(expected.shape);
  const values = await actual.data();
  if ('sum' in expected) {
    const digest = goldenDigest(values, expected.shape);
    const sums = [expected.sum, expected.absoluteSum, ...expected.first];
    expectClose([digest.sum, digest.absoluteSum, ...digest.first], sums, { where, absolute: 1e-5 });
  } else expectClose(values, Array.from(goldenValues(expected)), { where, absolute: 1e-5 });
}

function makeLayer({ class: name, options }: Case): layers.Layer {
  const renamed = Object.entries(options).map(([key, value]) => [optionNames[key] ?? key, value]);
  return new (Reflect.get(layers, name) as LayerClass)(Object.fromEntries(renamed));
}

const namesOf = (weights: readonly Variable[]): string[] => weights.map(({ name }) => name);

for (const file of files) {
  describe(file, () => {
    loadGolden<{ cases: Case[] }>(`layers-${file}`).cases.forEach((example, number) => {
      const title = `${number} ${example.class} ${JSON.stringify(example.options)}${example.training ? ' training' : ''}`;
      it(title, async () => {
        const layer = makeLayer(example);
        const list = example.inputs.map(float);
        const shapes = example.inputs.map(({ shape }) => shape);
        if (!layer.built) layer.build(shapes.length === 1 ? shapes[0]! : shapes);
        expect(namesOf(layer.weights)).toEqual(example.weights.map(({ name }) => name));
        layer.setWeights(example.weights.map(float));
        const outer = float(example.outer);
        const trained = example.weightGradients === undefined ? [] : layer.trainableWeights;
        const run = compile((...inputs) => {
          const y = layer.apply(inputs.length === 1 ? inputs[0]! : inputs, { training: example.training ?? false });
          const found = gradients(ops.sum(ops.mul(y, outer)), [...inputs, ...trained]);
          return [y, ...found.map((gradient, i) => gradient ?? ops.zerosLike([...inputs, ...trained][i]!))];
        });
        const [y, ...found] = run(...list);
        await expectTensor(y!, example.output, 'output');
        for (const [i, wanted] of example.inputGradients.entries())
          await expectTensor(found[i]!, wanted, `gradient of input ${i}`);
        for (const [name, wanted] of Object.entries(example.weightGradients ?? {})) {
          const gradient = found[list.length + namesOf(trained).indexOf(name)]!;
          await expectTensor(gradient, wanted, `gradient of ${name}`);
        }
        for (const [name, wanted] of Object.entries(example.weightsAfter ?? {})) {
          await expectTensor(layer.weights.find((weight) => weight.name === name)!, wanted, `${name} after`);
        }
      });
    });
  });
}
