/** @file Image files of a folder with their classes, and their split (keras/src/utils/dataset_utils.py). */

import { join } from 'node:path';
import { describeValue } from '../core/describe.js';
import { DataError, ValueError } from '../core/errors.js';
import { numpyShuffledIndices } from '../core/mersenne_twister.js';
import { folderNames, imageFiles } from './folder_files.js';

/** Files, and the number of each one's class; no labels, no classes. */
export interface FolderIndex {
  readonly paths: readonly string[];
  readonly labels: Int32Array | null;
  readonly classNames: readonly string[] | null;
}

export interface IndexOptions {
  readonly labels: 'inferred' | null | readonly number[];
  readonly classNames: readonly string[] | null;
  readonly followLinks: boolean;
}

/** @throws DataError when folders or labels do not fit. */
export async function indexFolder(where: string, directory: string, options: IndexOptions): Promise<FolderIndex> {
  const { labels, followLinks } = options;
  if (labels === 'inferred') return inferred(where, directory, options);
  const paths = await imageFiles(where, directory, followLinks);
  if (labels === null) return { paths, labels: null, classNames: null };
  if (labels.length !== paths.length) {
    throw new DataError(
      `${where}: received ${labels.length} labels, and ${directory} holds ${paths.length} files; expected a label for each file`,
    );
  }
  const wrong = labels.findIndex((label) => !Number.isInteger(label) || label < 0);
  if (wrong >= 0) {
    throw new DataError(`${where}: label ${wrong} is ${describeValue(labels[wrong])}; expected integers of at least 0`);
  }
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  return { paths, labels: Int32Array.from(labels), classNames: classes.map(String) };
}

/** A class for each folder in `directory`. */
async function inferred(where: string, directory: string, { classNames, followLinks }: IndexOptions): Promise<FolderIndex> {
  const folders = await folderNames(where, directory);
  const missing = (classNames ?? []).filter((name) => !folders.includes(name));
  if (missing.length > 0) {
    const found = folders.length === 0 ? 'no folders' : folders.join(', ');
    throw new DataError(
      `${where}: classNames has ${missing.join(', ')}; ${directory} holds ${found}; expected names of its folders`,
    );
  }
  const names = classNames ?? folders;
  const files = await Promise.all(names.map((name) => imageFiles(where, join(directory, name), followLinks)));
  const labels = files.flatMap((paths, label) => paths.map(() => label));
  return { paths: files.flat(), labels: Int32Array.from(labels), classNames: names };
}

const take = ({ paths, labels, classNames }: FolderIndex, order: Uint32Array): FolderIndex => ({
  paths: Array.from(order, (i) => paths[i] as string),
  labels: labels && Int32Array.from(order, (i) => labels[i] as number),
  classNames,
});

/** In the order that Keras has for that seed. */
export const shuffledIndex = (index: FolderIndex, seed: number): FolderIndex =>
  take(index, numpyShuffledIndices(index.paths.length, seed));

/** The files for training, and the last ones, for validation. @throws ValueError when one part is empty. */
export function splitIndex(where: string, index: FolderIndex, validationSplit: number): readonly [FolderIndex, FolderIndex] {
  const { paths, labels, classNames } = index;
  const validation = Math.trunc(validationSplit * paths.length);
  const cut = paths.length - validation;
  if (cut === 0 || validation === 0) {
    throw new ValueError(
      `${where}: validationSplit ${validationSplit} of ${paths.length} files leaves ${cut} for training and ${validation} for validation; ` +
        'expected at least 1 of each',
    );
  }
  const part = (begin: number, end: number): FolderIndex => ({
    paths: paths.slice(begin, end),
    labels: labels?.slice(begin, end) ?? null,
    classNames,
  });
  return [part(0, cut), part(cut, paths.length)];
}
