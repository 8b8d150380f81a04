/**
 * @file `npm run test:keras`: Keras and laminet read each other's files, predict the same and train on the same way. Keras comes from the
 * Python that LAMINET_KERAS_PYTHON names, or is installed into .cache/keras with the versions of requirements.txt.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exchange } from './exchange.mjs';

const here = import.meta.dirname;
const environment = join(here, '../../../.cache/keras');
const quiet = {
  ...process.env,
  KERAS_BACKEND: 'jax',
  JAX_PLATFORMS: 'cpu',
  TF_CPP_MIN_LOG_LEVEL: '3',
  PYTHONDONTWRITEBYTECODE: '1',
};

/** Whether the command ended well; its output is shown. */
const run = (command, ...args) => spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env: quiet }).status === 0;

function stop(reason) {
  console.error(`test:keras could not run: ${reason}`);
  process.exit(1);
}

function findPython() {
  const given = process.env.LAMINET_KERAS_PYTHON;
  if (given !== undefined) {
    if (!run(given, '-c', 'import keras, jax, h5py')) stop(`LAMINET_KERAS_PYTHON=${given} cannot import keras, jax and h5py`);
    return given;
  }
  const python = join(environment, 'bin/python');
  if (existsSync(python) && run(python, '-c', 'import keras, jax, h5py')) return python;
  console.log(`Installing Keras into ${environment}`);
  if (!run('python3', '-m', 'venv', '--clear', environment))
    stop('python3 -m venv failed; install Python 3.11 or later with venv');
  if (!run(python, '-m', 'pip', 'install', '--quiet', '-r', join(here, 'requirements.txt')))
    stop('pip could not install keras, jax and h5py; is there a way to a package index?');
  return python;
}

const python = findPython();
const folder = await mkdtemp(join(tmpdir(), 'laminet-keras-'));
try {
  const [from, to] = [join(folder, 'keras'), join(folder, 'laminet')];
  await mkdir(from);
  await mkdir(to);
  if (!run(python, join(here, 'check.py'), 'write', from)) stop('Keras could not write its files');
  const read = await exchange(from, to);
  const written = run(python, join(here, 'check.py'), 'read', to);
  console.log(read && written ? 'Keras and laminet agree' : 'Keras and laminet differ: see the lines that begin with FAIL');
  process.exitCode = read && written ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}
