// What the build passes to CMake about the cuda plugin, and what CMake answers (native/cmake/cuda_toolkit.cmake looks for the toolkit).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { BuildError, buildFolder } from './report.mjs';

/** LAMINET_CUDA=AUTO|ON|OFF and LAMINET_CUDA_ARCHS, a list as CMake writes it or with commas, or `release`. */
export function cudaVariables() {
  const wanted = (env.LAMINET_CUDA || 'AUTO').toUpperCase();
  if (!['AUTO', 'ON', 'OFF'].includes(wanted)) throw new BuildError(`LAMINET_CUDA=${wanted}: expected AUTO, ON or OFF`);
  const architectures = (env.LAMINET_CUDA_ARCHS || '').replaceAll(';', ',');
  const entry = /^\d{2,3}[af]?(-real|-virtual)?$/;
  if (!['', 'release'].includes(architectures) && !architectures.split(',').every((name) => entry.test(name))) {
    throw new BuildError(`LAMINET_CUDA_ARCHS=${architectures}: expected release, or a list as in 80-real,90-virtual`);
  }
  return { LAMINET_CUDA: wanted, LAMINET_CUDA_ARCHS: architectures };
}

/** Which plugins will be built, and with what, or why they will not. */
export function cudaStatus() {
  const status = readFileSync(join(buildFolder, 'cuda.txt'), 'utf8').trim();
  return { plugins: status.startsWith('CUDA') ? ['cuda', 'cuda13'] : [], status };
}
