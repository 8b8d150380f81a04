// What the build tells: lines for people, build-info.json for `laminet doctor`.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const packageRoot = fileURLToPath(new URL('../..', import.meta.url));
export const buildFolder = join(packageRoot, 'build', 'native');

/** A failure that is explained by its message: no stack is shown. */
export class BuildError extends Error {}

export function say(line) {
  process.stdout.write(`laminet: ${line}\n`);
}

/** A problem and what to do about it. */
export function hint(problem, advice) {
  process.stderr.write(`laminet: ${[problem, ...advice].join('\n         ')}\n`);
}

export function writeBuildInfo(info) {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  const platform = `${process.platform}-${process.arch}`;
  mkdirSync(buildFolder, { recursive: true });
  const text = JSON.stringify({ version, platform, node: process.version, napi: 9, ...info }, null, 2);
  writeFileSync(join(buildFolder, 'build-info.json'), `${text}\n`);
}
