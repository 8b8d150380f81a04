// What the build passes to CMake about the cuda plugin, and what CMake answers (native/cmake/cuda_toolkit.cmake looks for the toolkit).

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { BuildError, buildFolder } from './report.mjs';

/** Machine code for this machine's GPUs, and code that the driver translates for others; '' where there is no GPU: CMake's short list. */
function presentArchitectures() {
  const query = ['--query-gpu=compute_cap', '--format=csv,noheader'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8', timeout: 10_000 });
  const found = status === 0 ? (stdout.match(/^\d+\.\d$/gm) ?? []).map((capability) => capability.replace('.', '')) : [];
  const names = [...new Set(found)].filter((name) => Number(name) >= 80).map((name) => `${name}-real`);
  return names.length === 0 ? '' : [...names.sort(), '80-virtual'].join(',');
}

/** LAMINET_CUDA=AUTO|ON|OFF, and LAMINET_CUDA_ARCHS: a list as CMake writes it or with commas, or `release`. By default the GPUs that are here. */
export function cudaVariables() {
  const wanted = (env.LAMINET_CUDA || 'AUTO').toUpperCase();
  if (!['AUTO', 'ON', 'OFF'].includes(wanted)) throw new BuildError(`LAMINET_CUDA=${wanted}: expected AUTO, ON or OFF`);
  const architectures = (env.LAMINET_CUDA_ARCHS || '').replaceAll(';', ',');
  const entry = /^\d{2,3}[af]?(-real|-virtual)?$/;
  if (!['', 'release'].includes(architectures) && !architectures.split(',').every((name) => entry.test(name))) {
    throw new BuildError(`LAMINET_CUDA_ARCHS=${architectures}: expected release, or a list as in 80-real,90-virtual`);
  }
  return { LAMINET_CUDA: wanted, LAMINET_CUDA_ARCHS: architectures || presentArchitectures() };
}

/** Which plugins will be built, and with what, or why they will not. */
export function cudaStatus() {
  const status = readFileSync(join(buildFolder, 'cuda.txt'), 'utf8').trim();
  return { plugins: status.startsWith('CUDA') ? ['cuda', 'cuda13'] : [], status };
}

/** Whether the last configuration was to build the cuda plugin. */
export function plannedCuda() {
  return existsSync(join(buildFolder, 'cuda.txt')) && cudaStatus().plugins.length > 0;
}
