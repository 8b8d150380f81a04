#!/usr/bin/env node
// Builds the native side: `node native/build.mjs install | build | test`. `install` is what npm runs, `test` also builds and runs the
// native tests. Environment: LAMINET_BUILD=auto|skip|require, LAMINET_ONEDNN=AUTO|ON|OFF, DNNL_ROOT or ONEDNN_ROOT, LAMINET_CUDA=AUTO|ON|OFF,
// LAMINET_CUDA_ARCHS (as in 80-real,90-virtual, or release), CUDACXX, CUDA_PATH, CUDNN_PATH.

import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { env, exit } from 'node:process';
import { compile, configure, requireTools } from './build/cmake.mjs';
import { plannedCuda } from './build/cuda.mjs';
import { ensureOneDnn } from './build/onednn.mjs';
import { BuildError, buildFolder, hint, packageRoot, say, writeBuildInfo } from './build/report.mjs';

/** npm runs install scripts in the package's folder; only in a checkout was npm itself started there. */
function isCheckout() {
  return env.INIT_CWD === undefined || realpathSync(env.INIT_CWD) === realpathSync(packageRoot);
}

function build(target) {
  const started = Date.now();
  const tools = requireTools();
  say(`configuring (${tools})`);
  let info = configure();
  if (info.oneDnn.missing) info = ensureOneDnn(info);
  say('compiling; the first time takes a few minutes');
  compile(target);
  writeBuildInfo({ tools, plugins: info.plugins, oneDnn: info.oneDnn.status, cuda: info.cuda });
  say(`cuda plugin: ${info.cuda}`);
  const files = ['laminet.node', ...info.plugins.map((name) => `laminet_${name}.so`)];
  say(
    `built ${files.join(', ')} in ${relative(packageRoot, buildFolder)}/Release after ${Math.round((Date.now() - started) / 1000)} s`,
  );
  if (info.oneDnn.missing)
    hint(`cpu plugin ${info.oneDnn.status}; programs will run on the slow reference kernels`, info.oneDnn.advice);
}

function test() {
  const { status } = spawnSync('ctest', ['--test-dir', buildFolder, '--output-on-failure'], { stdio: 'inherit' });
  exit(status ?? 1);
}

/**
 * As a dependency, a failed build must not break the whole installation: the import says what to do. A compiler for GPUs that fails costs the
 * cuda plugin only.
 */
function install(mode) {
  try {
    build('laminet_package');
  } catch (error) {
    if (!(error instanceof BuildError) || mode === 'require' || isCheckout()) throw error;
    if ((env.LAMINET_CUDA || 'AUTO').toUpperCase() === 'AUTO' && plannedCuda()) {
      hint(error.message, ['trying again without the cuda plugin (LAMINET_CUDA=OFF)']);
      env.LAMINET_CUDA = 'OFF';
      install(mode);
      return;
    }
    writeBuildInfo({ error: error.message });
    hint(error.message, ['then run `npm rebuild laminet`']);
  }
}

const command = process.argv[2];
const mode = env.LAMINET_BUILD || 'auto';
try {
  if (!['auto', 'skip', 'require'].includes(mode)) throw new BuildError(`LAMINET_BUILD=${mode}: expected auto, skip or require`);
  if (command === 'install' && mode === 'skip') {
    say('LAMINET_BUILD=skip: the native addon is not built; run `npm run build:native` to build it');
  } else if (command === 'install') {
    install(mode);
  } else if (command === 'build') {
    build('laminet_package');
  } else if (command === 'test') {
    build('all');
    test();
  } else {
    throw new BuildError(`unknown command '${command ?? ''}'; expected install, build or test`);
  }
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  hint(error.message, []);
  exit(1);
}
