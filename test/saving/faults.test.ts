import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { File, FS, ready } from 'h5wasm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileError, ShapeError, ValueError } from '../../lib/core/errors.js';
import { layers, loadModel, type Sequential, sequential } from '../../lib/index.js';
import { writeZip } from '../../lib/saving/zip.js';

const make = (units = 3): Sequential =>
  sequential(
    [
      layers.dense({ units: 4, name: 'first', inputShape: [2] }),
      layers.dropout({ rate: 0.5, name: 'drop' }),
      layers.dense({ units, name: 'last' }),
    ],
    { name: 'net' },
  );

let folder: string;
let net: Sequential;
const at = (name: string): string => join(folder, name);
const values = async (of: Sequential): Promise<number[][]> =>
  Promise.all(of.weights.map(async (weight) => [...(await weight.data())]));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-faults-'));
  const saved = make();
  saved.compile({ optimizer: 'adam', loss: 'mse' });
  await saved.trainOnBatch({ data: new Float32Array(4), shape: [2, 2] }, { data: new Float32Array(6), shape: [2, 3] });
  await saved.save(at('good.keras'));
  await saved.save(at('good.h5'));
  await saved.saveWeights(at('good.weights.h5'));
  await ready;
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  net = make();
});
afterEach(() => vi.restoreAllMocks());

/** The model is as it was, whatever was wrong with the file. */
async function refuses(path: string, error: unknown): Promise<void> {
  const before = await values(net);
  await expect(net.loadWeights(path)).rejects.toThrow(error as Error);
  expect(await values(net)).toEqual(before);
}

/** An HDF5 file of the library's own making. */
async function writeHdf5(name: string, fill: (file: File) => void): Promise<string> {
  const file = new File('made.h5', 'w');
  fill(file);
  file.close();
  await writeFile(at(name), (FS as NonNullable<typeof FS>).readFile('made.h5'));
  return at(name);
}

describe('files that are no weights', () => {
  it('are missing, empty or of another kind', async () => {
    await refuses(at('none.h5'), new RegExp(`^loadWeights: ${at('none.h5')}: cannot be read: ENOENT`));
    await writeFile(at('empty.h5'), '');
    await refuses(
      at('empty.h5'),
      new FileError(`loadWeights: ${at('empty.h5')}: the file is empty; expected a .keras or an HDF5 file`),
    );
    await writeFile(at('text.h5'), 'no weights');
    await refuses(
      at('text.h5'),
      /begins with neither the bytes of HDF5 nor those of a zip file; expected a .keras or an HDF5 file$/,
    );
    await expect(loadModel(at('text.h5'))).rejects.toThrow(/^loadModel: .*text.h5: begins with neither/);
  });

  it('are HDF5 files of others', async () => {
    const path = await writeHdf5('foreign.h5', (file) => {
      file.create_group('measurements');
    });
    await refuses(path, /the HDF5 file holds no weights of Keras: received the groups measurements; expected a group layers, or/);
    await expect(loadModel(path)).rejects.toThrow(
      /the file describes no model: it has no model_config; make the model and call loadWeights/,
    );
  });

  it('hold links, values that are no numbers, or arrays far larger than the file', async () => {
    const soft = await writeHdf5('soft.h5', (file) => {
      file.create_group('layers');
      file.create_soft_link('/layers', 'alias');
    });
    await refuses(soft, /'alias' is a link, which is refused: it could lead to other files; expected groups and arrays$/);
    const external = await writeHdf5('external.h5', (file) => {
      file.create_external_link('/etc/passwd', '/x', 'elsewhere');
    });
    await refuses(external, /'elsewhere' is a link, which is refused/);
    const text = await writeHdf5('strings.h5', (file) => {
      file.create_dataset({ name: 'words', data: ['a', 'b'] });
    });
    await refuses(text, /'words' holds values of an unsupported type \(HDF5 class 3, \d+ bytes\); expected numbers$/);
    const large = await writeHdf5('large.h5', (file) => {
      const data = new Float32Array(4);
      file
        .create_dataset({ name: 'huge', data, shape: [4], maxshape: [null], chunks: [4], compression: 'gzip' })
        .resize([2 ** 36]);
    });
    await refuses(large, /'huge' is declared as \[68719476736\], 256.00 GB, in a file of .* KB, which is refused$/);
  });
});

