import { describe, expect, it } from 'vitest';
import { input, layers, Model, model, ops, StateError, sequential, type Tensor, ValueError } from '../../lib/index.js';
import { type DiagramOptions, modelToDot, plotModel } from '../../lib/plot/index.js';
import { decode, drawn } from './picture.js';

function row() {
  const net = sequential(
    [
      layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', name: 'conv', inputShape: [8, 8, 3] }),
      layers.flatten({ name: 'flat' }),
      layers.dense({ units: 2, activation: 'softmax', name: 'out' }),
    ],
    { name: 'net' },
  );
  net.getLayer('conv').trainable = false;
  return net;
}

function branches() {
  const [x, y, start] = ['x', 'y', 'inner_in'].map((name) => input({ shape: [4], name })) as [Tensor, Tensor, Tensor];
  const inner = model({ inputs: start, outputs: layers.dense({ units: 4, name: 'inner_dense' }).apply(start), name: 'inner' });
  const inRow = [layers.dense({ units: 4, name: 'sa', inputShape: [4] }), layers.dense({ units: 3, name: 'sb' })];
  const z = layers.add({ name: 'add' }).apply([inner.apply(x), y]);
  const outputs = [sequential(inRow, { name: 'row' }).apply(z), layers.dense({ units: 1, name: 'side' }).apply(z)];
  return model({ inputs: [x, y], outputs, name: 'both' });
}

const labels = (text: string): string[] => [...text.matchAll(/layer_\d+ \[label=<(.*)>\];/g)].map((match) => match[1] as string);

/** Boxes by the bold text of their title, in order. */
const titles = (text: string): string[] => labels(text).map((label) => /<b>([^<]*)<\/b>/.exec(label)?.[1] as string);

