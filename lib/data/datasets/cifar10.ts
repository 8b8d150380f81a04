/** @file CIFAR-10: 60,000 colour images of 10 classes (https://www.cs.toronto.edu/~kriz/cifar.html), binary version. */

import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { extract } from 'tar';
import { DataError } from '../../core/errors.js';
import { checkOptions } from '../../core/options.js';
import type { HostArray } from '../../runtime/function.js';
import { download } from './download.js';
import { type DatasetFile, type DatasetOptions, datasetFolder, findFile, missing, readChecked } from './files.js';
import type { ImageDataset } from './idx.js';

const where = 'datasets.cifar10.load';
const url = 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz';
const folderName = 'cifar-10-batches-bin';
const side = 32;
const pixels = side * side;
const recordBytes = 1 + 3 * pixels;

const files: readonly DatasetFile[] = [
  { name: 'data_batch_1.bin', md5: '5dd7e06a14cb22eb9f671a540d1b7c25' },
  { name: 'data_batch_2.bin', md5: '5ea93a67294ea407fff1d09f752e9692' },
  { name: 'data_batch_3.bin', md5: '942cd6a4bcdd0dd3c604fbe906cb4421' },
  { name: 'data_batch_4.bin', md5: 'ae636b3ba5c66a11e91e8cb52e771fcb' },
  { name: 'data_batch_5.bin', md5: '53f37980c15c3d472c316c40844f3f0d' },
  { name: 'test_batch.bin', md5: '803d5f7f4d78ea53de84dbe85f74fb6d' },
];

const classNames = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

/** Records of a label and three colour planes, as images with the colours last. */
function parseRecords(parts: readonly Uint8Array[]): { x: HostArray; y: HostArray } {
  const count = parts.reduce((sum, part) => sum + part.length / recordBytes, 0);
  const images = new Uint8Array(count * 3 * pixels);
  const labels = new Uint8Array(count);
  let sample = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += recordBytes) {
      labels[sample] = part[at] as number;
      const from = at + 1;
      const to = sample++ * 3 * pixels;
      for (let pixel = 0; pixel < pixels; pixel++) {
        for (let colour = 0; colour < 3; colour++)
          images[to + 3 * pixel + colour] = part[from + colour * pixels + pixel] as number;
      }
    }
  }
  return {
    x: { data: images, shape: [count, side, side, 3], dtype: 'uint8' },
    y: { data: labels, shape: [count, 1], dtype: 'uint8' },
  };
}

async function fetchArchive(folder: string): Promise<void> {
  const archive = join(dirname(folder), 'cifar-10-binary.tar.gz');
  try {
    await download(url, archive);
    await extract({ file: archive, cwd: dirname(folder), filter: (path) => path.startsWith(folderName) });
  } catch (error) {
    throw missing(where, folder, files, url, error as Error);
  }
  await rm(archive, { force: true });
}

/**
 * 50,000 training and 10,000 test images.
 *
 * @returns `x` uint8 `[n, 32, 32, 3]` in 0..255, `y` uint8 `[n, 1]` in 0..9, as Keras gives them
 * @throws DataError offline, naming the files, their checksums and the folder to put them in.
 * @example
 * const { train, test } = await datasets.cifar10.load();
 */
export async function load(options: DatasetOptions = {}): Promise<ImageDataset> {
  checkOptions(where, options, ['folder']);
  const folder = datasetFolder(folderName, options);
  if (files.some((file) => findFile(folder, file.name) === undefined)) await fetchArchive(folder);
  const parts: Uint8Array[] = [];
  for (const file of files) {
    const path = findFile(folder, file.name);
    if (path === undefined) throw new DataError(`${where}: ${file.name} is not in ${folder} after the archive was unpacked`);
    parts.push(await readChecked(where, path, file));
  }
  return { train: parseRecords(parts.slice(0, 5)), test: parseRecords(parts.slice(5)), classNames };
}
