/** @file MNIST and Fashion-MNIST: four files in the idx format (http://yann.lecun.com/exdb/mnist). */

import { DataError } from '../../core/errors.js';
import { checkOptions } from '../../core/options.js';
import type { HostArray } from '../../runtime/function.js';
import { type DatasetFile, type DatasetOptions, datasetFolder, loadFile } from './files.js';

/** Images and labels, to train on and to test with. */
export interface ImageDataset {
  readonly train: { readonly x: HostArray; readonly y: HostArray };
  readonly test: { readonly x: HostArray; readonly y: HostArray };
  /** Names of the classes, by label. */
  readonly classNames: readonly string[];
}

export interface IdxSource {
  readonly name: string;
  readonly url: string;
  readonly classNames: readonly string[];
  /** md5 of the unzipped files: train images, train labels, test images, test labels. */
  readonly md5: readonly [string, string, string, string];
}

const names = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
];

/** The array in an idx file: two zeros, the type (8: unsigned bytes), the rank, the sizes (big endian), the elements. */
export function parseIdx(where: string, bytes: Uint8Array): HostArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rank = bytes[3] ?? 0;
  if (bytes.length < 4 + 4 * rank || view.getUint16(0) !== 0 || bytes[2] !== 8)
    throw new DataError(`${where}: not an idx file of unsigned bytes`);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const data = bytes.subarray(4 + 4 * rank);
  const count = shape.reduce((product, size) => product * size, 1);
  if (data.length !== count) throw new DataError(`${where}: ${data.length} elements; its header says ${count}`);
  return { data, shape, dtype: 'uint8' };
}

/** Loads a set of four idx files. */
export async function loadIdx(source: IdxSource, options: DatasetOptions): Promise<ImageDataset> {
  const where = `datasets.${source.name}.load`;
  checkOptions(where, options, ['folder']);
  const folder = datasetFolder(
    source.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    options,
  );
  const load = async (index: number): Promise<HostArray> => {
    const file: DatasetFile = { name: names[index] as string, md5: source.md5[index] as string };
    return parseIdx(`${where}: ${file.name}`, await loadFile(where, folder, file, `${source.url}${file.name}`));
  };
  const [trainX, trainY, testX, testY] = [await load(0), await load(1), await load(2), await load(3)];
  return { train: { x: trainX, y: trainY }, test: { x: testX, y: testY }, classNames: source.classNames };
}
