/**
 * @file `npm run test:cudnn`: the real cuDNN, without a GPU. For six GPUs that are only described, every convolution of the examples' models
 * and of three well-known networks gets a finalised plan by the way that the cuda plugin takes: three types, three directions, bias and ReLU;
 * deterministic, without TF32, and never compiled at run time. What came out is compared with the tables in expected/; `--update` writes
 * them anew. Numbers and speed cannot be seen this way.
 */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { argv, env, exit } from 'node:process';
import { buildFolder, packageRoot } from '../../native/build/report.mjs';
import { differences, readTable, writeTable } from './table.mjs';

const here = import.meta.dirname;
const probe = join(buildFolder, 'Release', 'cudnn_probe');
const shapes = ['examples', 'networks', 'options'].map((name) => join(here, 'shapes', `${name}.txt`));

/** The folder of the real library: LAMINET_CUDA_PATH, what setup:cuda brought, what the build found. Empty when there is none. */
function libraryFolder() {
  const cache = join(buildFolder, 'CMakeCache.txt');
  const built = existsSync(cache) ? /^LAMINET_CUDNN_LIBRARY:\w+=(.+)$/m.exec(readFileSync(cache, 'utf8'))?.[1] : undefined;
  const given = (env.LAMINET_CUDA_PATH ?? '').split(':').filter((folder) => folder !== '');
  const folders = [
    ...given.flatMap((folder) => [folder, join(folder, 'lib'), join(folder, 'lib64')]),
    join(packageRoot, 'build/cuda/site/nvidia/cudnn/lib'),
    ...(built ? [dirname(built)] : []),
  ];
  // The emulated library has no parts beside it.
  return folders.find((folder) => existsSync(join(folder, 'libcudnn_graph.so.9'))) ?? '';
}

function whyNot(folder) {
  if (folder === '') return 'cuDNN (libcudnn.so.9) is not there; run `npm run setup:cuda`';
  if (existsSync(join(buildFolder, 'CMakeCache.txt')))
    spawnSync('cmake', ['--build', buildFolder, '--target', 'cudnn_probe'], { stdio: ['ignore', 'ignore', 'inherit'] });
  return existsSync(probe) ? '' : 'the probe is not built; run `npm run setup:cuda`, then `npm run build:native`';
}

const environment = (folder) => ({ ...env, LD_LIBRARY_PATH: folder });

/** The lines of the table of a device, and whether all that must hold does. */
function ask(device, folder) {
  return new Promise((resolve) => {
    const child = spawn(probe, ['table', join(here, 'devices', `${device}.json`), ...shapes], { env: environment(folder) });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (piece) => (output += piece));
    child.stderr.on('data', (piece) => (errors += piece));
    child.on('close', (status) => resolve({ lines: output.trimEnd().split('\n'), errors, passed: status === 0 }));
  });
}

/** Tells what came out for a device; true when it is as it must be. */
function judge(device, version, { lines, errors, passed }) {
  if (errors !== '') console.log(errors.trimEnd());
  const table = join(here, 'expected', `${device}.txt`);
  if (argv.includes('--update')) writeTable(table, { version, lines });
  const expected = readTable(table);
  const found = differences(expected.lines, lines);
  const same = expected.version === version;
  console.log(`${device}: ${lines.length} convolutions, ${passed ? 'all with plans' : 'FAILED'}, ${found.length} differences`);
  for (const difference of found.slice(0, 20)) console.log(`  ${difference}`);
  if (found.length > 20) console.log(`  and ${found.length - 20} more`);
  if (found.length > 0 && !same)
    console.log(`  (the table is of cuDNN ${expected.version}; if this is as it should be: npm run test:cudnn -- --update)`);
  return passed && (found.length === 0 || !same);
}

async function main() {
  const folder = libraryFolder();
  const reason = whyNot(folder);
  if (reason !== '') {
    console.log(`NOT RUN: test:cudnn: ${reason}`);
    return 0;
  }
  const started = Date.now();
  const { stdout, stderr, status } = spawnSync(probe, ['version'], { env: environment(folder), encoding: 'utf8' });
  if (status !== 0) {
    console.log(`FAILED: ${folder}: ${stderr}`);
    return 1;
  }
  const version = stdout.trim();
  console.log(`cuDNN ${version} from ${folder}`);
  const waiting = readdirSync(join(here, 'devices'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));
  const results = [];
  const worker = async () => {
    for (let device = waiting.shift(); device !== undefined; device = waiting.shift())
      results.push(judge(device, version, await ask(device, folder)));
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), waiting.length) }, worker));
  console.log(`test:cudnn: ${results.every(Boolean) ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - started) / 1000)} s`);
  return results.every(Boolean) ? 0 : 1;
}

exit(await main());
