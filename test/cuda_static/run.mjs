// `npm run test:cuda-static`: every kernel compiles for every architecture of a release without a warning, spills no register, and needs
// what resources.md says. `-- --update` writes that table; names of files (`-- pool2d`) look at these only.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { argv, exit } from 'node:process';
import { packageRoot } from '../../native/build/report.mjs';
import { architectures, compile, findNvcc } from './compile.mjs';
import { printTable } from './table.mjs';

const folder = join(packageRoot, 'native', 'cuda', 'kernels');
const committed = join(import.meta.dirname, 'resources.md');
const update = argv.includes('--update');
const chosen = argv.slice(2).filter((argument) => !argument.startsWith('--'));

/** Compiles all files, as many at once as there are processors; results in the order of the names. */
async function compileAll(nvcc, version, names) {
  const results = {};
  const waiting = [...names];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      results[name] = await compile(nvcc, version, join(folder, `${name}.cu`));
      const { error, kernels } = results[name];
      console.log(error === undefined ? `ok     ${name}: ${Object.keys(kernels).length} kernels` : `FAILED ${name}:\n${error}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}

function spills(results) {
  const found = [];
  for (const [name, { kernels }] of Object.entries(results)) {
    for (const [kernel, resources] of Object.entries(kernels)) {
      const where = architectures.filter((architecture) => resources[architecture]?.spilled > 0);
      if (where.length > 0) found.push(`${name}: ${kernel} spills on ${where.map((sm) => `sm_${sm}`).join(', ')}`);
    }
  }
  return found;
}

/** The sections of a table by their titles; the head has the title ''. */
const sections = (text) =>
  Object.fromEntries(text.split('\n## ').map((part, index) => [index === 0 ? '' : part.split('\n')[0], part]));

/** Says where the table differs from the committed one. */
function compareTables(table, names) {
  const known = existsSync(committed) ? sections(readFileSync(committed, 'utf8')) : {};
  const now = sections(table);
  const changed = names.filter((name) => known[name]?.trim() !== now[name]?.trim());
  const gone = chosen.length > 0 ? [] : Object.keys(known).filter((name) => name !== '' && !names.includes(name));
  return [...changed, ...gone];
}

async function main() {
  const nvcc = findNvcc();
  const version =
    nvcc === undefined ? undefined : /\bV([\d.]+)/.exec(spawnSync(nvcc, ['--version'], { encoding: 'utf8' }).stdout)?.[1];
  if (version === undefined) {
    console.log('NOT RUN: test:cuda-static: no nvcc here; `npm run setup:cuda` brings it');
    return 0;
  }
  const all = readdirSync(folder).filter((file) => file.endsWith('.cu'));
  const names = all
    .map((file) => basename(file, '.cu'))
    .filter((name) => chosen.length === 0 || chosen.includes(name))
    .sort();
  console.log(`nvcc ${version}: ${names.length} files for ${architectures.map((sm) => `sm_${sm}`).join(', ')} and PTX`);
  const results = await compileAll(nvcc, version, names);
  const failed = names.filter((name) => results[name].error !== undefined);
  const spilled = spills(results);
  for (const line of spilled) console.log(`FAILED ${line}`);
  if (failed.length > 0 || spilled.length > 0) return 1;
  const table = printTable(version, Object.fromEntries(names.map((name) => [name, results[name].kernels])));
  if (update) {
    writeFileSync(committed, table);
    console.log(`wrote ${committed}`);
    return 0;
  }
  const differing = compareTables(table, names);
  if (differing.length === 0) return 0;
  console.log(
    `FAILED resources.md differs for ${differing.join(', ')}; look at \`npm run test:cuda-static -- --update\` and commit it`,
  );
  return 1;
}

exit(await main());
