/** Configurations in Keras's form, and models from them. */

import {
  type CustomObjects,
  clearSession,
  input,
  layers,
  Model,
  model,
  modelFromJSON,
  ops,
  sequential,
  type Tensor,
} from 'laminet';
import { beforeEach, describe, expect, it } from 'vitest';
import { deserializeLayer } from '../../lib/models/deserialize.js';
import type { KerasObject } from '../../lib/models/keras_config.js';
import { serializeLayer } from '../../lib/models/serialize.js';
import { loadGolden } from '../harness/golden.js';

const golden = loadGolden<{ layers: { class: string; config: KerasObject }[]; models: { name: string; json: object }[] }>(
  'configs',
);

/** Parts of Keras's form that say nothing here: options that the library lacks, all of them off. */
const lacking = new Set([
  'input_axes',
  'output_axes',
  'quantization_config',
  'renorm',
  'renorm_clipping',
  'renorm_momentum',
  'synchronized',
  'rms_scaling',
  'antialias',
  'fill_mode',
  'compile_config',
  'activity_regularizer',
  'build_config',
]);

/** `value` without what is lacking, and with Keras's lists in one form. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, entry]) => !lacking.has(key) && !(key === 'mask' && entry === null));
  return Object.fromEntries(entries.map(([key, entry]) => [key, key === 'dtype' ? dtypeName(entry) : comparable(entry)]));
}

const dtypeName = (dtype: unknown): unknown => (typeof dtype === 'string' ? dtype : (dtype as KerasObject).config.name);

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

beforeEach(() => clearSession());

const context = { where: 'modelFromJSON', customObjects: {}, safeMode: true };

describe('layers in the form of Keras', () => {
  for (const { class: name, config } of golden.layers) {
    it(name, () => {
      const layer = deserializeLayer(config, context);
      expect(layer.className).toBe(name);
      expect(comparable(json(serializeLayer(layer)))).toEqual(comparable(config));
    });
  }

  it('names options that are not supported', () => {
    const { config } = golden.layers.find((entry) => entry.class === 'BatchNormalization')!;
    const renormalized = { ...config, config: { ...config.config, renorm: true } };
    expect(() => deserializeLayer(renormalized, context)).toThrow(
      "modelFromJSON: BatchNormalization 'batch_normalization' has options that are not supported: renorm true; expected them null or false",
    );
  });
});

describe('models in the form of Keras', () => {
  for (const { name, json: kerasJson } of golden.models) {
    it(`${name}: read and written`, () => {
      const net = modelFromJSON(kerasJson);
      expect(comparable(json(net))).toEqual(comparable(kerasJson));
    });
  }

  it('writes the sequential model that Keras writes', () => {
    const net = sequential([
      input({ shape: [8, 8, 3] }),
      layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', kernelRegularizer: 'l2' }),
      layers.batchNormalization(),
      layers.leakyReLU({ negativeSlope: 0.1 }),
      layers.maxPooling2d(),
      layers.dropout({ rate: 0.5 }),
      layers.flatten(),
      layers.dense({ units: 2, activation: 'softmax' }),
    ]);
    expect(comparable(json(net))).toEqual(comparable(golden.models[0]!.json));
  });

  it('writes the functional model that Keras writes', () => {
    const image = input({ shape: [8, 8, 3], name: 'image' });
    const maps = layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }).apply(image);
    const frozen = layers.batchNormalization().apply(maps, { training: false });
    const total = layers.add().apply([maps, frozen]);
    const base = sequential([input({ shape: [8, 8, 4] }), layers.flatten(), layers.dense({ units: 2 })], { name: 'base' });
    const net = model({ inputs: image, outputs: [base.apply(total), base.apply(frozen)], name: 'net' });
    expect(comparable(json(net))).toEqual(comparable(golden.models[1]!.json));
  });

  it('says what layers with weights were built for', () => {
    const net = json(modelFromJSON(golden.models[0]!.json)) as KerasObject;
    const kerasLayers = (golden.models[0]!.json as KerasObject).config.layers as KerasObject[];
    for (const [i, layer] of (net.config.layers as KerasObject[]).entries()) {
      if (kerasLayers[i]!.build_config) expect(layer.build_config).toEqual(kerasLayers[i]!.build_config);
    }
  });

  it('keeps inputs and outputs by name', async () => {
    const [a, b] = [input({ shape: [2], name: 'a' }), input({ shape: [2], name: 'b' })];
    const net = model({ inputs: { a, b }, outputs: [layers.subtract().apply([a, b])] });
    const twin = modelFromJSON(JSON.stringify(net));
    const [y] = twin.apply<Tensor[]>({ b: ops.ones([1, 2]), a: ops.zeros([1, 2]) });
    expect(await y!.array()).toEqual([[-1, -1]]);
  });
});

class Scale extends layers.Layer {
  static override readonly optionNames = ['factor', 'mode', 'scaleInitializer'];
  readonly factor: number;
  readonly mode: string;
  readonly scaleInitializer: unknown;

  constructor(options: { factor: number; mode: string; scaleInitializer?: unknown; name?: string }) {
    super(options);
    this.factor = options.factor;
    this.mode = options.mode;
    this.scaleInitializer = options.scaleInitializer ?? null;
  }

  override call(x: Tensor): Tensor {
    return ops.mul(x, this.factor);
  }
}

describe('custom classes', () => {
  const customObjects: CustomObjects = { Scale };

  it('are read with customObjects and keep their words', () => {
    const net = sequential([input({ shape: [2] }), new Scale({ factor: 3, mode: 'aB_c' })]);
    const twin = modelFromJSON(JSON.stringify(net), { customObjects });
    expect((twin.layers[0] as Scale).getConfig()).toEqual(net.layers[0]!.getConfig());
    expect(json(twin)).toEqual(json(net));
  });

  it('are unknown without', () => {
    const net = sequential([input({ shape: [2] }), new Scale({ factor: 3, mode: 'x' })]);
    expect(() => modelFromJSON(JSON.stringify(net))).toThrow(
      /^modelFromJSON: unknown layer class 'Scale'; expected one of InputLayer, /,
    );
  });
});

describe('what cannot be saved', () => {
  it('an op that Keras does not have', () => {
    const x = input({ shape: [2, 2] });
    const net = model({ inputs: x, outputs: ops.matMul(x, x, { transposeB: true }) });
    expect(() => net.toJSON()).toThrow(
      /: matMul with a transposed operand cannot be saved: Keras has no operation for it; write a layer class for it$/,
    );
  });

  it('a function', () => {
    const net = sequential([input({ shape: [2] }), layers.lambda((x) => ops.neg(x))]);
    expect(() => net.toJSON()).toThrow(
      "Layer 'lambda' (Lambda): a function without a name cannot be saved; give it one, and pass it to loadModel in customObjects",
    );
  });

  it('a model with its own call', () => {
    class Own extends Model {
      override call(x: Tensor): Tensor {
        return x;
      }
    }
    expect(() => new Own().toJSON()).toThrow(
      "Model 'own' (Own): a model with a call of its own cannot be saved unless its class has a getConfig; give it one, or save its weights",
    );
  });

  it('something else than a model', () => {
    expect(() => modelFromJSON({ class_name: 'Dense', config: {} })).toThrow(
      "modelFromJSON: received class 'Dense'; expected Sequential or Functional",
    );
  });
});
