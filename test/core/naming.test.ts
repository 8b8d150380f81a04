import {
  clearSession,
  input,
  layers,
  model,
  type NamingScheme,
  namingScheme,
  type Sequential,
  sequential,
  setNamingScheme,
} from 'laminet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

beforeEach(() => clearSession());
afterEach(() => setNamingScheme('keras3'));

const dense = (): ReturnType<typeof layers.dense> => layers.dense({ units: 2 });
const stack = (): Sequential => sequential([layers.dense({ units: 2, inputShape: [3] })]);

/** Names of two layers, two inputs, two functional and two sequential models. */
function names(scheme: NamingScheme): string[][] {
  setNamingScheme(scheme);
  const inputs = [input({ shape: [3] }), input({ shape: [3] })];
  const models = inputs.map((x) => model({ inputs: x, outputs: dense().apply(x) }));
  return [
    models.map((net) => net.layers[1]?.name ?? ''),
    models.map((net) => net.inputNames[0] ?? ''),
    models.map(({ name }) => name),
    [stack().name, stack().name],
  ];
}

describe('automatic names', () => {
  it('are those of Keras 3 by default', () => {
    expect(namingScheme()).toBe('keras3');
    expect(names('keras3')).toEqual([
      ['dense', 'dense_1'],
      ['input_layer', 'input_layer_1'],
      ['functional', 'functional_1'],
      ['sequential', 'sequential_1'],
    ]);
  });

  it('follow tf.keras 2', () => {
    expect(names('tfKeras2')).toEqual([
      ['dense', 'dense_1'],
      ['input_1', 'input_2'],
      ['model', 'model_1'],
      ['sequential', 'sequential_1'],
    ]);
  });

  it('follow Keras 2, which counts from 1', () => {
    expect(names('keras2')).toEqual([
      ['dense_1', 'dense_2'],
      ['input_1', 'input_2'],
      ['model_1', 'model_2'],
      ['sequential_1', 'sequential_2'],
    ]);
    const classes = [layers.maxPooling2d(), layers.globalAvgPool2d(), layers.leakyReLU(), layers.batchNormalization()];
    expect(classes.map(({ name }) => name)).toEqual([
      'max_pooling2d_1',
      'global_average_pooling2d_1',
      'leaky_re_lu_1',
      'batch_normalization_1',
    ]);
  });

  it('number the input of a sequential model in Keras 3, and name it after its first layer in Keras 2', () => {
    expect([stack(), stack()].map((net) => net.inputNames[0])).toEqual(['input_layer', 'input_layer_1']);
    setNamingScheme('tfKeras2');
    expect(stack().inputNames).toEqual(['dense_2_input']);
    const late = sequential([dense()]);
    late.build([null, 3]);
    expect(late.inputNames).toEqual(['dense_3_input']);
    const inputs = input({ shape: [1] });
    expect(model({ inputs, outputs: dense().apply(inputs) }).inputNames).toEqual(['input_1']);
  });

  it('count the model inside a sequential one in Keras 3 only', () => {
    const next = (): string => {
      const x = input({ shape: [3] });
      return model({ inputs: x, outputs: dense().apply(x) }).name;
    };
    stack();
    expect(next()).toBe('functional_1');
    setNamingScheme('tfKeras2');
    stack();
    expect(next()).toBe('model');
  });

  it('start anew with clearSession, which leaves the scheme', () => {
    setNamingScheme('keras2');
    expect([dense().name, layers.dense({ units: 1, name: 'mine' }).name, dense().name]).toEqual(['dense_1', 'mine', 'dense_2']);
    clearSession();
    expect(dense().name).toBe('dense_1');
  });

  it('keep the scheme that they were given in', () => {
    const before = dense();
    setNamingScheme('keras2');
    expect([before.name, dense().name]).toEqual(['dense', 'dense_2']);
  });

  it('refuse an unknown scheme', () => {
    expect(() => setNamingScheme('keras1' as NamingScheme)).toThrow(
      "setNamingScheme: unknown scheme 'keras1'; did you mean 'keras3'?",
    );
    expect(namingScheme()).toBe('keras3');
  });
});
