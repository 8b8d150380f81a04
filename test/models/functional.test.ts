/** Models made of symbolic tensors, and models with a call of their own. */

import { clearSession, input, layers, Model, model, ops, sequential, type Tensor, tensor } from 'laminet';
import { beforeEach, describe, expect, it } from 'vitest';
import { numbers } from '../harness/layer.js';

beforeEach(() => clearSession());

describe('model', () => {
  it('joins several inputs and gives several outputs', async () => {
    const [a, b] = [input({ shape: [2], name: 'a' }), input({ shape: [2], name: 'b' })];
    const sum = layers.add({ name: 'sum' }).apply([a, b]);
    const net = model({ inputs: [a, b], outputs: [sum, layers.subtract({ name: 'difference' }).apply([a, b])] });
    expect([net.inputNames, net.outputNames]).toEqual([
      ['a', 'b'],
      ['sum', 'difference'],
    ]);
    const [x, y] = [tensor([[1, 2]]), tensor([[3, 5]])];
    const [s, d] = net.apply<Tensor[]>([x, y]);
    expect([await numbers(s!), await numbers(d!)]).toEqual([
      [4, 7],
      [-2, -3],
    ]);
    const [again] = net.apply<Tensor[]>({ b: y, a: x });
    expect(await numbers(again!)).toEqual([4, 7]);
    expect(net.name).toBe('functional');
  });

  it('orders layers as Keras does', () => {
    const x = input({ shape: [4], name: 'x' });
    const long = layers.dense({ units: 4, name: 'l2' }).apply(layers.dense({ units: 4, name: 'l1' }).apply(x));
    const short = layers.dense({ units: 4, name: 's' }).apply(x);
    const net = model({ inputs: x, outputs: layers.add({ name: 'end' }).apply([short, long]) });
    expect(net.layers.map(({ name }) => name)).toEqual(['x', 'l1', 's', 'l2', 'end']);
    expect(net.weights.map(({ path }) => path)).toEqual(['l1/kernel', 'l1/bias', 's/kernel', 's/bias', 'l2/kernel', 'l2/bias']);
  });

  it('shares a layer: two calls, one set of weights', async () => {
    const shared = layers.dense({ units: 1, kernelInitializer: 'ones' });
    const [a, b] = [input({ shape: [2] }), input({ shape: [2] })];
    const net = model({ inputs: [a, b], outputs: layers.concatenate().apply([shared.apply(a), shared.apply(b)]) });
    expect([net.weights.length, net.countParams()]).toEqual([2, 3]);
    expect(await numbers(net.apply([tensor([[1, 2]]), tensor([[3, 4]])]))).toEqual([3, 7]);
  });

  it('nests, and shares nested models', async () => {
    const base = sequential([input({ shape: [2] }), layers.dense({ units: 1, kernelInitializer: 'ones', name: 'inner' })], {
      name: 'base',
    });
    const x = input({ shape: [2] });
    const net = model({ inputs: x, outputs: layers.add().apply([base.apply(x), base.apply(layers.reLU().apply(x))]) });
    expect(net.weights.map(({ path }) => path)).toEqual(['base/inner/kernel', 'base/inner/bias']);
    expect(await numbers(net.apply(tensor([[-1, 3]])))).toEqual([5]);
    expect(() => net.getLayer('inner')).toThrow(
      "getLayer: no layer 'inner' in model 'functional_1'; expected one of input_layer_1, ",
    );
    expect((net.getLayer('base') as Model).getLayer('inner').built).toBe(true);
  });

  it('is made of parts of other models', async () => {
    const whole = sequential([
      input({ shape: [2] }),
      layers.dense({ units: 3, kernelInitializer: 'ones' }),
      layers.dense({ units: 1 }),
    ]);
    const features = model({ inputs: whole.input, outputs: whole.layers[0]!.output });
    expect(await numbers(features.apply(tensor([[1, 2]])))).toEqual([3, 3, 3]);
    const head = model({ inputs: whole.layers[0]!.output, outputs: whole.output });
    expect(head.inputShapes()).toEqual([[null, 3]]);
    expect(head.weights.length).toBe(2);
    expect(head.apply(tensor([[1, 2, 3]])).shape).toEqual([1, 1]);
  });

  it('keeps the training that a call was given', async () => {
    const x = input({ shape: [100] });
    const dropped = layers.dropout({ rate: 0.5 }).apply(x, { training: true });
    const quiet = layers.dropout({ rate: 0.5 }).apply(x, { training: false });
    const net = model({ inputs: x, outputs: [dropped, quiet] });
    const [first] = net.apply<Tensor[]>(ops.ones([1, 100]), { training: false });
    const [, second] = net.apply<Tensor[]>(ops.ones([1, 100]), { training: true });
    expect((await numbers(first!)).includes(0)).toBe(true);
    expect((await numbers(second!)).includes(0)).toBe(false);
  });

  it('takes sizes that vary', async () => {
    const x = input({ shape: [null, null, 3] });
    const maps = layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }).apply(x);
    const resized = layers.resizing({ height: 6, width: 6 }).apply(maps);
    const net = model({ inputs: x, outputs: layers.globalAveragePooling2d().apply(resized) });
    expect([maps.shape, resized.shape, (net.output as Tensor).shape]).toEqual([
      [null, null, null, 4],
      [null, 6, 6, 4],
      [null, 4],
    ]);
    expect(net.apply(ops.ones([2, 9, 7, 3])).shape).toEqual([2, 4]);
    expect(net.apply(ops.ones([1, 4, 4, 3])).shape).toEqual([1, 4]);
    // Nested once more, the sizes are still unknown.
    const y = input({ shape: [null, null, 3] });
    expect(model({ inputs: y, outputs: net.apply(y) }).apply(ops.ones([1, 5, 5, 3])).shape).toEqual([1, 4]);
  });

  it('holds ops on symbolic tensors as layers', async () => {
    const x = input({ shape: [2] });
    const y = ops.relu(ops.sub(ops.mul(2, x), 1));
    const net = model({ inputs: x, outputs: ops.add(y, ops.add(x, 1)) });
    expect(net.layers.map(({ name }) => name)).toEqual(['input_layer', 'multiply', 'subtract', 'relu', 'add', 'add_1']);
    expect(net.layers.at(-1)!.className).toBe('Add');
    expect(await numbers(net.apply(tensor([[0, 3]])))).toEqual([1, 9]);
  });

  it('uses tensors with numbers as constants', async () => {
    const x = input({ shape: [2] });
    const net = model({
      inputs: x,
      outputs: ops.matMul(
        x,
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    });
    expect(await numbers(net.apply(tensor([[1, 1]])))).toEqual([4, 6]);
  });

  it('may return an input', async () => {
    const x = input({ shape: [2] });
    const net = model({ inputs: x, outputs: [x, layers.reLU().apply(x)] });
    const [same] = net.apply<Tensor[]>(tensor([[-1, 1]]));
    expect(await numbers(same!)).toEqual([-1, 1]);
  });
});

