// Drives cmake-js: configure, then build. The whole output goes to build.log; people see the lines that matter.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import process, { env } from 'node:process';
import { cudaStatus, cudaVariables } from './cuda.mjs';
import { BuildError, buildFolder, packageRoot } from './report.mjs';

const logFile = join(buildFolder, 'build.log');
const cache = join(buildFolder, 'CMakeCache.txt');

/** Versions of cmake and the compiler, as one line. */
export function requireTools() {
  const cmake = firstLine('cmake', ['--version']);
  const compiler = firstLine(env.CXX || 'c++', ['--version']);
  const missing = [cmake ? '' : 'cmake', compiler ? '' : 'a C++20 compiler'].filter(Boolean);
  if (missing.length > 0) {
    throw new BuildError(`${missing.join(' and ')} not found; install them (on Debian: \`apt-get install cmake g++\`)`);
  }
  return `${cmake.replace(' version', '')}, ${compiler}`;
}

function firstLine(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : '';
}

/** Configures; `oneDnnRoot` is a prefix to prefer. Says which plugins will be built, and what oneDNN and CUDA were found. */
export function configure(oneDnnRoot = '') {
  dropForeignCache();
  const variables = { LAMINET_ONEDNN: env.LAMINET_ONEDNN || 'AUTO', LAMINET_ONEDNN_ROOT: oneDnnRoot, ...cudaVariables() };
  cmakeJs(
    'configure',
    Object.entries(variables).map(([name, value]) => `--CD${name}=${value}`),
  );
  const status = readFileSync(join(buildFolder, 'onednn.txt'), 'utf8').trim();
  const oneDnn = { status, missing: status.startsWith('skipped'), advice: [] };
  const cuda = cudaStatus();
  return { plugins: [...(status.startsWith('oneDNN') ? ['cpu'] : []), ...cuda.plugins], oneDnn, cuda: cuda.status };
}

export function compile(target) {
  // A compiler of templates takes up to a gigabyte.
  const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / 2 ** 30)));
  cmakeJs('build', ['--parallel', String(jobs), '--target', target]);
}

/** A build folder that was made elsewhere (a moved or copied checkout) cannot be used. */
function dropForeignCache() {
  if (!existsSync(cache)) return;
  const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1];
  if (home !== join(packageRoot, 'native')) rmSync(buildFolder, { recursive: true });
}

function cmakeJs(command, options) {
  const manifest = createRequire(import.meta.url).resolve('cmake-js/package.json');
  const script = join(dirname(manifest), 'bin', 'cmake-js');
  const args = [script, command, '-d', 'native', '-O', buildFolder, ...options];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: packageRoot,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  mkdirSync(buildFolder, { recursive: true });
  writeFileSync(logFile, `${stdout}${stderr}`);
  if (status === 0) return;
  throw new BuildError(`${command} failed (whole output: ${logFile})\n${excerpt(`${stdout}\n${stderr}`)}`);
}

/** The first errors with the lines after them. */
function excerpt(output) {
  const commands = /^\S*(\+\+|gcc|clang) /; // the compiler's command lines are long, and in build.log
  const lines = output.split('\n').filter((line) => !commands.test(line) && !line.startsWith('ERROR OMG'));
  const first = lines.findIndex((line) => /(\berror\b|CMake Error|FAILED:|fatal)/i.test(line));
  return (first < 0 ? lines.slice(-30) : lines.slice(first, first + 40)).join('\n');
}
