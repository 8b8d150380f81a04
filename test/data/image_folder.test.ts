/** The worker threads of image data sets load JavaScript, so these tests use the build of the library (npm run build). */

import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  clearSession,
  DataError,
  type ImageDatasetOptions,
  imageDatasetFromDirectory,
  layers,
  listImages,
  type ShapedArray,
  sequential,
  ValueError,
} from '../../dist/index.js';
import { fixture, golden } from './image_golden.js';

let folder = '';

/** Files of the temporary folder that hold the same small picture. */
async function fill(names: readonly string[]): Promise<void> {
  const picture = await readFile(fixture('colour.png'));
  for (const name of names) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, picture);
  }
}

beforeEach(async () => {
  clearSession();
  folder = await mkdtemp(join(tmpdir(), 'laminet-folder-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** All batches of an epoch. */
async function batchesOf(dataset: AsyncIterable<unknown>): Promise<[ShapedArray, ShapedArray][]> {
  const batches: [ShapedArray, ShapedArray][] = [];
  for await (const batch of dataset) batches.push(batch as [ShapedArray, ShapedArray]);
  return batches;
}

const labelsOf = async (dataset: AsyncIterable<unknown>): Promise<number[]> =>
  (await batchesOf(dataset)).flatMap(([, labels]) => Array.from(labels.data));

describe('listImages', () => {
  it('gives the paths of all images below, sorted', async () => {
    await fill(['b.jpg', 'a/2.PNG', 'a/10.bmp', 'a.gif', 'a/deep/x.jpeg']);
    await writeFile(join(folder, 'a', 'notes.txt'), '');
    const paths = await listImages(folder);
    expect(paths.map((path) => relative(folder, path))).toEqual(['a.gif', 'b.jpg', 'a/10.bmp', 'a/2.PNG', 'a/deep/x.jpeg']);
  });

  it('says what is wrong with the folder', async () => {
    await expect(listImages(join(folder, 'none'))).rejects.toThrow(
      `listImages: ${join(folder, 'none')} does not exist; expected a folder of images`,
    );
    await expect(listImages(fixture('colour.png'))).rejects.toThrow('colour.png is no folder; expected a folder of images');
  });
});

describe('imageDatasetFromDirectory as Keras', () => {
  const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

  for (const { options, printed, paths, classNames, labels } of golden.folders.cases) {
    it(`finds, orders and splits files: ${JSON.stringify(options)}`, async () => {
      await fill(golden.folders.names);
      const log = vi.spyOn(console, 'log').mockImplementation(() => {});
      const ours = Object.fromEntries(Object.entries(options).map(([key, value]) => [camel(key), value]));
      const dataset = await imageDatasetFromDirectory(folder, { imageSize: 2, ...ours } as ImageDatasetOptions);
      expect(log.mock.calls.map(([line]) => line)).toEqual(printed);
      expect(dataset.filePaths.map((path) => relative(folder, path))).toEqual(paths);
      expect(dataset.classNames).toEqual(classNames);
      if (labels === undefined) return;
      const batches = await batchesOf(dataset);
      expect(batches.flatMap(([, y]) => Array.from(y.data))).toEqual(labels.data);
      expect(batches[0]?.[1]).toMatchObject({ shape: labels.shape, dtype: labels.dtype });
    });
  }
});

describe('an image data set', () => {
  const quiet = { verbose: false, imageSize: [4, 5] as const, batchSize: 4 };
  const twoClasses = Array.from({ length: 7 }, (_, i) => `dogs/${i}.png`).concat(['cats/0.png', 'cats/1.png', 'cats/2.png']);

  it('has batches of float images and class numbers, the last one smaller', async () => {
    await fill(twoClasses);
    const dataset = await imageDatasetFromDirectory(folder, { ...quiet, shuffle: false });
    expect(dataset.length).toBe(3);
    const batches = await batchesOf(dataset);
    expect(batches.map(([x]) => x.shape)).toEqual([
      [4, 4, 5, 3],
      [4, 4, 5, 3],
      [2, 4, 5, 3],
    ]);
    const wanted = golden.resized.find(
      (each) => each.height === 4 && each.interpolation === 'bilinear' && each.fit === 'distort',
    );
    for (const [x] of batches) {
      expect(x.dtype).toBe('float32');
      x.data.forEach((value, i) => {
        expect(value).toBeCloseTo(wanted?.data[i % 60] as number, 3);
      });
    }
    expect(await labelsOf(dataset)).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('cuts or borders images, and reads them in other colours and by nearest', async () => {
    await fill(['a/0.png']);
    const first = async (options: ImageDatasetOptions): Promise<ShapedArray> => {
      const dataset = await imageDatasetFromDirectory(folder, { verbose: false, imageSize: [20, 5], ...options, subset: null });
      return ((await batchesOf(dataset))[0] as [ShapedArray, ShapedArray])[0];
    };
    const wanted = (interpolation: string, fit: string): number[] =>
      golden.resized.find((each) => each.height === 20 && each.interpolation === interpolation && each.fit === fit)?.data ?? [];
    const near = (array: ShapedArray, values: number[]): void =>
      array.data.forEach((value, i) => {
        expect(value).toBeCloseTo(values[i] as number, 3);
      });
    near(await first({ cropToAspectRatio: true }), wanted('bilinear', 'crop'));
    near(await first({ padToAspectRatio: true }), wanted('bilinear', 'pad'));
    near(await first({ interpolation: 'nearest' }), wanted('nearest', 'distort'));
    expect((await first({ colorMode: 'grayscale' })).shape).toEqual([1, 20, 5, 1]);
    expect((await first({ colorMode: 'rgba' })).shape).toEqual([1, 20, 5, 4]);
  });

  it('gives single samples without batchSize', async () => {
    await fill(twoClasses);
    const dataset = await imageDatasetFromDirectory(folder, { ...quiet, batchSize: null, shuffle: false });
    expect(dataset.length).toBe(10);
    const batches = await batchesOf(dataset);
    expect(batches.map(([x, y]) => [x.shape, y.shape, Array.from(y.data)])[9]).toEqual([[4, 5, 3], [], [1]]);
  });

  it('gives images alone without labels', async () => {
    await fill(twoClasses);
    for (const options of [{ labels: null }, { labelMode: null }]) {
      const dataset = await imageDatasetFromDirectory(folder, { ...quiet, ...options });
      expect(dataset.classNames).toBeNull();
      const batches: unknown[] = await batchesOf(dataset);
      expect(batches.map((batch) => (batch as ShapedArray).shape[0])).toEqual([4, 4, 2]);
    }
  });

  it('is shuffled anew each epoch, and again the same with the same seed', async () => {
    await fill(Array.from({ length: 20 }, (_, i) => `class${String(i).padStart(2, '0')}/0.png`));
    const epochs = async (seed: number | null): Promise<string[]> => {
      const dataset = await imageDatasetFromDirectory(folder, { ...quiet, seed });
      const orders = [await labelsOf(dataset), await labelsOf(dataset), await labelsOf(dataset)];
      for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
      return orders.map((order) => order.join());
    };
    const orders = await epochs(3);
    expect(new Set(orders).size).toBe(3);
    expect(await epochs(3)).toEqual(orders);
    expect(await epochs(4)).not.toEqual(orders);
    const unseeded = await epochs(null);
    expect(await epochs(null)).not.toEqual(unseeded);
    clearSession();
    expect(await epochs(null)).toEqual(unseeded);
  });

  it("gives both parts with subset 'both': the training part shuffled each epoch, the validation part never", async () => {
    await fill(twoClasses);
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const options = { ...quiet, verbose: true, validationSplit: 0.4, seed: 5 };
    const [training, validation] = await imageDatasetFromDirectory(folder, { ...options, subset: 'both' });
    expect(log.mock.calls.flat()).toEqual([
      'Found 10 files belonging to 2 classes.',
      'Using 6 files for training.',
      'Using 4 files for validation.',
    ]);
    expect(new Set([...training.filePaths, ...validation.filePaths]).size).toBe(10);
    expect(await labelsOf(validation)).toEqual(await labelsOf(validation));
    expect(validation.filePaths.map((path) => (path.includes('cats') ? 0 : 1))).toEqual(await labelsOf(validation));
    const alone = await imageDatasetFromDirectory(folder, { ...options, subset: 'validation', verbose: false });
    expect(alone.filePaths).toEqual(validation.filePaths);
  });

  it('trains, evaluates and predicts', async () => {
    await fill(twoClasses);
    const dataset = await imageDatasetFromDirectory(folder, { ...quiet, labelMode: 'binary' });
    const net = sequential([layers.flatten({ inputShape: [4, 5, 3] }), layers.dense({ units: 1, activation: 'sigmoid' })]);
    net.compile({ loss: 'binaryCrossentropy', metrics: ['accuracy'] });
    const history = await net.fit(dataset, null, { epochs: 2, validationData: dataset, verbose: 0 });
    expect(history.params.steps).toBe(3);
    expect(Object.keys(history.history)).toEqual(['accuracy', 'loss', 'val_accuracy', 'val_loss']);
    expect((await net.evaluate(dataset, null, { verbose: 0 })).loss).toBeGreaterThan(0);
    expect((await net.predict(dataset)).shape).toEqual([10, 1]);
  });

  it('is a pipeline', async () => {
    await fill(twoClasses);
    const dataset = await imageDatasetFromDirectory(folder, { ...quiet, shuffle: false });
    const labels = dataset.map(([images, classes]) => [images.shape[0] as number, Array.from(classes.data)] as const).take(1);
    const seen: unknown[] = [];
    for await (const batch of labels) seen.push(batch);
    expect(seen).toEqual([[4, [0, 0, 0, 1]]]);
  });

  it('follows links to folders only when told to, and never in circles', async () => {
    await fill(['all/a/0.png', 'all/a/1.png', 'outside/2.png']);
    await symlink(join(folder, 'outside'), join(folder, 'all', 'a', 'linked'));
    await symlink(join(folder, 'all', 'a', '0.png'), join(folder, 'all', 'a', 'file.png'));
    const names = async (followLinks: boolean): Promise<string[]> => {
      const { filePaths } = await imageDatasetFromDirectory(join(folder, 'all'), { ...quiet, shuffle: false, followLinks });
      return filePaths.map((path) => relative(join(folder, 'all', 'a'), path));
    };
    expect(await names(false)).toEqual(['0.png', '1.png', 'file.png']);
    expect(await names(true)).toEqual(['0.png', '1.png', 'file.png', 'linked/2.png']);
    await symlink(join(folder, 'all'), join(folder, 'outside', 'back'));
    await expect(names(true)).rejects.toThrow('leads back to');
    expect(await names(false)).toHaveLength(3);
  });

  it('names damaged files, and ends there', async () => {
    await fill(twoClasses);
    const path = join(folder, 'dogs', '3.png');
    await writeFile(path, (await readFile(path)).subarray(0, 50));
    const dataset = await imageDatasetFromDirectory(folder, { ...quiet, shuffle: false });
    const failed = batchesOf(dataset);
    await expect(failed).rejects.toBeInstanceOf(DataError);
    await expect(failed).rejects.toThrow(`imageDatasetFromDirectory: ${path} cannot be decoded`);
    const net = sequential([layers.flatten({ inputShape: [4, 5, 3] }), layers.dense({ units: 2 })]);
    await expect(net.predict(dataset)).rejects.toThrow(`predict: batch 1: imageDatasetFromDirectory: ${path}`);
  });
});

describe('imageDatasetFromDirectory refuses', () => {
  const refuses = (name: string, type: typeof DataError | typeof ValueError, words: string, options: object): void =>
    it(name, async () => {
      await fill(['a/0.png', 'b/0.png', 'c/0.png']);
      const failed = imageDatasetFromDirectory(folder, { verbose: false, ...options });
      await expect(failed).rejects.toBeInstanceOf(type);
      await expect(failed).rejects.toThrow(`imageDatasetFromDirectory: ${words}`);
    });

  refuses('unknown options', ValueError, "unknown option 'image_size'; did you mean 'imageSize'?", { image_size: 2 });
  refuses('other labels', ValueError, "labels is 'infer'; expected 'inferred', null, or a list of class numbers", {
    labels: 'infer',
  });
  refuses('too few labels', DataError, 'received 2 labels, and ', { labels: [1, 2] });
  refuses('fractions as labels', DataError, 'label 1 is 0.5; expected integers of at least 0', { labels: [1, 0.5, 2] });
  refuses('other label modes', ValueError, "unknown labelMode 'onehot'", { labelMode: 'onehot' });
  refuses('other interpolations', ValueError, "unknown interpolation 'bicubic'", { interpolation: 'bicubic' });
  refuses('other colours', ValueError, "unknown colorMode 'rbg'; did you mean 'rgb'?", { colorMode: 'rbg' });
  refuses('empty batches', ValueError, 'batchSize is 0; expected an integer of at least 1', { batchSize: 0 });
  refuses('sizes of three numbers', ValueError, 'imageSize is [2,2,3]; expected', { imageSize: [2, 2, 3] });
  refuses('both aspect ratios', ValueError, 'cropToAspectRatio and padToAspectRatio are both true; expected at most one', {
    cropToAspectRatio: true,
    padToAspectRatio: true,
  });
  refuses('class names that are no folders', DataError, 'classNames has d; ', { classNames: ['a', 'd'] });
  refuses('class names beside labels', ValueError, 'classNames is given beside a list of labels', {
    labels: [0, 1, 2],
    classNames: ['a'],
  });
  refuses('class names without labels', ValueError, 'classNames is given without labels', { labels: null, classNames: ['a'] });
  refuses('three binary classes', ValueError, "labelMode 'binary' with 3 classes (a, b, c); expected 2", { labelMode: 'binary' });
  refuses('labels beyond the classes', DataError, 'label 7 with 3 different labels; expected 0 to 2', {
    labels: [0, 7, 1],
    labelMode: 'categorical',
  });
  refuses('splits of nothing', ValueError, 'validationSplit is 0; expected a number between 0 and 1', {
    validationSplit: 0,
    subset: 'training',
  });
  refuses('a split without a subset', ValueError, 'validationSplit is given without subset; expected both or neither', {
    validationSplit: 0.5,
  });
  refuses('a subset without a split', ValueError, 'subset is given without validationSplit', { subset: 'training' });
  refuses('other subsets', ValueError, "unknown subset 'test'", { subset: 'test', validationSplit: 0.5 });
  refuses('a shuffled split without a seed', ValueError, 'validationSplit of shuffled files without a seed', {
    validationSplit: 0.5,
    subset: 'both',
  });
  refuses('an empty part', ValueError, 'validationSplit 0.1 of 3 files leaves 3 for training and 0 for validation', {
    validationSplit: 0.1,
    subset: 'both',
    seed: 1,
  });
  refuses('fractions as seeds', ValueError, 'seed is 0.5; expected an integer in [0, 2^32)', { seed: 0.5 });

  it('folders without images', async () => {
    await mkdir(join(folder, 'a'));
    await expect(imageDatasetFromDirectory(folder)).rejects.toThrow(
      `imageDatasetFromDirectory: no images in ${folder}; expected files ending in .bmp, .gif, .jpeg, .jpg, .png`,
    );
  });
});