describe('errors of model', () => {
  const x = () => input({ shape: [2], name: 'x' });

  it('for inputs and outputs that are not symbolic', () => {
    expect(() => model({ inputs: tensor([1]), outputs: x() })).toThrow(
      'model: inputs: received DeviceTensor float32[1]; expected tensors made by input() or by layers applied to them',
    );
    expect(() => model({ inputs: [], outputs: x() })).toThrow('model: inputs is empty; expected at least one tensor');
    expect(() => model({ inputs: x() } as never)).toThrow('received a value of type undefined as input; expected a tensor');
    expect(() => model({ input: x() } as never)).toThrow("model: unknown option 'input'; did you mean 'inputs'?");
  });

  it('for outputs that depend on something else', () => {
    const [a, b] = [input({ shape: [2], name: 'a' }), input({ shape: [2], name: 'b' })];
    const sum = layers.add().apply([layers.reLU().apply(a), b]);
    expect(() => model({ inputs: a, outputs: sum })).toThrow(
      "the outputs depend on the input 'b' [null, 2], which is not among the model's inputs; add it to inputs; layers reached before: a, re_lu",
    );
  });

  it('for names that two layers have', () => {
    const a = x();
    const twice = layers.reLU({ name: 'r' }).apply(layers.flatten({ name: 'r' }).apply(a));
    expect(() => model({ inputs: a, outputs: twice })).toThrow(
      "the name 'r' is used by two layers; expected unique names; pass another `name` to one",
    );
  });

  it('for calls with other inputs', () => {
    const [a, b] = [input({ shape: [2], name: 'a' }), input({ shape: [2], name: 'b' })];
    const net = model({ inputs: [a, b], outputs: layers.add().apply([a, b]), name: 'net' });
    expect(() => net.apply(tensor([[1, 2]]))).toThrow("Model 'net' (Functional): expected 2 inputs (a, b), received 1");
    expect(() => net.apply({ a: tensor([[1, 2]]), c: tensor([[1, 2]]) })).toThrow(
      "Model 'net' (Functional): the input 'b' is missing: received a, c; expected a, b",
    );
    expect(() => net.apply([tensor([[1, 2]]), tensor([[1, 2, 3]])])).toThrow(
      "Model 'net' (Functional): input 'b' has shape [1, 3]; expected [null, 2]; reshape it",
    );
  });

  it('for symbolic tensors inside a call', () => {
    const outside = x();
    const layer = layers.lambda((y) => ops.add(y, outside));
    expect(() => layer.apply(input({ shape: [2] }))).toThrow(
      "Layer 'lambda' (Lambda): the symbolic tensor 'x' [null, 2] is used inside a layer's call; use the tensor that call receives",
    );
  });
});

