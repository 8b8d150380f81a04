/** The trainings recorded from Keras (trainings.json) as models and data. */
import {
  type HostArray,
  input,
  layers,
  losses,
  type Model,
  model,
  optimizers,
  regularizers,
  type Tensor,
} from '../../lib/index.js';
import { type GoldenTensor, goldenValues } from './golden.js';

interface Named {
  class: string;
  options: Record<string, unknown>;
}

export interface Result {
  steps: Record<string, number>[];
  running: Record<string, number>[];
  evaluate: Record<string, number>;
  predict: GoldenTensor[];
  weights: (GoldenTensor | { shape: number[]; sum: number; absoluteSum: number; first: number[] })[];
}

export interface Training {
  name: string;
  inputs: { name: string; shape: number[] }[];
  layers: (Named & { name: string })[];
  calls?: { layer: string; inputs: string[]; output: string }[];
  outputs?: string[];
  compile: {
    optimizer: Named;
    loss: Named | Record<string, Named>;
    lossWeights?: Record<string, number>;
    metrics: string[] | Record<string, string[]>;
  };
  x: Record<string, GoldenTensor>;
  y: Record<string, GoldenTensor>;
  batchSize: number;
  initialWeights: GoldenTensor[];
  float32: Result;
  float64: Result;
}

type Factory = (options: Record<string, unknown>) => never;

/** `Conv2DTranspose` -> the factory `conv2dTranspose`: names that differ in case only. */
function factory(namespace: object, className: string): Factory {
  const found = Object.entries(namespace).find(
    ([name, value]) => name.toLowerCase() === className.toLowerCase() && !/^[A-Z]/.test(name) && value,
  );
  if (found === undefined) throw new Error(`no factory for ${className}`);
  return found[1] as Factory;
}

function makeOptions(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      const nested = value as Named;
      const isRegularizer = name.endsWith('Regularizer');
      return [name, isRegularizer ? factory(regularizers, nested.class)(nested.options) : value];
    }),
  );
}

/** The compiled model of a training. */
export function build(training: Training): Model {
  const values = new Map<string, Tensor>(training.inputs.map(({ name, shape }) => [name, input({ name, shape })]));
  const made = new Map(
    training.layers.map((spec) => [
      spec.name,
      factory(layers, spec.class)({ ...makeOptions(spec.options), name: spec.name }) as layers.Layer,
    ]),
  );
  const row = training.layers.map(({ name }, i) => ({
    layer: name,
    inputs: [i === 0 ? (training.inputs[0]?.name as string) : (training.layers[i - 1]?.name as string)],
    output: name,
  }));
  const calls = training.calls ?? row;
  for (const call of calls) {
    const inputs = call.inputs.map((name) => values.get(name) as Tensor);
    values.set(call.output, (made.get(call.layer) as layers.Layer).apply(inputs.length === 1 ? (inputs[0] as Tensor) : inputs));
  }
  const outputs = (training.outputs ?? [calls.at(-1)?.output as string]).map((name) => values.get(name) as Tensor);
  const inputs = training.inputs.map(({ name }) => values.get(name) as Tensor);
  const net = model({
    inputs: inputs.length === 1 ? (inputs[0] as Tensor) : inputs,
    outputs: outputs.length === 1 ? (outputs[0] as Tensor) : outputs,
  });
  const { optimizer, loss, lossWeights, metrics } = training.compile;
  const makeLoss = (spec: Named): never => factory(losses, spec.class)(spec.options);
  net.compile({
    optimizer: factory(optimizers, optimizer.class)(optimizer.options),
    loss:
      'class' in loss
        ? makeLoss(loss as Named)
        : (Object.fromEntries(Object.entries(loss).map(([name, spec]) => [name, makeLoss(spec)])) as never),
    ...(lossWeights && { lossWeights }),
    metrics,
  });
  return net;
}

/** Samples `begin` to `end` of inputs or targets. */
export function arrays(
  tensors: Record<string, GoldenTensor>,
  begin: number,
  end: number,
  labels: boolean,
): Record<string, HostArray> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const values = goldenValues(tensor);
      const rowSize = values.length / (tensor.shape[0] as number);
      const part = values.subarray(begin * rowSize, end * rowSize);
      const isClass = labels && 'classes' in tensor;
      const data = isClass ? Int32Array.from(part) : part;
      return [name, { data, shape: [end - begin, ...tensor.shape.slice(1)], dtype: isClass ? 'int32' : 'float64' }];
    }),
  );
}
