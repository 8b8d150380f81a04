/** Models that are a row of layers. */

import { clearSession, input, layers, type Sequential, sequential, type Tensor, tensor } from 'laminet';
import { beforeEach, describe, expect, it } from 'vitest';
import { numbers } from '../harness/layer.js';

beforeEach(() => clearSession());

const net = (): Sequential =>
  sequential([
    layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1] }),
    layers.batchNormalization(),
    layers.maxPooling2d(),
    layers.flatten(),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);

describe('sequential', () => {
  it('is built at once when its input is known', () => {
    const model = net();
    expect(model.built).toBe(true);
    expect(model.layers.map(({ name }) => name)).toEqual(['conv2d', 'batch_normalization', 'max_pooling2d', 'flatten', 'dense']);
    expect(model.weights.map(({ path }) => path)).toEqual([
      'sequential/conv2d/kernel',
      'sequential/conv2d/bias',
      'sequential/batch_normalization/gamma',
      'sequential/batch_normalization/beta',
      'sequential/batch_normalization/moving_mean',
      'sequential/batch_normalization/moving_variance',
      'sequential/dense/kernel',
      'sequential/dense/bias',
    ]);
    expect(model.countParams()).toBe(40 + 16 + 36 * 3 + 3);
    expect([model.inputNames, model.outputNames]).toEqual([['input_layer'], ['dense']]);
    expect([model.inputShapes(), model.inputDTypes()]).toEqual([[[null, 8, 8, 1]], ['float32']]);
    expect((model.output as Tensor).shape).toEqual([null, 3]);
  });

  it('takes an input as its first layer', () => {
    const model = sequential([input({ shape: [2], name: 'x' }), layers.dense({ units: 1 })]);
    expect([model.inputNames, model.layers.length, model.built]).toEqual([['x'], 1, true]);
  });

  it('is built by the first data else', async () => {
    const model = sequential([layers.dense({ units: 2, kernelInitializer: 'ones' }), layers.reLU()]);
    expect([model.built, model.inputShapes(), model.outputNames, model.weights.length]).toEqual([false, [null], ['re_lu'], 0]);
    expect(await numbers(model.apply(tensor([[1, 2]])))).toEqual([3, 3]);
    expect([model.built, model.inputShapes(), model.weights.length]).toEqual([true, [[null, 2]], 2]);
    expect(
      await numbers(
        model.apply(
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ),
      ),
    ).toEqual([3, 3, 7, 7]);
  });

  it('is built for shapes that the trainer finds', () => {
    const model = sequential([layers.dense({ units: 2 })]);
    model.buildFor([[null, 5]]);
    expect(model.countParams()).toBe(12);
    expect(() =>
      sequential([layers.dense({ units: 2 })]).buildFor([
        [null, 1],
        [null, 1],
      ]),
    ).toThrow("Model 'sequential_1' (Sequential): expected 1 input, received 2; use model({ inputs, outputs })");
  });

  it('grows and shrinks', () => {
    const model = sequential([input({ shape: [4] })]);
    model.add(layers.dense({ units: 3 }));
    model.add(layers.dense({ units: 2 }));
    expect((model.output as Tensor).shape).toEqual([null, 2]);
    expect(model.pop().name).toBe('dense_1');
    expect((model.output as Tensor).shape).toEqual([null, 3]);
    model.add(layers.dense({ units: 5 }));
    expect([(model.output as Tensor).shape, model.weights.length]).toEqual([[null, 5], 4]);
    model.pop();
    model.pop();
    expect(() => model.pop()).toThrow("Model 'sequential' (Sequential): pop: the model has no layers");
  });

  it('casts what it is given to its input', async () => {
    const model = sequential([input({ shape: [2] }), layers.flatten()]);
    const y = model.apply(tensor(new Uint8Array([1, 2]), [1, 2]));
    expect([y.dtype, await numbers(y)]).toEqual(['float32', [1, 2]]);
  });

  it('accepts a last axis of 1 that is missing or too much', () => {
    const model = net();
    expect(model.apply(tensor(new Float32Array(128), [2, 8, 8])).shape).toEqual([2, 3]);
    expect(sequential([input({ shape: [3] }), layers.flatten()]).apply(tensor([[[1], [2], [3]]])).shape).toEqual([1, 3]);
  });

  it('gives parts of itself through symbolic tensors', async () => {
    const model = net();
    const layer = model.getLayer('max_pooling2d');
    expect((layer.output as Tensor).shape).toEqual([null, 3, 3, 4]);
    expect([model.getLayer(0).name, model.getLayer(-1).name]).toEqual(['conv2d', 'dense']);
    expect(model.getLayer('conv2d').getWeights()[0]!.shape).toEqual([3, 3, 1, 4]);
  });

  it('begins with a built model', () => {
    const base = net();
    const model = sequential([base, layers.dense({ units: 2 })]);
    expect([model.built, model.inputShapes(), model.weights.length]).toEqual([true, [[null, 8, 8, 1]], 10]);
    expect(model.weights.at(-1)!.path).toBe('sequential_1/dense_1/bias');
  });

  it('is frozen as a whole', () => {
    const model = net();
    model.trainable = false;
    expect([model.trainableWeights.length, model.nonTrainableWeights.length, model.layers[0]!.trainable]).toEqual([0, 8, false]);
  });
});

