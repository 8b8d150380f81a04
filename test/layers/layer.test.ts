/** What every layer has from its base: names, weights, calls, errors. */

import { clearSession, compile, grad, input, layers, ops, type Shape, setFloatx, type Tensor, tensor, Variable } from 'laminet';
import { beforeEach, describe, expect, it } from 'vitest';
import { inContext } from '../../lib/layers/context.js';
import { numbers } from '../harness/layer.js';

beforeEach(() => clearSession());

/** A layer with one weight of each kind. */
class Affine extends layers.Layer {
  scale!: Variable;
  calls!: Variable;

  override build(inputShape: Shape): void {
    this.calls = this.addWeight({ name: 'calls', shape: [], initializer: 'zeros', trainable: false });
    this.scale = this.addWeight({ name: 'scale', shape: [inputShape.at(-1) as number], initializer: 'ones', regularizer: 'l2' });
  }

  override call(x: Tensor): Tensor {
    this.calls.assign(ops.add(this.calls, 1));
    return ops.mul(x, this.scale);
  }
}

/** A layer made of layers, without a build of its own. */
class Block extends layers.Layer {
  readonly first = layers.dense({ units: 3 });
  readonly rest = [layers.dropout({ rate: 0.5, seed: 1 }), layers.dense({ units: 2, useBias: false })];

  override call(x: Tensor): Tensor {
    return this.rest.reduce<Tensor>((y, layer) => layer.apply(y), this.first.apply(x));
  }
}

describe('names', () => {
  it('count up by class, as in Keras', () => {
    const names = [
      layers.conv2d({ filters: 1, kernelSize: 1 }),
      layers.conv2d({ filters: 1, kernelSize: 1 }),
      layers.conv2d({ filters: 1, kernelSize: 1, name: 'mine' }),
      layers.conv2d({ filters: 1, kernelSize: 1 }),
      layers.maxPooling2d(),
      layers.leakyReLU(),
      layers.reLU(),
      layers.pReLU(),
      layers.eLU(),
      layers.conv2dTranspose({ filters: 1, kernelSize: 1 }),
      layers.separableConv2d({ filters: 1, kernelSize: 1 }),
      layers.upSampling2d(),
      layers.globalAveragePooling2d(),
      layers.batchNormalization(),
      new Affine(),
    ].map(({ name }) => name);
    expect(names).toEqual([
      'conv2d',
      'conv2d_1',
      'mine',
      'conv2d_2',
      'max_pooling2d',
      'leaky_re_lu',
      're_lu',
      'p_re_lu',
      'elu',
      'conv2d_transpose',
      'separable_conv2d',
      'up_sampling2d',
      'global_average_pooling2d',
      'batch_normalization',
      'affine',
    ]);
  });

  it('start again after clearSession', () => {
    layers.flatten();
    clearSession();
    expect(layers.flatten().name).toBe('flatten');
  });

  it('must be usable in paths', () => {
    expect(() => layers.flatten({ name: 'a/b' })).toThrow(
      'Flatten: name "a/b"; expected a string that is not empty and has no \'/\'',
    );
    expect(() => layers.flatten({ name: '' })).toThrow('Flatten: name ""; expected a string that is not empty and has no \'/\'');
  });
});