/** A residual block as a model of its own. */
class Residual extends Model {
  readonly convolution: layers.Conv2D;
  readonly normalization = layers.batchNormalization();

  constructor(filters: number, options: { name?: string } = {}) {
    super(options);
    this.convolution = layers.conv2d({ filters, kernelSize: 3, padding: 'same' });
  }

  override call(x: Tensor): Tensor {
    return ops.relu(ops.add(x, this.normalization.apply(this.convolution.apply(x))));
  }
}

describe('a model with its own call', () => {
  it('is built by data, and counts its weights once', async () => {
    const net = new Residual(2);
    expect([net.name, net.built, net.inputShapes()]).toEqual(['residual', false, [null]]);
    net.buildFor([[null, 4, 4, 2]]);
    expect([net.built, net.weights.length, net.countParams(), net.inputShapes()]).toEqual([true, 6, 46, [[null, 4, 4, 2]]]);
    expect(net.weights[0]!.path).toBe('residual/conv2d/kernel');
    expect([net.inputNames, net.outputNames]).toEqual([['input'], ['output']]);
    expect(net.apply(ops.ones([1, 4, 4, 2])).shape).toEqual([1, 4, 4, 2]);
    expect(net.getLayer('conv2d')).toBe(net.convolution);
  });

  it('is a layer of other models, and passes training on', async () => {
    const block = new Residual(2);
    const net = sequential([input({ shape: [4, 4, 2] }), block, layers.globalAveragePooling2d()]);
    net.apply(ops.ones([2, 4, 4, 2]), { training: true });
    const moving = await numbers(block.normalization.movingVariance as Tensor);
    expect(moving.every((value) => value !== 1)).toBe(true);
    expect(net.trainableWeights.length).toBe(4);
  });

  it('prints its layers', () => {
    const net = new Residual(2);
    net.buildFor([[null, 4, 4, 2]]);
    let text = '';
    net.summary({ lineLength: 88, printFn: (printed) => (text += printed) });
    expect(text).toContain('│ conv2d (Conv2D)                      │ (None, 4, 4, 2)             │              38 │');
    expect(text).toContain(' Total params: 46 (184.00 B)\n Trainable params: 42 (168.00 B)\n Non-trainable params: 4 (16.00 B)');
  });
});