/** `x -> inner`, by the titles of the boxes. */
function edges(text: string): string[] {
  const names = new Map([...text.matchAll(/(layer_\d+) \[label=.*?<b>([^<]*)<\/b>/g)].map(([, id, name]) => [id, name]));
  return [...text.matchAll(/(layer_\d+) -> (layer_\d+);/g)].map(([, from, to]) => `${names.get(from)} -> ${names.get(to)}`);
}

const table = (rows: string): string =>
  `<table border="0" cellborder="1" bgcolor="black" cellpadding="10"><tr><td colspan="${rows}</table>`;

describe('plot.modelToDot', () => {
  // The labels that Keras 3.15's model_to_dot writes for the same model.
  it('writes the labels of Keras', () => {
    expect(labels(modelToDot(row()))[0]).toBe(
      table('1" bgcolor="black"><font point-size="16" color="white"><b>conv</b> (Conv2D)</font></td></tr>'),
    );
    const all = { showShapes: true, showDtype: true, showLayerActivations: true, showTrainable: true };
    const [convolution, flat, dense] = labels(modelToDot(row(), all));
    expect(convolution).toBe(
      table(
        '4" bgcolor="black"><font point-size="16" color="white"><b>conv</b> (Conv2D)</font></td></tr><tr><td bgcolor="white" colspan="4"><font point-size="14">Activation: <b>relu</b></font></td></tr><tr><td bgcolor="white"><font point-size="14">Input shape: <b>(None, 8, 8, 3)</b></font></td><td bgcolor="white"><font point-size="14">Output shape: <b>(None, 6, 6, 4)</b></font></td><td bgcolor="white"><font point-size="14">Output dtype: <b>float32</b></font></td><td bgcolor="firebrick"><font point-size="14" color="white"><b>Non-trainable</b></font></td></tr>',
      ),
    );
    expect(flat).toBe(
      table(
        '4" bgcolor="black"><font point-size="16" color="white"><b>flat</b> (Flatten)</font></td></tr><tr><td bgcolor="white"><font point-size="14">Input shape: <b>(None, 6, 6, 4)</b></font></td><td bgcolor="white"><font point-size="14">Output shape: <b>(None, 144)</b></font></td><td bgcolor="white"><font point-size="14">Output dtype: <b>float32</b></font></td></tr>',
      ),
    );
    expect(dense).toContain('<td bgcolor="forestgreen"><font point-size="14" color="white"><b>Trainable</b></font></td>');
    expect(labels(modelToDot(row(), { showLayerNames: false, showShapes: true }))[2]).toBe(
      table(
        '2" bgcolor="black"><font point-size="16" color="white"><b>Dense</b></font></td></tr><tr><td bgcolor="white"><font point-size="14">Input shape: <b>(None, 144)</b></font></td><td bgcolor="white"><font point-size="14">Output shape: <b>(None, 2)</b></font></td></tr>',
      ),
    );
    const several = labels(modelToDot(branches(), { showShapes: true, showDtype: true }));
    expect(several[0]).toBe(
      table(
        '3" bgcolor="black"><font point-size="16" color="white"><b>x</b> (InputLayer)</font></td></tr><tr><td bgcolor="white"><font point-size="14">Output shape: <b>(None, 4)</b></font></td><td bgcolor="white"><font point-size="14">Output dtype: <b>float32</b></font></td></tr>',
      ),
    );
    expect(several[3]).toContain('Input shape: <b>[(None, 4), (None, 4)]</b>');
  });

  it('draws boxes and edges in the order of Keras', () => {
    expect(titles(modelToDot(row()))).toEqual(['conv', 'flat', 'out']);
    expect(edges(modelToDot(row()))).toEqual(['conv -> flat', 'flat -> out']);
    const text = modelToDot(branches());
    expect(titles(text)).toEqual(['x', 'inner', 'y', 'add', 'row', 'side']);
    expect(edges(text)).toEqual(['x -> inner', 'inner -> add', 'y -> add', 'add -> row', 'add -> side']);
  });

  it('draws nested models in dashed boxes, connected to the layers inside', () => {
    const text = modelToDot(branches(), { expandNested: true });
    expect(titles(text)).toEqual(['x', 'inner_in', 'inner_dense', 'y', 'add', 'sa', 'sb', 'side']);
    expect(edges(text)).toEqual([
      'inner_in -> inner_dense',
      'sa -> sb',
      'x -> inner_in',
      'inner_dense -> add',
      'y -> add',
      'add -> sa',
      'add -> side',
    ]);
    expect(text).toMatch(/subgraph cluster_layer_1 \{\s+style=dashed; label="inner"; labeljust=l;/);
    expect(text).toMatch(/label="row"; labeljust=l;/);
  });

  it('expands a row of models', () => {
    const first = sequential([layers.dense({ units: 2, name: 'a', inputShape: [2] }), layers.dense({ units: 2, name: 'b' })]);
    const second = sequential([layers.dense({ units: 2, name: 'c', inputShape: [2] })]);
    expect(edges(modelToDot(sequential([first, second]), { expandNested: true }))).toEqual(['a -> b', 'b -> c']);
  });

  it('draws one edge between two layers that meet twice, and each call of a shared layer', () => {
    const x = input({ shape: [2], name: 'x' });
    const shared = layers.dense({ units: 2, name: 'shared' });
    const y = shared.apply(shared.apply(x));
    const net = model({ inputs: x, outputs: layers.add({ name: 'sum' }).apply([y, y]) });
    expect(edges(modelToDot(net))).toEqual(['x -> shared', 'shared -> shared', 'shared -> sum']);
  });

  it('draws a model with a call of its own as one box', () => {
    class Twice extends Model {
      readonly inner = layers.dense({ units: 2 });
      override call(x: Tensor): Tensor {
        return ops.mul(this.inner.apply(x), 2);
      }
    }
    const net = new Twice({ name: 'twice' });
    net.build([null, 3]);
    expect(modelToDot(net)).toContain('<b>twice</b> (Twice)');
    expect(labels(modelToDot(net))).toHaveLength(1);
  });

  it('writes the options of the graph', () => {
    expect(modelToDot(row())).toContain('graph [rankdir=TB, concentrate=true, dpi=200, splines=ortho,');
    const text = modelToDot(row(), { rankDir: 'LR', dpi: 96, splines: 'curved' });
    expect(text).toContain('graph [rankdir=LR, concentrate=true, dpi=96, splines=curved,');
  });

  it('escapes names', () => {
    const net = sequential([layers.dense({ units: 1, name: 'a<b>&"c"', inputShape: [1] })]);
    expect(modelToDot(net)).toContain('<b>a&lt;b&gt;&amp;&quot;c&quot;</b> (Dense)');
  });

  it('refuses what it cannot draw', () => {
    const bare = sequential([layers.dense({ units: 1 })], { name: 'bare' });
    expect(() => modelToDot(bare)).toThrow(StateError);
    expect(() => modelToDot(bare)).toThrow("plot.modelToDot: the model 'bare' is not built; call build(inputShape), or give");
    expect(() => modelToDot('x' as never)).toThrow("plot.modelToDot: received 'x'; expected a model");
    const refuse = (options: object, words: string): void => {
      expect(() => modelToDot(row(), options as DiagramOptions)).toThrow(ValueError);
      expect(() => modelToDot(row(), options as DiagramOptions)).toThrow(words);
    };
    refuse({ rankdir: 'TB' }, "plot.modelToDot: unknown option 'rankdir'; did you mean 'rankDir'?");
    refuse({ rankDir: 'XY' }, "plot.modelToDot: unknown rankDir 'XY'");
    refuse({ splines: 'orto' }, "plot.modelToDot: unknown splines 'orto'; did you mean 'ortho'?");
    refuse({ dpi: 0 }, 'plot.modelToDot: dpi is 0; expected a number from 10 to 1920');
  });
});

describe('plot.plotModel', () => {
  it('leaves names out unless asked, as Keras does', async () => {
    expect(await plotModel(row()).toSVG()).not.toContain('>conv<');
    expect(await plotModel(row(), { showLayerNames: true }).toSVG()).toContain('>conv<');
  });

  it('draws at the given number of dots an inch', async () => {
    const width = async (options: DiagramOptions) => (await decode(await plotModel(row(), options).toPNG())).width;
    const [low, high] = [await width({ dpi: 72 }), await width({})];
    expect(high / low).toBeCloseTo(200 / 72, 1);
  });

  it('keeps all text inside its cell', async () => {
    const figure = plotModel(row(), { showShapes: true, showDtype: true, showLayerActivations: true, showTrainable: true });
    const svg = await figure.toSVG();
    const height = Number(/translate\(4 ([\d.]+)\)/.exec(svg)?.[1]);
    const picture = await drawn(figure); // 4 / 3 pixels a point
    const white = [...svg.matchAll(/<polygon fill="white" stroke="none" points="([^"]*)"/g)].slice(1);
    expect(white.length).toBeGreaterThan(8);
    for (const [, points] of white) {
      const corners = (points as string).split(' ').map((corner) => corner.split(',').map(Number) as [number, number]);
      const [left, right] = [Math.min(...corners.map(([x]) => x)), Math.max(...corners.map(([x]) => x))];
      const [top, bottom] = [Math.min(...corners.map(([, y]) => y)), Math.max(...corners.map(([, y]) => y))];
      const px = (x: number): number => Math.round(((x + 4) * 4) / 3);
      const py = (y: number): number => Math.round(((y + height) * 4) / 3);
      const tall = py(bottom) - py(top) - 6;
      // Within the padding of 10 points nothing is written.
      expect(picture.dark(px(left) + 3, py(top) + 3, 5, tall)).toBe(0);
      expect(picture.dark(px(right) - 8, py(top) + 3, 5, tall)).toBe(0);
      expect(picture.dark(px(left) + 3, py(top) + 3, px(right) - px(left) - 6, tall)).toBeGreaterThan(20);
    }
  });

  it('names itself in errors', () => {
    expect(() => plotModel(sequential([]))).toThrow(/^plot\.plotModel: the model '.*' is not built/);
    expect(() => plotModel(row(), { showShape: true } as never)).toThrow("did you mean 'showShapes'?");
  });
});