describe('weights', () => {
  it('are trainable ones first, then fixed ones', () => {
    const layer = new Affine();
    layer.build([null, 3]);
    expect(layer.weights.map(({ path }) => path)).toEqual(['affine/scale', 'affine/calls']);
    expect(layer.trainableWeights.map(({ name }) => name)).toEqual(['scale']);
    expect(layer.nonTrainableWeights.map(({ name }) => name)).toEqual(['calls']);
    expect(layer.countParams()).toBe(4);
  });

  it('of inner layers come after own ones, in the order of the properties', () => {
    const block = new Block();
    block.apply(input({ shape: [4] }));
    expect(block.weights.map(({ path }) => path)).toEqual(['block/dense/kernel', 'block/dense/bias', 'block/dense_1/kernel']);
    expect(block.subLayers().map(({ name }) => name)).toEqual(['dense', 'dropout', 'dense_1']);
  });

  it('assigned as variables belong to the layer', () => {
    class Tied extends layers.Layer {
      readonly shift = new Variable(tensor([1, 2]), { name: 'shift' });
      override call(x: Tensor): Tensor {
        return ops.add(x, this.shift);
      }
    }
    expect(new Tied().trainableWeights.map(({ name }) => name)).toEqual(['shift']);
  });

  it('freeze with the layer and all inside', () => {
    const block = new Block({ trainable: false });
    block.build([null, 4]);
    expect([block.weights.length, block.trainableWeights.length, block.nonTrainableWeights.length]).toEqual([3, 0, 3]);
    block.trainable = true;
    expect(block.trainableWeights.length).toBe(3);
    block.trainable = false;
    expect(block.first.trainable).toBe(false);
    expect(block.first.trainableWeights).toEqual([]);
    expect(block.regularizationLosses()).toEqual([]);
  });

  it('are read as copies and set together', async () => {
    const layer = layers.dense({ units: 2 });
    layer.build([null, 1]);
    layer.setWeights([[[1, 2]], new Float32Array([3, 4])]);
    const [kernel, bias] = layer.getWeights();
    layer.setWeights([tensor([[5, 6]]), tensor([7, 8])]);
    expect([await kernel!.array(), await bias!.array()]).toEqual([[[1, 2]], [3, 4]]);
    expect(await numbers(layer.apply(tensor([[1]])))).toEqual([12, 14]);
  });

  it('refuse values that do not fit, and change nothing then', async () => {
    const layer = layers.dense({ units: 2 });
    expect(() => layer.setWeights([1])).toThrow(
      "Layer 'dense' (Dense): setWeights: received 1 values; expected 0; the layer is not built yet",
    );
    layer.build([null, 1]);
    layer.setWeights([[[1, 2]], [3, 4]]);
    expect(() => layer.setWeights([])).toThrow("Layer 'dense' (Dense): setWeights: received 0 values; expected 2");
    expect(() => layer.setWeights([[[9, 9]], tensor([[1]])])).toThrow(
      "Layer 'dense' (Dense): setWeights: 'dense/bias' has shape [2]; received [1, 1]",
    );
    expect(() => layer.setWeights([[[9, 9]], new Float32Array(3)])).toThrow(
      "Layer 'dense' (Dense): setWeights: 'dense/bias' has shape [2]; received 3 values",
    );
    expect(await numbers(layer.apply(tensor([[1]])))).toEqual([4, 6]);
  });

  it('are counted only once built', () => {
    expect(() => layers.dense({ units: 2 }).countParams()).toThrow(
      "Layer 'dense' (Dense): countParams: the layer is not built; call build(inputShape) or apply it first",
    );
    expect(layers.flatten().countParams()).toBe(0);
  });

  it('are made in build only', () => {
    const layer = new Affine();
    layer.build([null, 2]);
    expect(() => layer.addWeight({ name: 'late', shape: [1] })).toThrow(
      "addWeight 'late': the layer is built already; add weights in build()",
    );
    expect(() => layer.build([null, 2])).toThrow("Layer 'affine' (Affine): addWeight 'calls': the layer is built already");
  });

  it('need known sizes', () => {
    class Wide extends layers.Layer {
      override build(inputShape: Shape): void {
        this.addWeight({ name: 'w', shape: inputShape });
      }
      override call(x: Tensor): Tensor {
        return x;
      }
    }
    expect(() => new Wide().build([null, 2])).toThrow(
      "Layer 'wide' (Wide): weight 'w': shape [null, 2]; expected positive integers: sizes that weights depend on must be known",
    );
    expect(() => layers.dense({ units: 2 }).apply(input({ shape: [null] }))).toThrow(
      "Layer 'dense' (Dense): the number of features (axis 1) must be known, received [null, null]; give it in the shape of the model's input",
    );
  });

  it('cannot be used after dispose', async () => {
    const layer = layers.dense({ units: 1 });
    layer.build([null, 1]);
    layer.dispose();
    expect(() => layer.apply(tensor([[1]]))).toThrow("variable 'dense/kernel': it was disposed");
  });
});

describe('dtype', () => {
  it('is floatx at construction', () => {
    const single = layers.dense({ units: 1 });
    setFloatx('float64');
    const double = layers.dense({ units: 1 });
    setFloatx('float32');
    const x = tensor([[1, 2]]);
    expect([single.apply(x).dtype, double.apply(x).dtype]).toEqual(['float32', 'float64']);
    expect(double.weights[0]!.dtype).toBe('float64');
  });

  it('casts float inputs, and integers where the layer computes with floats', () => {
    const bytes = tensor(new Uint8Array([1, 2]), [1, 2]);
    expect(layers.dense({ units: 1 }).apply(bytes).dtype).toBe('float32');
    expect(layers.flatten().apply(bytes).dtype).toBe('uint8');
    expect(layers.flatten().apply(tensor(new Float64Array(2), [1, 2])).dtype).toBe('float32');
  });

  it('is checked', () => {
    expect(() => layers.flatten({ dtype: 'half' as 'float32' })).toThrow(
      'Flatten: unknown dtype or policy "half"; expected one of',
    );
    expect(() => setFloatx('int32' as 'float32')).toThrow("setFloatx: received 'int32'; expected 'float32' or 'float64'");
  });
});

