/** The table of summary in the style of Keras 2, against what Keras 2 and tf.keras 2 printed. */
import { readFileSync } from 'node:fs';
import { clearSession, input, layers, type Model, model, type Sequential, sequential, setNamingScheme } from 'laminet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const printed = (name: string): string => readFileSync(new URL(`texts/${name}.txt`, import.meta.url), 'utf8').trimEnd();

function summaryOf(net: Model, options: Parameters<Model['summary']>[0] = {}): string {
  const texts: string[] = [];
  net.summary({ style: 'keras2', ...options, printFn: (text) => texts.push(text) });
  return texts.join('\n');
}

/** Makes so many layers, so that the next one has this number. */
const skip = (count: number, make: () => unknown): void => {
  for (let i = 0; i < count; i++) make();
};

beforeEach(() => clearSession());
afterEach(() => setNamingScheme('keras3'));

const imageShape = [32, 32, 3];

/** Convolutions and poolings in a row. */
function pictureNet(): Sequential {
  const same = { kernelSize: 3, padding: 'same', activation: 'relu' } as const;
  return sequential([
    layers.conv2d({ filters: 64, ...same, inputShape: imageShape }),
    layers.conv2d({ filters: 64, ...same }),
    layers.maxPooling2d(),
    layers.conv2d({ filters: 128, ...same }),
    layers.maxPooling2d(),
    layers.conv2d({ filters: 128, ...same }),
    layers.flatten(),
    layers.dense({ units: 1024, activation: 'relu' }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
}

describe("summary in the style 'keras2'", () => {
  it('is what Keras 2 prints, for the first and the second model of a process', () => {
    setNamingScheme('keras2');
    expect(summaryOf(pictureNet())).toBe(printed('create-cnn-first'));
    expect(summaryOf(pictureNet())).toBe(printed('create-cnn-second'));
  });

  it('is what tf.keras prints: the model above, the input in brackets', () => {
    setNamingScheme('tfKeras2');
    skip(5, () => input({ shape: [1] }));
    skip(5, () => layers.flatten());
    skip(15, () => layers.dense({ units: 1 }));
    const inputs = input({ shape: imageShape });
    let x = layers.flatten().apply(inputs);
    x = layers.dense({ units: 200, activation: 'relu' }).apply(x);
    x = layers.dense({ units: 150, activation: 'relu' }).apply(x);
    x = layers.dense({ units: 10, activation: 'softmax' }).apply(x);
    skip(5, () => model({ inputs, outputs: x }));
    expect(summaryOf(model({ inputs, outputs: x }))).toBe(printed('dense'));
  });

  it('cuts long names, and counts weights that are not trained', () => {
    setNamingScheme('tfKeras2');
    skip(12, () => input({ shape: [1] }));
    skip(14, () => layers.conv2d({ filters: 1, kernelSize: 1 }));
    skip(15, () => layers.batchNormalization());
    skip(14, () => layers.leakyReLU());
    skip(7, () => layers.flatten());
    skip(8, () => layers.dense({ units: 1 }));
    skip(3, () => layers.dropout({ rate: 0.5 }));
    skip(4, () => layers.activation({ activation: 'relu' }));
    const inputs = input({ shape: imageShape });
    skip(8, () => model({ inputs, outputs: inputs }));
    let x = inputs;
    const activated = (): void => {
      x = layers.leakyReLU().apply(layers.batchNormalization().apply(x));
    };
    for (const [filters, strides] of [
      [32, 1],
      [32, 2],
      [64, 1],
      [64, 2],
    ] as const) {
      x = layers.conv2d({ filters, kernelSize: 3, strides, padding: 'same' }).apply(x);
      activated();
    }
    x = layers.dense({ units: 128 }).apply(layers.flatten().apply(x));
    activated();
    x = layers.dense({ units: 10 }).apply(layers.dropout({ rate: 0.5 }).apply(x));
    expect(summaryOf(model({ inputs, outputs: layers.activation({ activation: 'softmax' }).apply(x) }))).toBe(printed('leaky'));
  });

  it('shows connections, one a line', () => {
    setNamingScheme('tfKeras2');
    const inputs = input({ shape: [4] });
    const [a, b] = [layers.dense({ units: 2 }).apply(inputs), layers.dense({ units: 2 }).apply(inputs)];
    expect(summaryOf(model({ inputs, outputs: layers.add().apply([a, b]) }))).toBe(printed('branched'));
  });

  it('takes the length of the line and the places of the columns, as fractions or characters', () => {
    const net = sequential([layers.dense({ units: 2, inputShape: [3] })], { name: 'small' });
    expect(summaryOf(net, { lineLength: 40, positions: [0.5, 0.75, 1] })).toBe(printed('short'));
    expect(summaryOf(net, { lineLength: 40, positions: [20, 30, 40] })).toBe(printed('short'));
  });

  it('says what is not built', () => {
    const text = summaryOf(sequential([layers.dense({ units: 2 })], { name: 'unbuilt' }));
    expect(text).toContain('dense (Dense)                ?                         0 (unused)');
  });

  it('refuses what it does not have', () => {
    const net = sequential([layers.dense({ units: 2, inputShape: [3] })]);
    const words = (options: object): (() => string) => {
      return () => summaryOf(net, options);
    };
    expect(words({ expandNested: true })).toThrow(
      "summary: the style 'keras2' has no option expandNested; leave it out, or use the style 'keras3'",
    );
    expect(words({ showTrainable: false })).toThrow("the style 'keras2' has no option showTrainable");
    expect(words({ positions: [0.5, 1] })).toThrow(
      'summary: positions is [0.5,1]; expected 3 growing fractions of the line, or numbers of characters',
    );
    expect(words({ style: 'keras1' })).toThrow("summary: unknown style 'keras1'; did you mean 'keras3'?");
  });
});
