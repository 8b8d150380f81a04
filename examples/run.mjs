// Compiles the examples and runs one: `npm run example -- <name> [--quick] [--seed 7]`; without a name it lists them.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { nearestName } from '../dist/core/options.js';

const examples = import.meta.dirname;

/** The examples and what each shows: the `@file` line of its index.ts. */
function known() {
  const found = new Map();
  for (const entry of readdirSync(examples, { withFileTypes: true })) {
    const script = join(examples, entry.name, 'index.ts');
    if (!existsSync(script)) continue;
    const head = /@file\s+([^\n]*?)\s*(\*\/|\n)/.exec(readFileSync(script, 'utf8'));
    found.set(entry.name, head?.[1] ?? '');
  }
  return found;
}

/** A mistake on the command line: says what to do instead. */
function refuse(message) {
  console.error(`example: ${message}`);
  process.exit(2);
}

/** The name on the command line. Its options are read by common.ts, so here they are only checked. */
function parse() {
  try {
    const options = { quick: { type: 'boolean' }, seed: { type: 'string' } };
    return parseArgs({ options, allowPositionals: true }).positionals;
  } catch (error) {
    return refuse(`${error.message.split('. ')[0]}; expected npm run example -- <name> [--quick] [--seed 7]`);
  }
}

/** Compiles all examples to dist-examples/; a type error ends the run, because half-checked programs teach nothing. */
function compile() {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', examples], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

const list = known();
const [name, ...rest] = parse();
if (name === undefined) {
  const width = Math.max(...[...list.keys()].map((key) => key.length));
  for (const [key, head] of list) console.log(`${key.padEnd(width)}  ${head}`);
} else {
  if (rest.length > 0) refuse(`received ${[name, ...rest].join(', ')}; expected one name`);
  if (!list.has(name)) {
    const nearest = nearestName(name, [...list.keys()]);
    refuse(
      `unknown example '${name}'; ${nearest ? `did you mean '${nearest}'?` : `expected one of ${[...list.keys()].join(', ')}`}`,
    );
  }
  compile();
  const root = fileURLToPath(new URL('../', import.meta.url));
  await import(pathToFileURL(join(root, 'dist-examples', name, 'index.js')).href);
}
