import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { DataError, layers, sequential, tensor, ValueError } from '../../lib/index.js';
import { curves, type Figure } from '../../lib/plot/index.js';
import { drawn, texts } from './picture.js';

interface Spec {
  concat: { width: number; height: number; layer: { data: { values: object[] } }[] }[];
  columns: number;
}

async function specOf(figure: Figure): Promise<Spec> {
  const folder = await mkdtemp(join(tmpdir(), 'laminet-curves-'));
  try {
    return JSON.parse(await readFile(await figure.save(`${folder}/curves.vl.json`), 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** `train 1: 0.5` for each point of the first facet. */
async function points(figure: Figure): Promise<string[]> {
  const values = (await specOf(figure)).concat[0]?.layer[0]?.data.values as { epoch: number; value: number; data: string }[];
  return values.map(({ epoch, value, data }) => `${data} ${epoch}: ${value}`);
}

describe('plot.curves', () => {
  it('draws a facet for each metric, in two colours, over epochs that count from 1', async () => {
    const figure = curves({ loss: [3, 2], accuracy: [0.4, 0.6], val_loss: [4, 3], val_accuracy: [0.3, 0.5] });
    expect(await points(figure)).toEqual(['train 1: 3', 'train 2: 2', 'validation 1: 4', 'validation 2: 3']);
    const found = await texts(figure);
    for (const text of ['loss', 'accuracy', 'train', 'validation', 'epoch', '1', '2']) expect(found).toContain(text);
    const svg = await figure.toSVG();
    expect(svg).toContain('stroke="#1f77b4"');
    expect(svg).toContain('stroke="#ff7f0e"');
    expect((await drawn(figure)).dark(0, 0, 700, 40)).toBeGreaterThan(50);
  });

  it('draws the loss first', async () => {
    const found = await texts(curves({ accuracy: [1, 2], loss: [1, 2] }));
    expect(found.indexOf('loss')).toBeLessThan(found.indexOf('accuracy'));
  });

  it('takes what fit returns', async () => {
    const net = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    net.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const history = await net.fit(tensor([[1], [2]]), tensor([[1], [2]]), { epochs: 5, initialEpoch: 3, verbose: 0 });
    expect((await points(curves(history))).map((text) => text.split(':')[0])).toEqual(['train 4', 'train 5']);
  });

  it('has no legend without validation', async () => {
    expect(await texts(curves({ loss: [3, 2] }))).not.toContain('train');
  });

  it('draws chosen metrics in their order, three in a row', async () => {
    const history = { loss: [1], a: [1], b: [1], c: [1] };
    const spec = await specOf(curves(history, { metrics: ['c', 'loss'], width: 100, height: 60 }));
    expect(spec.concat.map(({ width, height }) => [width, height])).toEqual([
      [100, 60],
      [100, 60],
    ]);
    const found = await texts(curves(history, { metrics: ['c', 'loss'], title: 'Two <of> four' }));
    expect(found.filter((text) => /^(a|b|c|loss|Two)/.test(text))).toEqual(['c', 'loss', 'Two &lt;of&gt; four']);
    expect((await specOf(curves(history))).columns).toBe(3);
  });

  it('breaks the line where a value is not finite, and says where', async () => {
    const figure = curves({ loss: [Number.NaN, 2, Number.POSITIVE_INFINITY, 1], val_loss: [3, 2, 1, 0.5] });
    expect((await points(figure)).slice(0, 4)).toEqual(['train 1: null', 'train 2: 2', 'train 3: null', 'train 4: 1']);
    expect(await texts(figure)).toContain('not finite at epochs 1, 3');
    expect(await texts(curves({ loss: [1, Number.NaN] }))).toContain('not finite at epoch 2');
    expect(await texts(curves({ loss: Array(9).fill(Number.NaN) }))).toContain('not finite at epochs 1, 2, 3 and 6 more');
  });

  it('draws a single epoch as a dot, and many as a line alone', async () => {
    const blue = async (epochs: number) => {
      const svg = await curves({ loss: Array.from({ length: epochs }, (_, i) => 1 / (i + 1)) }).toSVG();
      return { dots: svg.match(/fill="#1f77b4"/g)?.length ?? 0, line: svg.includes('stroke="#1f77b4"') };
    };
    expect(await blue(1)).toEqual({ dots: 1, line: true });
    expect(await blue(30)).toEqual({ dots: 30, line: true });
    expect(await blue(500)).toEqual({ dots: 0, line: true });
  });

  it('draws validation that was measured every k-th epoch where it was measured', async () => {
    const found = await points(curves({ loss: [7, 6, 5, 4, 3, 2, 1], val_loss: [6, 3] }));
    expect(found.slice(7)).toEqual(['validation 3: 6', 'validation 6: 3']);
  });

  it('prints no warnings', async () => {
    const warn = vi.spyOn(console, 'warn');
    await curves({ loss: [1, 2], val_loss: [1, 2], learning_rate: [0.1, 0.1] }).toSVG();
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it.each<[unknown, object, typeof DataError | typeof ValueError, string]>([
    [{}, {}, DataError, 'plot.curves: the history is empty; expected at least one epoch; call fit first'],
    [{ loss: [] }, {}, DataError, 'plot.curves: the history is empty'],
    [undefined, {}, DataError, 'plot.curves: received undefined; expected the history that fit returned'],
    [{ loss: 3 }, {}, DataError, "plot.curves: 'loss': received 3; expected a list of numbers, one an epoch"],
    [{ loss: ['a'] }, {}, DataError, "plot.curves: 'loss': received an array of 1; expected a list of numbers, one an epoch"],
    [
      { loss: [1], accuracy: [1] },
      { metrics: ['acuracy'] },
      ValueError,
      "plot.curves: unknown metric 'acuracy'; did you mean 'accuracy'?",
    ],
    [
      { loss: [1] },
      { metrics: [] },
      ValueError,
      'plot.curves: metrics: received an array of 0; expected a list of names among loss',
    ],
    [{ loss: [1] }, { width: 10 }, ValueError, 'plot.curves: width is 10; expected at least 50'],
    [{ loss: [1] }, { metric: 'loss' }, ValueError, "plot.curves: unknown option 'metric'; did you mean 'metrics'?"],
  ])('refuses %j with %j', (history, options, type, words) => {
    expect(() => curves(history as never, options)).toThrow(type);
    expect(() => curves(history as never, options)).toThrow(words);
  });
});
