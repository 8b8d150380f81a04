#!/usr/bin/env node
// `npm run setup:cuda`: brings what the cuda plugin needs and this machine lacks into build/cuda, with pip and without root: cuDNN,
// cuBLASLt, NVRTC and CUPTI, and the compiler where there is no CUDA 13 toolkit. Doing it again changes nothing.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { env, exit } from 'node:process';
import { BuildError, hint, packageRoot, say } from './build/report.mjs';

/** NVIDIA's packages, in versions that were tried together. */
const libraries = [
  'nvidia-cudnn-cu13==9.24.0.43',
  'nvidia-cublas==13.1.1.3',
  'nvidia-cuda-nvrtc==13.0.88',
  'nvidia-cuda-cupti==13.0.85',
];
const toolkit = [
  'nvidia-cuda-nvcc==13.0.88',
  'nvidia-cuda-crt==13.0.88',
  'nvidia-nvvm==13.0.88',
  'nvidia-cuda-runtime==13.0.96',
  'nvidia-cuda-cccl==13.0.85',
];

const folder = join(packageRoot, 'build', 'cuda');
const site = join(folder, 'site');
const record = join(folder, 'packages.txt');
const nextCommands = [
  '`npm run build:native` builds the cuda plugin with it',
  '`npx laminet doctor` says whether a GPU can be used',
];

/** nvcc of a CUDA 13 toolkit that was not brought by this script, with its version; undefined when there is none. */
function installedToolkit() {
  const roots = [env.CUDA_PATH, env.CUDA_HOME, '/usr/local/cuda'].filter(Boolean).map((root) => join(root, 'bin', 'nvcc'));
  for (const compiler of [env.CUDACXX, ...roots, 'nvcc'].filter(Boolean)) {
    const { status, stdout } = spawnSync(compiler, ['--version'], { encoding: 'utf8' });
    const version = status === 0 ? /\bV(13\.[\d.]+)/.exec(stdout)?.[1] : undefined;
    if (version !== undefined) return { compiler, version };
  }
  return undefined;
}

/** The command that runs pip, as a list of words. */
function findPip() {
  const works = (words) => spawnSync(words[0], [...words.slice(1), '--version']).status === 0;
  for (const words of [['python3', '-m', 'pip'], ['pip3'], ['pip']]) if (works(words)) return words;
  const python = spawnSync('python3', ['--version']).status === 0;
  throw new BuildError(
    `${python ? 'python3 is here, but not pip' : 'neither python3 nor pip is here'}; install pip ` +
      '(on Debian: `apt-get install python3-pip`), or install cuDNN 9 and the CUDA 13 toolkit from NVIDIA and set CUDNN_PATH and CUDA_PATH',
  );
}

/** All packages at once, into a new folder: pip does not merge into an old one, and half an installation must not stay. */
function download(packages) {
  const pip = findPip();
  const fresh = join(folder, 'site.new');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  say(`${pip.join(' ')} downloads ${packages.join(', ')} (up to 1.5 GB on disk)`);
  const options = ['--quiet', '--no-deps', '--disable-pip-version-check', '--no-warn-script-location', '--target', fresh];
  const { status, stderr } = spawnSync(pip[0], [...pip.slice(1), 'install', ...options, ...packages], { encoding: 'utf8' });
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new BuildError(`pip could not bring the packages (is the network reachable?):\n${errors(stderr)}`);
  }
  rmSync(site, { recursive: true, force: true });
  renameSync(fresh, site);
}

function errors(output) {
  const lines = output.trim().split('\n');
  const found = lines.filter((line) => line.startsWith('ERROR'));
  return (found.length > 0 ? found : lines.slice(-3)).join('\n');
}

/** The packages leave out the names that nvcc links with. */
function addLinks() {
  const root = join(site, 'nvidia', 'cu13');
  if (!existsSync(join(root, 'lib64'))) symlinkSync('lib', join(root, 'lib64'));
  const runtime = join(root, 'lib', 'libcudart.so');
  if (existsSync(`${runtime}.13`) && !existsSync(runtime)) symlinkSync('libcudart.so.13', runtime);
}

try {
  const found = installedToolkit();
  say(found === undefined ? 'no CUDA 13 toolkit here' : `CUDA toolkit ${found.version} (${found.compiler}) is here`);
  const packages = found === undefined ? [...libraries, ...toolkit] : libraries;
  const wanted = `${packages.join('\n')}\n`;
  if (existsSync(site) && existsSync(record) && readFileSync(record, 'utf8') === wanted) {
    say(`${relative(packageRoot, site)} already holds ${packages.join(', ')}`);
  } else {
    rmSync(record, { force: true });
    download(packages);
    addLinks();
    writeFileSync(record, wanted);
    say(`${relative(packageRoot, site)} holds them now`);
  }
  for (const line of nextCommands) say(`next: ${line}`);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  hint(`setup:cuda: ${error.message}`, []);
  exit(1);
}