describe('calls', () => {
  it('build once and keep the weights', async () => {
    const layer = new Affine();
    expect(layer.built).toBe(false);
    expect(await numbers(layer.apply(tensor([[1, 2]])))).toEqual([1, 2]);
    layer.apply(input({ shape: [2] }));
    layer.apply(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(layer.weights.length).toBe(2);
    expect(await layer.calls.array()).toBe(2);
  });

  it('inside a trace build outside of it', async () => {
    const layer = layers.dense({ units: 2, kernelInitializer: 'ones' });
    const run = compile((x) => layer.apply(x));
    expect(await numbers(run([[1, 2]]))).toEqual([3, 3]);
    expect(layer.weights.length).toBe(2);
  });

  it('are differentiated', async () => {
    const layer = layers.dense({ units: 2, kernelInitializer: 'ones' });
    expect(await numbers(grad((x) => ops.sum(layer.apply(x)))([[1, 2]]))).toEqual([2, 2]);
  });

  it('take tensors only', () => {
    const layer = layers.flatten();
    expect(() => layer.apply([[1, 2]] as never)).toThrow(
      "Layer 'flatten' (Flatten): received an array as input; expected a tensor or a list of tensors; make one with tensor(values)",
    );
    expect(() => layer.apply(new Float32Array(2) as never)).toThrow(
      'received a value of type object as input; expected a tensor',
    );
    expect(() => layer.apply(undefined as never)).toThrow('received a value of type undefined as input; expected a tensor');
  });

  it('check the options', () => {
    expect(() => layers.flatten().apply(tensor([[1]]), { trainning: true } as object)).toThrow(
      "Layer 'flatten' (Flatten): apply: unknown option 'trainning'; did you mean 'training'?",
    );
    expect(() => layers.flatten({ nam: 'x' } as object)).toThrow("Flatten: unknown option 'nam'; did you mean 'name'?");
    expect(() => new Affine({ rate: 1 } as object)).toThrow("Affine: unknown option 'rate'; did you mean 'name'?");
    expect(() => layers.flatten({ trainable: 1 as never })).toThrow('Flatten: trainable is 1; expected true or false');
  });

  it('return lists and take records', async () => {
    class Split extends layers.Layer {
      override call({ a, b }: { a: Tensor; b: Tensor }): Tensor[] {
        return [ops.add(a, b), ops.sub(a, b)];
      }
    }
    const layer = new Split();
    const [x, y] = layer.apply<Tensor[]>({ a: tensor([3]), b: tensor([1]) });
    expect([await numbers(x!), await numbers(y!)]).toEqual([[4], [2]]);
    expect(layer.apply<Tensor[]>({ a: input({ shape: [2] }), b: input({ shape: [2] }) }).map(({ shape }) => shape)).toEqual([
      [null, 2],
      [null, 2],
    ]);
  });

  it('on symbolic tensors take computeOutputShape at its word', () => {
    class Declared extends layers.Layer {
      traced = 0;
      override computeOutputShape([batch]: Shape): Shape {
        return [batch ?? null, 7];
      }
      override call(x: Tensor): Tensor {
        this.traced++;
        return x;
      }
    }
    const layer = new Declared();
    expect(layer.apply(input({ shape: [2] })).shape).toEqual([null, 7]);
    expect(layers.dense({ units: 2 }).apply(layer.output as Tensor).shape).toEqual([null, 2]);
    expect(layer.traced).toBe(0);
  });

  it('remember their input and output', () => {
    const layer = layers.flatten();
    expect(() => layer.output).toThrow(
      "Layer 'flatten' (Flatten): output: the layer was not applied to a symbolic tensor; apply it to input({ shape }) first",
    );
    const x = input({ shape: [2, 3] });
    const y = layer.apply(x);
    expect([layer.input === x, layer.output === y]).toEqual([true, true]);
    expect(layers.add().apply([x, x]).shape).toEqual([null, 2, 3]);
  });
});

describe('training', () => {
  /** Gives 1 in training and 0 in inference. */
  class Mode extends layers.Layer {
    override call(x: Tensor, { training }: layers.CallOptions): Tensor {
      return ops.fill(x.shape, training ? 1 : 0);
    }
  }
  class Outer extends layers.Layer {
    readonly mode = new Mode();
    override call(x: Tensor): Tensor {
      return this.mode.apply(x);
    }
  }
  class Frozen extends layers.Layer {
    readonly mode = new Mode();
    override call(x: Tensor): Tensor {
      return this.mode.apply(x, { training: false });
    }
  }
  const x = tensor([[0]]);

  it('is false alone, explicit, or inherited through layers that do not know it', async () => {
    expect(await numbers(new Mode().apply(x))).toEqual([0]);
    expect(await numbers(new Mode().apply(x, { training: true }))).toEqual([1]);
    expect(await numbers(new Outer().apply(x, { training: true }))).toEqual([1]);
    expect(await numbers(new Outer().apply(x))).toEqual([0]);
  });

  it('given to the inner call wins', async () => {
    expect(await numbers(new Frozen().apply(x, { training: true }))).toEqual([0]);
  });

  it('comes from the trainer around', async () => {
    const run = compile((y) => inContext({ training: true, losses: [] }, () => new Outer().apply(y)));
    expect(await numbers(run(x))).toEqual([1]);
  });
});

describe('losses', () => {
  const total = (layer: layers.Layer, x: Tensor, training = true): Promise<number[]> =>
    numbers(
      compile((y) => {
        const losses: Tensor[] = [];
        inContext({ training, losses }, () => layer.apply(y));
        return ops.stack(losses);
      })(x),
    );

  it('of addLoss are collected, also from inside', async () => {
    class Penalty extends layers.Layer {
      override call(x: Tensor): Tensor {
        this.addLoss(ops.sum(x));
        return x;
      }
    }
    class Two extends layers.Layer {
      readonly inner = new Penalty();
      override call(x: Tensor): Tensor {
        this.addLoss(ops.mean(x));
        return this.inner.apply(x);
      }
    }
    expect(await total(new Two(), tensor([[1, 2]]))).toEqual([1.5, 3]);
    expect(() => new Penalty().addLoss(tensor(1))).toThrow(
      'addLoss: called outside call(); add losses while the layer is called',
    );
    // Outside training nobody asks for them.
    expect(await numbers(new Penalty().apply(tensor([[1, 2]])))).toEqual([1, 2]);
  });

  it('of activities are divided by the batch size', async () => {
    const x = tensor([
      [1, -2],
      [3, 4],
    ]);
    expect(await total(layers.activityRegularization({ l1: 1, l2: 0.5 }), x)).toEqual([(10 + 15) / 2]);
    const [loss] = await total(layers.reLU({ activityRegularizer: 'l2' }), x);
    expect(loss).toBeCloseTo((0.01 * 26) / 2);
  });

  it('of weights are regularized while they are trainable', async () => {
    const layer = layers.dense({ units: 1, kernelInitializer: 'ones', kernelRegularizer: 'l2', biasRegularizer: 'l1' });
    layer.build([null, 3]);
    const run = compile(() => ops.stack(layer.regularizationLosses()));
    expect((await numbers(run()))[0]).toBeCloseTo(0.03);
    layer.trainable = false;
    expect(layer.regularizationLosses()).toEqual([]);
  });
});

describe('errors', () => {
  it('name the innermost layer once', () => {
    const block = new Block();
    block.apply(input({ shape: [4] }));
    expect(() => block.apply(tensor([[1, 2]]))).toThrow(
      /^Layer 'dense' \(Dense\): expected size 4 on axis 1, received 2 in \[1, 2\]; it was built for 4$/,
    );
  });

  it('of ops name the layer that called them', () => {
    class Broken extends layers.Layer {
      override call(x: Tensor): Tensor {
        return ops.add(x, tensor([1, 2, 3]));
      }
    }
    expect(() => new Broken({ name: 'odd' }).apply(tensor([[1, 2]]))).toThrow(
      "Layer 'odd' (Broken): add: the shapes [1, 2] and [3] do not broadcast",
    );
  });

  it('of the wrong rank name the dimensions', () => {
    const layer = layers.conv2d({ filters: 2, kernelSize: 3, name: 'conv_1' });
    expect(() => layer.apply(tensor(new Float32Array(32 * 784), [32, 784]))).toThrow(
      "Layer 'conv_1' (Conv2D): expected 4 dimensions [batch, height, width, channels], received [32, 784]; add a reshape before it",
    );
    const first = layers.conv2d({ filters: 2, kernelSize: 3, dataFormat: 'channelsFirst', name: 'conv_2' });
    expect(() => first.apply(input({ shape: [3] }))).toThrow(
      "Layer 'conv_2' (Conv2D): expected 4 dimensions [batch, channels, height, width], received [null, 3]; add a reshape before it",
    );
    expect(() => layers.dense({ units: 1, name: 'd' }).apply(tensor([1]))).toThrow(
      "Layer 'd' (Dense): expected at least 2 dimensions, received [1]; add a reshape before it",
    );
  });

  it('of wrong channels name the number that the layer was built for', () => {
    const layer = layers.conv2d({ filters: 2, kernelSize: 1, name: 'conv' });
    layer.build([null, 8, 8, 3]);
    expect(() => layer.apply(input({ shape: [8, 8, 1] }))).toThrow(
      "Layer 'conv' (Conv2D): expected 3 channels, received 1 in [null, 8, 8, 1]; it was built for 3",
    );
  });

  it('leave the layer usable', async () => {
    const layer = layers.dense({ units: 1, kernelInitializer: 'ones' });
    expect(() => layer.apply(tensor([1]))).toThrow();
    expect(await numbers(layer.apply(tensor([[1, 2]])))).toEqual([3]);
    expect(() => layer.apply(tensor([[1]]))).toThrow();
    expect(await numbers(layer.apply(tensor([[1, 2]])))).toEqual([3]);
  });

  it('say how many inputs are expected', () => {
    const x = input({ shape: [2] });
    expect(() => layers.dense({ units: 1, name: 'd' }).apply([x, x])).toThrow("Layer 'd' (Dense): expected 1 input, received 2");
  });
});

describe('configuration', () => {
  it('lists the options of the class and of those it extends', () => {
    expect(layers.maxPooling2d({ poolSize: 3, name: 'pool' }).getConfig()).toEqual({
      name: 'pool',
      trainable: true,
      dtype: 'float32',
      poolSize: [3, 3],
      strides: [3, 3],
      padding: 'valid',
      dataFormat: 'channelsLast',
    });
  });

  it('makes parts again', () => {
    const layer = layers.dense({
      units: 1,
      kernelInitializer: 'heNormal',
      kernelRegularizer: 'l1',
      biasConstraint: 'nonNeg',
      activation: 'tanh',
    });
    const config = layer.getConfig();
    expect(config).toMatchObject({
      activation: 'tanh',
      kernelInitializer: { className: 'HeNormal', config: { seed: null } },
      kernelRegularizer: { className: 'L1', config: { l1: 0.01 } },
      biasConstraint: { className: 'NonNeg', config: {} },
    });
    expect(layers.Dense.fromConfig(config).getConfig()).toEqual(config);
    const unknown = { ...config, kernelInitializer: { className: 'Mine', config: {} } };
    expect(() => layers.Dense.fromConfig(unknown)).toThrow(
      "Dense: unknown initializer class 'Mine'; pass your own classes as customObjects",
    );
  });
});

describe('a build that fails', () => {
  class Half extends layers.Layer {
    fails = true;
    override build(): void {
      this.addWeight({ name: 'first', shape: [2] });
      if (this.fails) this.addWeight({ name: 'second', shape: [null] });
    }
    override call(x: Tensor): Tensor {
      return x;
    }
  }

  it('can be repeated', () => {
    const layer = new Half();
    expect(() => layer.apply(tensor([[1]]))).toThrow("Layer 'half' (Half): weight 'second': shape [null]");
    expect([layer.built, layer.weights.length]).toEqual([false, 0]);
    layer.fails = false;
    layer.apply(tensor([[1]]));
    expect(layer.weights.map(({ path }) => path)).toEqual(['half/first']);
  });

  it('names the device memory that is missing', () => {
    const layer = layers.dense({ units: 1e9, useBias: false, kernelInitializer: 'zeros', name: 'huge' });
    expect(() => layer.build([null, 1e9])).toThrow(
      /^Layer 'huge' \(Dense\): weight 'kernel' float32\[1000000000, 1000000000\] needs 3552.71 PB; the device has .* GB; use smaller sizes$/,
    );
    expect([layer.built, layer.weights.length]).toEqual([false, 0]);
  });
});

it('weights made in the constructor have the path of their layer', () => {
  class Early extends layers.Layer {
    readonly factor = this.addWeight({ name: 'factor', shape: [] });
    override call(x: Tensor): Tensor {
      return ops.mul(x, this.factor);
    }
  }
  expect(new Early().weights.map(({ path }) => path)).toEqual(['early/factor']);
});
