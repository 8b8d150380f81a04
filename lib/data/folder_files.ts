/** @file The image files of a folder, in the order of Keras (keras/src/utils/dataset_utils.py). */

import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../core/errors.js';

/** Endings of image files, in lower case; as in Keras. */
export const imageEndings: readonly string[] = ['.bmp', '.gif', '.jpeg', '.jpg', '.png'];

const isImage = (name: string): boolean => imageEndings.some((ending) => name.toLowerCase().endsWith(ending));

/** What a folder holds. @throws DataError when it is none. */
async function entries(
  where: string,
  folder: string,
): Promise<{ readonly name: string; readonly isLink: boolean; isFolder: boolean }[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    const reason = { ENOENT: 'does not exist', ENOTDIR: 'is no folder' }[error.code ?? ''] ?? `cannot be read: ${error.message}`;
    throw new DataError(`${where}: ${folder} ${reason}; expected a folder of images`, { cause: error });
  });
  return Promise.all(
    found.map(async (entry) => ({
      name: entry.name,
      isLink: entry.isSymbolicLink(),
      isFolder: entry.isSymbolicLink() ? await leadsToFolder(join(folder, entry.name)) : entry.isDirectory(),
    })),
  );
}

/** A link that leads nowhere counts as a file: decoding it names it. */
const leadsToFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** The names of the folders in `folder`, linked ones too, sorted; hidden ones left out. */
export async function folderNames(where: string, folder: string): Promise<string[]> {
  const found = await entries(where, folder);
  return found
    .filter(({ isFolder, name }) => isFolder && !name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

/**
 * Paths of all image files in a folder and the folders below it: by the paths of their folders, then by name.
 *
 * @throws DataError when a folder cannot be read, or a followed link leads back into a folder that holds it.
 */
export async function imageFiles(where: string, folder: string, followLinks: boolean): Promise<string[]> {
  const byFolder = new Map<string, string[]>();
  await walk(where, folder, followLinks, [], byFolder);
  const folders = [...byFolder.keys()].sort();
  return folders.flatMap((path) => (byFolder.get(path) ?? []).sort().map((name) => join(path, name)));
}

async function walk(
  where: string,
  folder: string,
  followLinks: boolean,
  above: readonly string[],
  byFolder: Map<string, string[]>,
): Promise<void> {
  const found = await entries(where, folder);
  const real = followLinks ? await realpath(folder) : folder;
  if (above.includes(real)) {
    throw new DataError(`${where}: the link ${folder} leads back to ${real}; expected links that end; remove it`);
  }
  byFolder.set(
    folder,
    found.filter(({ isFolder, name }) => !isFolder && isImage(name)).map(({ name }) => name),
  );
  for (const { name, isFolder, isLink } of found) {
    if (isFolder && (followLinks || !isLink)) await walk(where, join(folder, name), followLinks, [...above, real], byFolder);
  }
}

/**
 * Paths of the image files (.jpg, .jpeg, .png, .gif, .bmp) in a folder and all folders below it, sorted by folder, then by name. Links to
 * folders are not followed.
 *
 * @throws DataError when `directory` cannot be read.
 * @example
 * const paths = await listImages('flowers');
 */
export const listImages = (directory: string): Promise<string[]> => imageFiles('listImages', directory, false);
