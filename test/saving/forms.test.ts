import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ShapeError, ValueError } from '../../lib/core/errors.js';
import type { SymbolicTensor } from '../../lib/graph/symbolic.js';
import { layers, loadModel, type Model, modelFromJSON, ops, sequential, type Tensor, tensor } from '../../lib/index.js';
import { readHdf5, writeHdf5 } from '../../lib/saving/hdf5.js';
import { type LayeredModel, legacyContents, matchLegacy } from '../../lib/saving/legacy_file.js';
import { weightsContents } from '../../lib/saving/weights_file.js';
import { type Expected, expectPredictions } from './recorded.js';

const folder = join(import.meta.dirname, 'fixtures/forms');
const at = (name: string): string => join(folder, name);
const expectedOf = async (name: string): Promise<Expected> => JSON.parse(await readFile(at(`${name}.json`), 'utf8'));

const weightsOf = (model: Model): Promise<number[][]> =>
  Promise.all(model.weights.map(async (weight) => [...(await weight.data())]));

let made: string;
beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'laminet-forms-'));
});
afterAll(() => rm(made, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

describe('weights of 16 bits', () => {
  const make = (): Model =>
    sequential([layers.dense({ units: 1, name: 'float16', inputShape: [6] }), layers.dense({ units: 1, name: 'bfloat16' })]);

  it.each(['halves.weights.h5', 'halves.keras'])('%s: float16 and bfloat16 are widened to the same numbers', async (file) => {
    const { weights } = JSON.parse(await readFile(at('halves.json'), 'utf8')) as { weights: (number | 'Infinity')[][] };
    const model = make();
    await model.loadWeights(at(file));
    expect(await weightsOf(model)).toEqual(weights.map((values) => values.map(Number)));
  });

  it('models that compute in them have them', async () => {
    const { weights } = JSON.parse(await readFile(at('halves.json'), 'utf8')) as { weights: (number | 'Infinity')[][] };
    const model = await loadModel(at('halves.keras'));
    expect(model.weights.map(({ dtype }) => dtype)).toEqual(['float16', 'float16', 'bfloat16', 'bfloat16']);
    expect(await weightsOf(model)).toEqual(weights.map((values) => values.map(Number)));
  });
});

describe('lists of names in several attributes', () => {
  it('are one list', async () => {
    const expected = await expectedOf('parts');
    const model = await loadModel(at('parts.h5'));
    await expectPredictions(model, expected);
    const other = modelFromJSON(JSON.stringify(model));
    await other.loadWeights(at('parts.h5'), { byName: true });
    await expectPredictions(other, expected);
  });

  it('are written so when there are more than fit into one', { timeout: 60_000 }, async () => {
    const dense = (): Model =>
      sequential([layers.dense({ units: 2, name: 'first', inputShape: [3] }), layers.dense({ units: 1, name: 'last' })]);
    const between = Array.from({ length: 4000 }, (_, i) => layers.flatten({ name: `flat_${i}` }));
    const long = (of: Model): LayeredModel =>
      ({ layers: of.layers.toSpliced(1, 0, ...between), ownWeights: [] }) as Partial<LayeredModel> as LayeredModel;
    const [saved, other] = [dense(), dense()];
    const contents = await readHdf5('test', await writeHdf5('test', await legacyContents(long(saved), undefined, {}, {})));
    const { layer_names0, layer_names1, layer_names } = contents.groups.get('model_weights') ?? {};
    expect([layer_names0?.length, layer_names1, layer_names]).toEqual([4000, ['flat_3999', 'last'], undefined]);
    matchLegacy('test', contents, long(other)).apply('test', false);
    expect(await weightsOf(other)).toEqual(await weightsOf(saved));
  });
});

describe('files of TensorFlow 2.13', () => {
  it('say _layer_checkpoint_dependencies for layers, in nested models too', async () => {
    const make = (): Model =>
      sequential([
        sequential([layers.dense({ units: 2, inputShape: [3] })], { name: 'inner' }),
        layers.dense({ units: 1, name: 'last' }),
      ]);
    const saved = make();
    const { groups, arrays } = await weightsContents(saved, undefined);
    const older = <Value>(entries: Map<string, Value>): Map<string, Value> =>
      new Map([...entries].map(([path, value]) => [path.replaceAll('layers', '_layer_checkpoint_dependencies'), value]));
    const contents = { groups: older(groups), arrays: older(arrays) };
    expect(contents.arrays.has('_layer_checkpoint_dependencies/sequential/_layer_checkpoint_dependencies/dense/vars/0')).toBe(
      true,
    );
    const path = join(made, 'old.weights.h5');
    await writeFile(path, await writeHdf5('test', contents));
    const other = make();
    await other.loadWeights(path);
    expect(await weightsOf(other)).toEqual(await weightsOf(saved));
  });
});

describe('a functional model of Keras 2', () => {
  it('has calls as lists, with a shared layer, a merge and options of a call', async () => {
    const model = await loadModel(at('old.h5'));
    expect((model.input as SymbolicTensor[]).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(model.getLayer('shared').inboundNodes.map(({ inputs }) => (inputs as unknown as { name: string }).name)).toEqual([
      'a',
      'b',
    ]);
    expect(model.getLayer('norm').inboundNodes.map(({ training }) => training)).toEqual([false]);
    await expectPredictions(model, await expectedOf('old'));
  });
});

describe('weights by name for another model', () => {
  it('are those that Keras takes: a layer of another shape is skipped, new layers keep theirs', async () => {
    const expected = await expectedOf('target');
    const model = modelFromJSON(expected.config);
    await model.loadWeights(at('target.weights.h5'));
    const before = await weightsOf(model);
    await expect(model.loadWeights(at('source.h5'), { byName: true })).rejects.toThrow(
      new ShapeError(
        `loadWeights: ${at('source.h5')}: Layer 'classes' (Dense): 'target/classes/kernel' has shape [5, 2], the file holds [3, 4]; ` +
          'nothing was loaded; pass { skipMismatch: true } to load the rest',
      ),
    );
    expect(await weightsOf(model)).toEqual(before);
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    await model.loadWeights(at('source.h5'), { byName: true, skipMismatch: true });
    expect(warn.mock.calls).toEqual([
      [
        `loadWeights: ${at('source.h5')}: skipped what does not fit: Layer 'classes' (Dense): 'target/classes/kernel' has shape [5, 2], ` +
          'the file holds [3, 4]',
      ],
    ]);
    await expectPredictions(model, expected);
  });
});

describe('indices of Take', () => {
  const at = { class_name: '__keras_tensor__', config: { keras_history: ['x', 0, 0] } };
  const constant = { class_name: '__numpy__', config: { value: [[-1], [0]], dtype: 'int64' } };
  it.each([
    [[[-1], [0]], 1, [[[3], [1]]]],
    [constant, -1, [[[3], [1]]]],
    [-2, null, 2],
  ])('%j along axis %j count from the end when they are negative', async (indices, axis, expected) => {
    const made = { class_name: 'Take', module: 'keras.src.ops.numpy', config: { name: 'take', axis }, name: 'take' };
    const net = modelFromJSON({
      class_name: 'Functional',
      config: {
        name: 'net',
        layers: [
          { class_name: 'InputLayer', config: { batch_shape: [1, 3], dtype: 'float32', name: 'x' }, inbound_nodes: [] },
          { ...made, inbound_nodes: [{ args: [at, indices], kwargs: {} }] },
        ],
        input_layers: ['x', 0, 0],
        output_layers: ['take', 0, 0],
      },
    });
    expect(await net.apply<Tensor>(tensor([[1, 2, 3]])).array()).toEqual(expected);
  });
});

describe('a Lambda with bound arguments or a mask', () => {
  it.each([
    [{ arguments: { factor: 3 } }, 'arguments {"factor":3}'],
    [{ mask: 'double' }, 'mask "double"'],
  ])('%j is refused', (options, words) => {
    const config = { name: 'scale', function: 'double', arguments: {}, ...options };
    const net = { class_name: 'Sequential', config: { layers: [{ class_name: 'Lambda', config }] } };
    expect(() => modelFromJSON(net, { customObjects: { double: (x: Tensor) => x } })).toThrow(
      new ValueError(`modelFromJSON: Lambda 'scale' has options that are not supported: ${words}; expected them null or false`),
    );
  });
});

describe.each(['code.keras', 'code.h5'])('%s, with Python code in a layer', (file) => {
  const where = `loadModel: ${at(file)}`;
  const double = (x: Tensor): Tensor => ops.mul(x, 2);

  it('is refused, whatever customObjects holds', async () => {
    const refusal = new ValueError(
      `${where}: Lambda 'double' holds Python code, which cannot run here; pass its function as customObjects: { double } with safeMode: false`,
    );
    await expect(loadModel(at(file))).rejects.toThrow(refusal);
    await expect(loadModel(at(file), { customObjects: { double } })).rejects.toThrow(refusal);
  });

  it('with safeMode: false takes the function of customObjects, and never the code', async () => {
    const model = await loadModel(at(file), { safeMode: false, customObjects: { double } });
    await expectPredictions(model, await expectedOf('code'));
    const other = await loadModel(at(file), { safeMode: false, customObjects: { double: (x: Tensor) => ops.mul(x, 0) } });
    expect(await ((await other.predictOnBatch(tensor([[1, 2, 3]]))) as Tensor).array()).toEqual([[0, 0]]);
    await expect(loadModel(at(file), { safeMode: false })).rejects.toThrow(
      new ValueError(`${where}: the file needs the function 'double'; pass it as customObjects: { double }`),
    );
  });
});
