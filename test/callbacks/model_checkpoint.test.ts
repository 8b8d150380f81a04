import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatTemplate } from '../../lib/core/python_format.js';
import { callbacks, FileError, loadModel, ValueError } from '../../lib/index.js';
import { classifier, expectError, labels, numbers } from '../harness/training.js';

const { ModelCheckpoint } = callbacks;

let folder: string;
let printed: string;
let warnings: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'laminet-checkpoint-'));
  printed = '';
  warnings = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

type Options = ConstructorParameters<typeof ModelCheckpoint>[0];

/** Replaces the logs, before the checkpoint sees them. */
const scripted = (values: readonly (number | undefined)[], name = 'val_loss') => ({
  onEpochEnd: (epoch: number, logs: callbacks.Logs) => {
    if (values[epoch] !== undefined) logs[name] = values[epoch];
  },
});

/** Trains 6 samples in batches of 2, that is 3 batches an epoch. */
async function train(checkpoint: callbacks.Callback, values: readonly (number | undefined)[] = [], epochs = values.length || 2) {
  const net = classifier();
  const list = [scripted(values), checkpoint];
  await net.fit(numbers(6, 3), labels(6), { batchSize: 2, epochs, verbose: 0, callbacks: list });
  return net;
}

const inFolder = (options: Options) => new ModelCheckpoint({ ...options, filepath: join(folder, options.filepath) });

