// Compiles one file of kernels for every architecture of a release, with warnings as errors, and reads what ptxas says about each kernel.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { env } from 'node:process';
import { packageRoot } from '../../native/build/report.mjs';

export const architectures = [80, 86, 89, 90, 100, 120];

const native = join(packageRoot, 'native');
const cache = join(packageRoot, 'build', 'cuda_static');

// As native/cmake/cuda.cmake compiles them, and stricter. Portable code (PTX) is made for the oldest architecture.
const flags = [
  '-std=c++20',
  '-O3',
  '-lineinfo',
  '--expt-relaxed-constexpr',
  '-Werror=all-warnings',
  '-Xcompiler=-Wall,-Wextra,-fPIC',
  '-Xptxas=-v',
  ...architectures.flatMap((sm) => ['-gencode', `arch=compute_${sm},code=sm_${sm}`]),
  ...['-gencode', 'arch=compute_80,code=compute_80'],
  `-I${native}`,
];

/** nvcc where the build looks for it, too. */
export function findNvcc() {
  const roots = [env.CUDA_PATH, env.CUDA_HOME, join(packageRoot, 'build/cuda/site/nvidia/cu13'), '/usr/local/cuda'];
  const compilers = roots.filter(Boolean).map((root) => join(root, 'bin', 'nvcc'));
  return [env.CUDACXX, ...compilers].filter(Boolean).find((path) => existsSync(path));
}

/** The file and everything of ours that it includes. */
function sources(path, found = new Set()) {
  if (found.has(path) || !existsSync(path)) return found;
  found.add(path);
  for (const [, name] of readFileSync(path, 'utf8').matchAll(/^\s*#include "([^"]+)"/gm)) {
    sources(join(dirname(path), name), found);
    sources(join(native, name), found);
  }
  return found;
}

function fingerprint(version, path) {
  const hash = createHash('sha256').update(`${version} ${flags.join(' ')}`);
  for (const source of [...sources(path)].sort()) hash.update(readFileSync(source));
  return hash.digest('hex');
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output }));
  });
}

/** Kernels by their mangled names: for each architecture registers, shared and local memory, and bytes that were spilled. */
export function readResources(output) {
  const kernels = {};
  let current;
  for (const line of output.split('\n')) {
    const entry = /Compiling entry function '(\S+)' for 'sm_(\d+)'/.exec(line);
    if (entry !== null) {
      kernels[entry[1]] ??= {};
      current = { registers: 0, shared: 0, local: 0, spilled: 0 };
      kernels[entry[1]][entry[2]] = current;
    }
    if (current === undefined) continue;
    const stack = /(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads/.exec(line);
    if (stack !== null) Object.assign(current, { local: Number(stack[1]), spilled: Number(stack[2]) + Number(stack[3]) });
    const used = /Used (\d+) registers/.exec(line);
    if (used === null) continue;
    current.registers = Number(used[1]);
    current.shared = Number(/(\d+) bytes smem/.exec(line)?.[1] ?? 0);
    current = undefined;
  }
  return kernels;
}

/** `{ kernels, error }` of the file; taken from the last time when nothing that it is made of has changed. */
export async function compile(nvcc, version, path) {
  const name = basename(path, '.cu');
  const record = join(cache, `${name}.json`);
  const key = fingerprint(version, path);
  if (existsSync(record)) {
    const known = JSON.parse(readFileSync(record, 'utf8'));
    if (known.key === key) return known;
  }
  mkdirSync(cache, { recursive: true });
  const { status, output } = await run(nvcc, [...flags, '-c', path, '-o', join(cache, `${name}.o`)]);
  if (status !== 0) {
    const lines = output.split('\n').filter((line) => !/^(ptxas info| {4}\d+ bytes)/.test(line) && line !== '');
    return { error: lines.slice(0, 30).join('\n'), kernels: {} };
  }
  const result = { key, kernels: readResources(output) };
  writeFileSync(record, JSON.stringify(result));
  return result;
}