describe('damaged files', () => {
  it.each(['good.keras', 'good.h5', 'good.weights.h5'])(
    '%s cut off anywhere loads nothing',
    async (name) => {
      const bytes = await readFile(at(name));
      for (const i of [1, 4, 8, 12, 15]) {
        await writeFile(at(`cut-${name}`), bytes.subarray(0, Math.floor((bytes.length * i) / 16)));
        await refuses(at(`cut-${name}`), FileError);
      }
      await writeFile(at(`cut-${name}`), bytes.subarray(0, -1));
      await refuses(at(`cut-${name}`), FileError);
      await expect(loadModel(at(`cut-${name}`))).rejects.toThrow(FileError);
    },
    60_000,
  );

  it('a wrong byte in a .keras file is found by its checksum', async () => {
    const bytes = await readFile(at('good.keras'));
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] as number) ^ 255;
    await writeFile(at('flipped.keras'), bytes);
    await refuses(
      at('flipped.keras'),
      /the zip archive cannot be read: the checksum of 'model.weights.h5' is wrong: the file is damaged$/,
    );
  });

  it('an archive that lacks a part, repeats one, leads elsewhere, or holds no JSON', async () => {
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    await writeZip(at('half.keras'), { 'config.json': text('{}') });
    await refuses(at('half.keras'), /the zip archive has no model.weights.h5; expected a file of Keras 3$/);
    const weights = new Uint8Array(await readFile(at('good.weights.h5')));
    await writeZip(at('words.keras'), { 'config.json': text('{]'), 'model.weights.h5': weights });
    await expect(loadModel(at('words.keras'))).rejects.toThrow(/: config.json is no JSON: /);
    await writeZip(at('list.keras'), { 'config.json': text('[]'), 'model.weights.h5': weights });
    await expect(loadModel(at('list.keras'))).rejects.toThrow(/: config.json is no JSON object$/);
    await writeZip(at('later.keras'), {
      'metadata.json': text('{"keras_version": "4.0.0"}'),
      'config.json': text('{}'),
      'model.weights.h5': weights,
    });
    await expect(loadModel(at('later.keras'))).rejects.toThrow(/: was written by Keras 4.0.0; expected a version up to 3$/);
    const climbing = await readFile(at('half.keras'));
    const renamed = Buffer.from(climbing.toString('latin1').replaceAll('config.json', '../onfig.js'), 'latin1');
    await writeFile(at('climbing.keras'), renamed);
    await refuses(at('climbing.keras'), /the zip archive cannot be read: invalid relative path/);
  });

  it('an entry that is declared to grow beyond reason', async () => {
    await writeZip(at('bomb.keras'), { 'config.json': new Uint8Array(100) });
    const bytes = await readFile(at('bomb.keras'));
    const directory = bytes.indexOf('PK\u0001\u0002', 0, 'latin1');
    bytes.writeUInt16LE(8, directory + 10); // deflated
    bytes.writeUInt32LE(2 ** 31, directory + 24);
    await writeFile(at('bomb.keras'), bytes);
    expect(crc32(new Uint8Array(100))).toBe(bytes.readUInt32LE(directory + 16));
    await refuses(at('bomb.keras'), /the entry 'config.json' is declared to grow from 100.00 B to 2.00 GB, which is refused$/);
  });
});

describe('weights that do not fit', () => {
  it.each(['good.keras', 'good.weights.h5', 'good.h5'])(
    '%s: throws with both shapes, or warns and loads the rest',
    async (name) => {
      net = make(5);
      const misfit = "Layer 'last' (Dense): 'net/last/kernel' has shape [4, 5], the file holds [4, 3]";
      await refuses(
        at(name),
        new ShapeError(`loadWeights: ${at(name)}: ${misfit}; nothing was loaded; pass { skipMismatch: true } to load the rest`),
      );
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      const before = await values(net);
      await net.loadWeights(at(name), { skipMismatch: true });
      expect(warn.mock.calls).toEqual([[`loadWeights: ${at(name)}: skipped what does not fit: ${misfit}`]]);
      const after = await values(net);
      expect(after[0]).not.toEqual(before[0]);
      expect(after.slice(2)).toEqual(before.slice(2));
    },
  );

  it('another number of variables or layers', async () => {
    net = sequential([
      layers.dense({ units: 4, useBias: false, inputShape: [2], name: 'first' }),
      layers.dense({ units: 3, name: 'last' }),
    ]);
    await refuses(
      at('good.weights.h5'),
      /Layer 'first' \(Dense\) has 1 variables, the file holds 2 for it; nothing was loaded; pass \{ skipMismatch: true \}/,
    );
    net = sequential([layers.dense({ units: 4, inputShape: [2], name: 'only' })]);
    await refuses(
      at('good.h5'),
      new ValueError(
        `loadWeights: ${at('good.h5')}: the file holds 2 layers with weights (first, last), the model has 1 (only); nothing was loaded; ` +
          'pass { byName: true } to load some',
      ),
    );
  });

  it('no name that the model has: a warning', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    net = sequential([layers.dense({ units: 1, inputShape: [2], name: 'other' })]);
    await net.loadWeights(at('good.weights.h5'), { byName: true });
    expect(warn).toHaveBeenCalledWith(
      `loadWeights: ${at('good.weights.h5')}: no layer of the file has the name of a layer of the model; nothing was loaded`,
    );
  });

  it('the state of another optimizer: a warning, and the weights', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    await net.loadWeights(at('good.keras'));
    expect(warn).toHaveBeenCalledWith(
      `loadWeights: ${at('good.keras')}: the file holds 10 variables of an optimizer that do not fit 'sgd', which has 2; the optimizer keeps its state`,
    );
    expect(net.optimizer.iterations).toBe(0);
  });
});
