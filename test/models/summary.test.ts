/** The table of summary, against Keras's own. */
import { readFileSync } from 'node:fs';
import { clearSession, input, layers, type Model, model, ops, type Sequential, sequential } from 'laminet';
import { beforeEach, describe, expect, it } from 'vitest';

const golden = (name: string): string => readFileSync(new URL(`../golden/texts/${name}.txt`, import.meta.url), 'utf8').trimEnd();

function summaryOf(net: Model, options: Parameters<Model['summary']>[0] = {}): string {
  const texts: string[] = [];
  net.summary({ ...options, printFn: (text) => texts.push(text) });
  return texts.join('\n');
}

const net = (): Sequential =>
  sequential([
    input({ shape: [32, 32, 3] }),
    layers.conv2d({ filters: 32, kernelSize: 3, padding: 'same' }),
    layers.batchNormalization(),
    layers.leakyReLU(),
    layers.maxPooling2d(),
    layers.flatten(),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);

beforeEach(() => {
  clearSession();
  process.env.COLUMNS = '200';
});

describe('summary', () => {
  it('prints a sequential model as Keras does', () => {
    expect(summaryOf(net())).toBe(golden('summary-sequential'));
  });

  it('wraps cells in a narrow table', () => {
    expect(summaryOf(net(), { lineLength: 60 })).toBe(golden('summary-narrow'));
  });

  it('fits the terminal', () => {
    process.env.COLUMNS = '64';
    expect(summaryOf(net())).toBe(golden('summary-narrow'));
  });

  it('shows connections of a model with branches', () => {
    const image = input({ shape: [16, 16, 3], name: 'image' });
    const wide = layers.conv2d({ filters: 8, kernelSize: 5, padding: 'same', activation: 'relu', name: 'wide' }).apply(image);
    const narrow = layers.conv2d({ filters: 8, kernelSize: 1, name: 'narrow' }).apply(image);
    const both = layers.concatenate({ name: 'both' }).apply([layers.add({ name: 'sum' }).apply([wide, narrow]), wide]);
    const pooled = layers.globalAveragePooling2d({ name: 'pooled' }).apply(both);
    const outputs = [
      layers.dense({ units: 4, name: 'kind' }).apply(pooled),
      layers.dense({ units: 1, name: 'value' }).apply(pooled),
    ];
    expect(summaryOf(model({ inputs: image, outputs, name: 'branched' }))).toBe(golden('summary-branched'));
  });

  it('shows nested models and counts the optimizer, once it has run', async () => {
    const base = sequential([input({ shape: [8] }), layers.dense({ units: 6, name: 'inner' })], { name: 'base' });
    base.trainable = false;
    const features = input({ shape: [8], name: 'features' });
    const outer = model({
      inputs: features,
      outputs: layers.dense({ units: 3, name: 'classes' }).apply(base.apply(features)),
      name: 'nested',
    });
    outer.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    await outer.trainOnBatch(ops.ones([2, 8]), ops.ones([2, 3]));
    expect(summaryOf(outer)).toBe(golden('summary-nested'));
    expect(summaryOf(outer, { expandNested: true, showTrainable: true })).toBe(golden('summary-nested-expanded'));
  });

  it('says what is not built', () => {
    const unbuilt = sequential([layers.conv2d({ filters: 4, kernelSize: 3 }), layers.dense({ units: 2 })], { name: 'unbuilt' });
    expect(summaryOf(unbuilt)).toBe(golden('summary-unbuilt'));
  });

  it('prints with console.log and returns nothing', () => {
    const lines: string[] = [];
    const { log } = console;
    console.log = (text: string) => lines.push(text);
    const result: unknown = net().summary();
    console.log = log;
    expect([result, lines.join('\n')]).toEqual([undefined, golden('summary-sequential')]);
  });

  it('refuses a line that is too short', () => {
    expect(() => net().summary({ lineLength: 10 })).toThrow(
      'summary: a line of 10 characters is too short for the table; expected columns of at least 4; give a larger lineLength',
    );
  });
});