describe('errors of sequential', () => {
  it('for layers', () => {
    expect(() => sequential([3 as never])).toThrow("Model 'sequential' (Sequential): received 3; expected a layer");
    expect(() => sequential(layers.flatten() as never)).toThrow(
      'sequential: expected a list of layers: sequential([layer, ...], { name })',
    );
    const twice = [layers.flatten({ name: 'a' }), layers.reLU({ name: 'a' })];
    expect(() => sequential(twice)).toThrow(
      "Model 'sequential_2' (Sequential): a layer named 'a' is in the model already; expected unique names; pass another `name`",
    );
    expect(() => sequential([input({ shape: [1] }), input({ shape: [2], name: 'b' })])).toThrow(
      "Model 'sequential_3' (Sequential): the model takes [null, 1] already; received another input layer 'b'",
    );
    expect(() => sequential([], { nam: 'x' } as object)).toThrow("Sequential: unknown option 'nam'; did you mean 'name'?");
  });

  it('for names, listing those that exist', () => {
    const model = net();
    expect(() => model.getLayer('conv')).toThrow(
      "getLayer: no layer 'conv' in model 'sequential'; expected one of conv2d, batch_normalization, max_pooling2d, flatten, dense",
    );
    expect(() => model.getLayer(9)).toThrow("getLayer: index 9 is out of range; model 'sequential' has 5 layers");
  });

  it('for shapes, naming the layer or the model', () => {
    const model = net();
    expect(() => model.apply(tensor(new Float32Array(98), [2, 7, 7]))).toThrow(
      "Model 'sequential' (Sequential): input 'input_layer' has shape [2, 7, 7]; expected [null, 8, 8, 1]; reshape it",
    );
    expect(() => sequential([layers.conv2d({ filters: 1, kernelSize: 3, inputShape: [4] })])).toThrow(
      "Layer 'conv2d_1' (Conv2D): expected 4 dimensions [batch, height, width, channels], received [null, 4]; add a reshape before it",
    );
  });

  it('before the input is known', () => {
    const model = sequential([layers.dense({ units: 1 })]);
    expect(() => model.output).toThrow(
      "Model 'sequential' (Sequential): output: the shape of the input is not known; start with input({ shape }) or give inputShape to the first layer",
    );
    expect(() => sequential([]).build([null, 1])).toThrow('build: the model has no layers; call add(layer) first');
  });

  it('leave the model as it was', async () => {
    const model = sequential([input({ shape: [4] }), layers.dense({ units: 2, kernelInitializer: 'ones' })]);
    expect(() => model.add(layers.conv2d({ filters: 1, kernelSize: 1 }))).toThrow("Layer 'conv2d' (Conv2D)");
    expect(model.layers.length).toBe(1);
    expect(await numbers(model.apply(tensor([[1, 1, 1, 1]])))).toEqual([4, 4]);
    expect(() => model.build([null, 5])).toThrow('build: the model takes [null, 4] already; received [null, 5]');
    const late = sequential([layers.flatten(), layers.conv2d({ filters: 1, kernelSize: 1 })]);
    expect(() => late.apply(tensor([[1]]))).toThrow("Layer 'conv2d_1' (Conv2D)");
    expect([late.built, late.stack.length]).toEqual([false, 2]);
  });
});
