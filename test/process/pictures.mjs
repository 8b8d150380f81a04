// Folders of pictures for the scenarios of image data sets.

import { rmSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { imageDatasetFromDirectory } from '../../dist/index.js';

const pictures = fileURLToPath(new URL('../data/images/', import.meta.url));

/** Calls `use` with a folder that holds `count` files, one class, copies of the pictures `names` in turn; the end of the process removes it. */
export async function withPictures(names, count, use) {
  const folder = await mkdtemp(join(tmpdir(), 'laminet-pictures-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  await mkdir(join(folder, 'class'));
  for (let i = 0; i < count; i++) {
    const name = names[i % names.length];
    await copyFile(join(pictures, name), join(folder, 'class', `${String(i).padStart(4, '0')}-${name}`));
  }
  return use(folder);
}

/** The images of such a folder, without labels, in batches of 8. */
export const open = (folder, options = {}) =>
  imageDatasetFromDirectory(folder, { labels: null, imageSize: 64, batchSize: 8, shuffle: false, verbose: false, ...options });
