import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  callbacks,
  clearSession,
  FileError,
  layers,
  Sequence,
  type Sequential,
  StateError,
  sequential,
  setRandomSeed,
  ValueError,
} from '../../lib/index.js';
import { classifier, labels, numbers } from '../harness/training.js';

const { BackupAndRestore, EarlyStopping, CSVLogger } = callbacks;

let folder: string;
let backupDir: string;
let warnings: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'laminet-backup-'));
  backupDir = join(folder, 'backup');
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** A network with random numbers, as another process would make it. */
function makeNet(units = 4, optimizer = 'adam'): Sequential {
  clearSession();
  setRandomSeed(5);
  const net = sequential([
    layers.dense({ units, activation: 'tanh', inputShape: [3] }),
    layers.dropout({ rate: 0.4 }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: optimizer as 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}

class Interrupted extends Error {}

/** Ends the training with an error, as a lost machine would, after so many batches. */
class Interrupt extends callbacks.Callback {
  readonly #after: number;
  #batches = 0;
  constructor(after: number) {
    super();
    this.#after = after;
  }
  override onTrainBatchBegin(): void {
    if (this.#batches++ === this.#after) throw new Interrupted();
  }
}

/** An error of this kind, whose message has these words. */
async function expectError(action: () => Promise<unknown>, kind: new (message: string) => Error, words: string): Promise<void> {
  const promise = action();
  await expect(promise).rejects.toThrow(kind);
  await expect(promise).rejects.toThrow(words);
}

const x = numbers(22, 3);
const y = labels(22);
type Options = Parameters<Sequential['fit']>[2];
const usual = { batchSize: 4, epochs: 3, verbose: 0 } as const;

async function outcome(net: Sequential, history: callbacks.History) {
  const variables = [...net.weights, ...net.optimizer.variables];
  return {
    values: await Promise.all(variables.map((variable) => variable.data())),
    rate: net.optimizer.learningRate,
    iterations: net.optimizer.iterations,
    history: history.history,
    epochs: history.epoch,
  };
}

const train = async (options: Options, net = makeNet()) => outcome(net, await net.fit(x, y, { ...usual, ...options }));

/** Trains until the interruption. */
async function interrupted(after: number, options: Options, list: callbacks.Callback[]): Promise<void> {
  const net = makeNet();
  const given = [...list, new Interrupt(after)];
  await expect(net.fit(x, y, { ...usual, ...options, callbacks: given })).rejects.toThrow(Interrupted);
}

describe('a training that was interrupted ends as one that was not', () => {
  it.each<[string, 'epoch' | number, number, Options]>([
    ['in its second epoch', 'epoch', 8, {}],
    ['in its first epoch, after a batch', 1, 2, {}],
    ['every second batch, inside the second epoch', 2, 9, {}],
    ['after the last batch of an epoch', 1, 6, {}],
    ['with validation', 1, 7, { validationSplit: 0.3 }],
    ['in order', 1, 8, { shuffle: false }],
    ["shuffled by 'batch'", 1, 8, { shuffle: 'batch' }],
    ['with steps that cut the data', 1, 8, { stepsPerEpoch: 4, epochs: 4 }],
    ['before the first backup', 'epoch', 3, {}],
  ])('%s', async (_, saveFreq, after, options) => {
    const straight = await train(options);
    await interrupted(after, options, [new BackupAndRestore({ backupDir, saveFreq })]);
    const resumed = await train({ ...options, callbacks: [new BackupAndRestore({ backupDir, saveFreq })] });
    expect(resumed).toEqual(straight);
    expect(existsSync(backupDir)).toBe(false);
    expect(warnings.filter((warning) => warning.includes('Backup'))).toEqual([]);
  });

  it('again and again', async () => {
    const straight = await train({});
    for (let i = 0; i < 4; i++) await interrupted(3, {}, [new BackupAndRestore({ backupDir, saveFreq: 1 })]);
    expect(await train({ callbacks: [new BackupAndRestore({ backupDir, saveFreq: 1 })] })).toEqual(straight);
  });

  it('with batches of a Sequence', async () => {
    class Batches extends Sequence {
      get length() {
        return 5;
      }
      getItem(index: number) {
        return [numbers(4, 3), labels(4).map((label) => (label + index) % 3)] as const;
      }
    }
    const trainOn = async (list: callbacks.Callback[]) => {
      const net = makeNet();
      return outcome(net, await net.fit(new Batches(), null, { epochs: 3, verbose: 0, callbacks: list }));
    };
    const straight = await trainOn([]);
    const backup = () => new BackupAndRestore({ backupDir, saveFreq: 1 });
    await expect(trainOn([backup(), new Interrupt(7)])).rejects.toThrow(Interrupted);
    expect(await trainOn([backup()])).toEqual(straight);
    expect(warnings).toEqual([]);
  });

  it('with the states of other callbacks, whatever their place in the list', async () => {
    const table = join(folder, 'epochs.csv');
    const others = () => [
      new EarlyStopping({ monitor: 'loss', minDelta: 5, patience: 2, restoreBestWeights: true }),
      new callbacks.ReduceLROnPlateau({ monitor: 'loss', minDelta: 5, patience: 1, factor: 0.5 }),
      new CSVLogger(table),
    ];
    const straight = await train({ epochs: 9, callbacks: others() });
    const lines = readFileSync(table, 'utf8');
    expect(straight.epochs).toEqual([0, 1, 2]);
    for (const after of [8, 14]) {
      await interrupted(after, { epochs: 9 }, [new BackupAndRestore({ backupDir }), ...others()]);
      appendFileSync(table, 'a line after the backup\r\n');
      expect(await train({ epochs: 9, callbacks: [new BackupAndRestore({ backupDir }), ...others()] })).toEqual(straight);
      expect(readFileSync(table, 'utf8')).toBe(lines);
    }
  });
});

describe('BackupAndRestore', () => {
  it('lets a later fit of the same model begin at epoch 0', async () => {
    const net = makeNet();
    const backup = new BackupAndRestore({ backupDir });
    await net.fit(x, y, { ...usual, callbacks: [backup] });
    const history = await net.fit(x, y, { ...usual, callbacks: [backup] });
    expect(history.epoch).toEqual([0, 1, 2]);
  });

  it('keeps the last backup when it is told so, from which more epochs are trained', async () => {
    const straight = await train({ epochs: 5 });
    await train({ callbacks: [new BackupAndRestore({ backupDir, deleteCheckpoint: false })] });
    expect(readdirSync(backupDir)).toEqual(['backup-000003']);
    expect(readdirSync(join(backupDir, 'backup-000003')).sort()).toEqual([
      'latest.weights.h5',
      'training_arrays.bin',
      'training_metadata.json',
    ]);
    expect(await train({ epochs: 5, callbacks: [new BackupAndRestore({ backupDir })] })).toEqual(straight);
  });

  it('leaves other files in its folder alone', async () => {
    await interrupted(8, {}, [new BackupAndRestore({ backupDir })]);
    writeFileSync(join(backupDir, 'notes.txt'), 'mine');
    await train({ callbacks: [new BackupAndRestore({ backupDir })] });
    expect(readdirSync(backupDir)).toEqual(['notes.txt']);
  });

  it('goes on from the backup before when the last one is damaged', async () => {
    const straight = await train({});
    const backup = () => new BackupAndRestore({ backupDir, doubleCheckpoint: true });
    await interrupted(14, {}, [backup()]);
    expect(readdirSync(backupDir)).toEqual(['backup-000001', 'backup-000002']);
    truncateSync(join(backupDir, 'backup-000002', 'latest.weights.h5'), 100);
    expect(await train({ callbacks: [backup()] })).toEqual(straight);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('latest.weights.h5: is not as it was written: its checksum differs; the one before');
  });
});

describe('a backup that cannot be used leaves the model as it is', () => {
  const damages: [string, string, (path: string) => void, string][] = [
    [
      'truncated weights',
      'latest.weights.h5',
      (path) => truncateSync(path, 1000),
      'is not as it was written: its checksum differs',
    ],
    ['missing weights', 'latest.weights.h5', (path) => rmSync(path), 'cannot be read: ENOENT'],
    ['truncated metadata', 'training_metadata.json', (path) => truncateSync(path, 50), 'is not as it was written'],
    [
      'changed metadata',
      'training_metadata.json',
      (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"epoch":1', '"epoch":2')),
      'is not as it was written',
    ],
    ['missing arrays', 'training_arrays.bin', (path) => rmSync(path), 'cannot be read: ENOENT'],
  ];
  it.each(damages)('%s', async (_, file, damage, words) => {
    await interrupted(8, {}, [new BackupAndRestore({ backupDir })]);
    damage(join(backupDir, 'backup-000001', file));
    const net = makeNet();
    const before = await Promise.all(net.weights.map((weight) => weight.data()));
    const message = `BackupAndRestore: no backup can be used: ${join(backupDir, 'backup-000001', file)}: ${words}`;
    await expectError(() => net.fit(x, y, { ...usual, callbacks: [new BackupAndRestore({ backupDir })] }), FileError, message);
    expect(await Promise.all(net.weights.map((weight) => weight.data()))).toEqual(before);
  });

  it('files of two backups', async () => {
    const backup = () => new BackupAndRestore({ backupDir, doubleCheckpoint: true });
    await interrupted(14, {}, [backup()]);
    writeFileSync(
      join(backupDir, 'backup-000002', 'latest.weights.h5'),
      readFileSync(join(backupDir, 'backup-000001', 'latest.weights.h5')),
    );
    rmSync(join(backupDir, 'backup-000001'), { recursive: true });
    await expectError(() => train({ callbacks: [backup()] }), FileError, 'its checksum differs; delete');
  });

  it.each<[string, () => Sequential, string]>([
    [
      'another width',
      () => makeNet(5),
      "is of another model: weight 0 is 'sequential/dense/kernel' float32 [3, 4], the model has 'sequential/dense/kernel' float32 [3, 5]; go on with",
    ],
    ['fewer layers', () => classifier(), 'is of another model: variable of the training step'],
    [
      'another optimizer',
      () => makeNet(4, 'sgd'),
      'was made with the optimizer Adam; the model was compiled with SGD; go on with',
    ],
  ])('%s', async (_, make, message) => {
    await interrupted(8, {}, [new BackupAndRestore({ backupDir })]);
    const net = make();
    if (_ === 'fewer layers') net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    const before = await Promise.all(net.weights.map((weight) => weight.data()));
    await expectError(() => train({ callbacks: [new BackupAndRestore({ backupDir })] }, net), StateError, message);
    expect(await Promise.all(net.weights.map((weight) => weight.data()))).toEqual(before);
    expect(readdirSync(backupDir)).toEqual(['backup-000001']);
  });

  it('other data, inside an epoch', async () => {
    await interrupted(8, {}, [new BackupAndRestore({ backupDir, saveFreq: 1 })]);
    const other = train({ batchSize: 3, callbacks: [new BackupAndRestore({ backupDir })] });
    await expectError(
      () => other,
      StateError,
      'was made inside an epoch of 6 steps; the data has 8; go on with what it was made with',
    );
  });
});

describe('what a backup cannot hold is told', () => {
  function* batches() {
    for (let i = 0; i < 60; i++) yield [numbers(4, 3), labels(4)] as const;
  }

  it('a generator', async () => {
    const options = { stepsPerEpoch: 5, epochs: 2, verbose: 0 } as const;
    const interrupt = [new BackupAndRestore({ backupDir }), new Interrupt(7)];
    await expect(makeNet().fit(batches(), null, { ...options, callbacks: interrupt })).rejects.toThrow(Interrupted);
    const history = await makeNet().fit(batches(), null, { ...options, callbacks: [new BackupAndRestore({ backupDir })] });
    expect(history.epoch).toEqual([0, 1]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('does not hold what the data will give: a generator gives each of its batches once');
  });

  it('a generator for validation', async () => {
    const validated = () => ({ validationData: batches(), validationSteps: 2 });
    await interrupted(8, validated(), [new BackupAndRestore({ backupDir })]);
    await train({ ...validated(), callbacks: [new BackupAndRestore({ backupDir })] });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('what the data will give: validationData: a generator gives each of its batches once');
  });

  it('a callback that was not there, and one that is not there any more', async () => {
    const stop = () => new EarlyStopping({ monitor: 'loss', patience: 9 });
    await interrupted(8, {}, [new BackupAndRestore({ backupDir }), stop()]);
    await train({ callbacks: [new BackupAndRestore({ backupDir }), new callbacks.ReduceLROnPlateau({ monitor: 'loss' })] });
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('no state of ReduceLROnPlateau was saved; it begins anew');
    expect(warnings[1]).toContain('the saved state of EarlyStopping is not used; expected it among the callbacks');
  });

  it('a state that is no data', async () => {
    const odd = { getState: () => ({ when: new Date(0) }) };
    const message = 'BackupAndRestore: the state of the training holds a Date; expected plain objects, arrays, numbers';
    await expectError(
      () => makeNet().fit(x, y, { ...usual, callbacks: [new BackupAndRestore({ backupDir }), odd] }),
      ValueError,
      message,
    );
  });
});

describe('options of BackupAndRestore', () => {
  it.each<[string, unknown, string]>([
    ['none', undefined, 'BackupAndRestore: backupDir is undefined; expected the path of a folder'],
    ['an empty folder', { backupDir: '' }, "BackupAndRestore: backupDir is ''; expected the path of a folder"],
    [
      'a frequency of 0',
      { backupDir: 'b', saveFreq: 0 },
      "BackupAndRestore: saveFreq is 0; expected 'epoch' or a number of batches, at least 1",
    ],
    ['an unknown option', { backupDir: 'b', saveFrequency: 1 }, "BackupAndRestore: unknown option 'saveFrequency'; "],
  ])('%s', (_, options, message) => {
    expect(() => new BackupAndRestore(options as never)).toThrow(ValueError);
    expect(() => new BackupAndRestore(options as never)).toThrow(message);
  });

  it('two of them', async () => {
    const two = [new BackupAndRestore({ backupDir }), new BackupAndRestore({ backupDir })];
    await expectError(() => train({ callbacks: two }), ValueError, 'fit: callbacks has two BackupAndRestores; expected one');
  });
});