describe('ModelCheckpoint', () => {
  it('saves after each epoch, under a name made of the logs', async () => {
    const net = await train(inFolder({ filepath: 'made/{epoch:02d}-{val_loss:.2f}.keras' }), [0.5, 0.126]);
    expect(readdirSync(join(folder, 'made')).sort()).toEqual(['01-0.50.keras', '02-0.13.keras']);
    const loaded = await loadModel(join(folder, 'made', '02-0.13.keras'));
    expect(await loaded.weights[0]?.data()).toEqual(await net.weights[0]?.data());
    expect(printed).toBe('');
  });

  it('saves weights only', async () => {
    const net = await train(inFolder({ filepath: 'net.weights.h5', saveWeightsOnly: true }));
    const other = classifier();
    await other.loadWeights(join(folder, 'net.weights.h5'));
    expect(await other.weights[0]?.data()).toEqual(await net.weights[0]?.data());
  });

  it('saves every so many batches, counted across epochs', async () => {
    await train(inFolder({ filepath: '{epoch}-{batch}.weights.h5', saveWeightsOnly: true, saveFreq: 2 }));
    expect(readdirSync(folder).sort()).toEqual(['1-2.weights.h5', '2-1.weights.h5', '2-3.weights.h5']);
  });

  it('names the logs of a batch', async () => {
    await train(inFolder({ filepath: '{batch}-{loss:.1f}.weights.h5', saveWeightsOnly: true, saveFreq: 6 }));
    expect(readdirSync(folder)).toHaveLength(1);
    expect(readdirSync(folder)[0]).toMatch(/^3-\d\.\d\.weights\.h5$/);
  });

  it('saves the best only, and says so as Keras does', async () => {
    const path = join(folder, 'best-{epoch}.weights.h5');
    const checkpoint = new ModelCheckpoint({ filepath: path, saveBestOnly: true, saveWeightsOnly: true, verbose: 1 });
    await train(checkpoint, [0.5, 0.75, 0.25]);
    expect(readdirSync(folder).sort()).toEqual(['best-1.weights.h5', 'best-3.weights.h5']);
    const [first, third] = [1, 3].map((epoch) => path.replace('{epoch}', String(epoch)));
    expect(printed).toBe(
      `\nEpoch 1: val_loss improved from None to 0.50000, saving model to ${first}\n` +
        `\nEpoch 1: finished saving model to ${first}\n` +
        '\nEpoch 2: val_loss did not improve from 0.50000\n' +
        `\nEpoch 3: val_loss improved from 0.50000 to 0.25000, saving model to ${third}\n` +
        `\nEpoch 3: finished saving model to ${third}\n`,
    );
    expect(checkpoint.best).toBe(0.25);
  });

  it('says what it saves without a comparison', async () => {
    const path = join(folder, 'net.weights.h5');
    await train(new ModelCheckpoint({ filepath: path, saveWeightsOnly: true, verbose: 1 }), [0.5]);
    expect(printed).toBe(`\nEpoch 1: saving model to ${path}\n\nEpoch 1: finished saving model to ${path}\n`);
  });

  it.each<[string, Partial<Options>, number[], number[]]>([
    ['a metric that is better when larger', { monitor: 'val_accuracy' }, [0.1, 0.3, 0.2], [1, 2]],
    ['mode min', { monitor: 'val_accuracy', mode: 'min' }, [0.3, 0.1, 0.2], [1, 2]],
    ['mode max', { monitor: 'anything', mode: 'max' }, [0.3, 0.1, 0.4], [1, 3]],
    ['a threshold', { initialValueThreshold: 0.2 }, [0.5, 0.1, 0.15], [2]],
  ])('chooses by %s', async (_, options, values, saved) => {
    const { monitor = 'val_loss' } = options;
    const checkpoint = inFolder({ filepath: '{epoch}.weights.h5', saveBestOnly: true, saveWeightsOnly: true, ...options });
    const list = [scripted(values, monitor), checkpoint];
    await classifier().fit(numbers(6, 3), labels(6), { epochs: 3, verbose: 0, callbacks: list });
    expect(readdirSync(folder).sort()).toEqual(saved.map((epoch) => `${epoch}.weights.h5`));
  });

  it('keeps the best value for a later fit', async () => {
    const checkpoint = inFolder({ filepath: 'net.weights.h5', saveBestOnly: true, saveWeightsOnly: true });
    await train(checkpoint, [0.2]);
    rmSync(join(folder, 'net.weights.h5'));
    await train(checkpoint, [0.3]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('saves with a warning when the value is not in the logs', async () => {
    await train(inFolder({ filepath: 'net.weights.h5', saveBestOnly: true, saveWeightsOnly: true }), [undefined]);
    expect(existsSync(join(folder, 'net.weights.h5'))).toBe(true);
    expect(warnings).toEqual([
      "ModelCheckpoint: 'val_loss' is not in the logs, by which the best model is found: received accuracy, loss; the model is saved whatever it is",
    ]);
  });
});

describe('what ModelCheckpoint refuses', () => {
  it.each<[unknown, string]>([
    [undefined, 'ModelCheckpoint: filepath is undefined; expected a path'],
    [{ filepath: 'net.txt' }, "ModelCheckpoint: filepath is 'net.txt'; expected a path that ends in .keras or .h5"],
    [
      { filepath: 'net.weights.h5' },
      "ModelCheckpoint: filepath is 'net.weights.h5'; expected a path that ends in .keras or .h5; set saveWeightsOnly",
    ],
    [
      { filepath: 'net.keras', saveWeightsOnly: true },
      "ModelCheckpoint: filepath is 'net.keras'; expected a path that ends in .weights.h5, since saveWeightsOnly is true",
    ],
    [
      { filepath: '{epoch.keras' },
      "ModelCheckpoint: filepath: '{epoch.keras' has a single '{'; expected fields such as {epoch:02d}; write {{ or }} for a brace",
    ],
    [
      { filepath: 'net.keras', saveFreq: 'batch' },
      "ModelCheckpoint: saveFreq is 'batch'; expected 'epoch' or a number of batches, at least 1",
    ],
    [
      { filepath: 'net.keras', save_best_only: true },
      "ModelCheckpoint: unknown option 'save_best_only'; did you mean 'saveBestOnly'?",
    ],
  ])('%j', (options, message) => {
    expect(() => new ModelCheckpoint(options as never)).toThrow(ValueError);
    expect(() => new ModelCheckpoint(options as never)).toThrow(message);
  });

  it('a name that is not in the logs', async () => {
    const filepath = join(folder, '{val_acc}.keras');
    const message = `ModelCheckpoint: filepath: '${filepath}' names 'val_acc'; expected one of epoch, accuracy, loss`;
    await expectError(() => train(new ModelCheckpoint({ filepath }), [undefined]), ValueError, message);
  });

  it('a folder', async () => {
    mkdirSync(join(folder, 'net.keras'));
    const message = `ModelCheckpoint: ${join(folder, 'net.keras')} is a folder; expected the path of a file`;
    await expectError(() => train(inFolder({ filepath: 'net.keras' }), [0.1]), FileError, message);
  });
});

// What Python's str.format gives.
describe('format strings', () => {
  const values = {
    epoch: { kind: 'integer', value: 7 },
    loss: { kind: 'float', value: 1234.5678 },
    half: { kind: 'float', value: 0.125 },
    small: { kind: 'float', value: 0.00001 },
    whole: { kind: 'float', value: 3 },
    nan: { kind: 'float', value: Number.NaN },
  } as const;
  it.each([
    ['{epoch}', '7'],
    ['{epoch:02d}', '07'],
    ['{epoch:>4}|{epoch:<4}|{epoch:^4}|{epoch:+d}', '   7|7   | 7  |+7'],
    ['{epoch:.2f}', '7.00'],
    ['{loss}', '1234.5678'],
    ['{loss:.2f} {loss:010.1f} {loss:,.1f}', '1234.57 00001234.6 1,234.6'],
    ['{loss:e} {loss:.1e} {loss:g} {loss:.3g}', '1.234568e+03 1.2e+03 1234.57 1.23e+03'],
    ['{half:.2f} {half:.1%}', '0.12 12.5%'],
    ['{small} {whole}', '1e-05 3.0'],
    ['{nan:.2f}', 'nan'],
    ['{{epoch}}', '{epoch}'],
  ])('%s', (template, text) => {
    expect(formatTemplate('test', template, values)).toBe(text);
  });

  it.each([
    ['{loss:d}', "test: '{loss:d}': {loss:d}: the value is a float; expected a Python format such as .4f"],
    ['{epoch:.2d}', "test: '{epoch:.2d}': {epoch:.2d}: the value is an integer; expected a Python format such as 02d"],
    ['{epoch:x?}', "test: '{epoch:x?}': {epoch:x?}: the value is an integer; expected a Python format such as 02d"],
  ])('%s is none', (template, message) => {
    expect(() => formatTemplate('test', template, values)).toThrow(message);
  });
});
