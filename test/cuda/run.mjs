// `npm run test:cuda`: the CUDA plugin as nvcc built it, on the emulated device (or, with --real, on this machine's GPU). Native tests in
// several orders of threads and blocks, the tests of ops, layers, trainings, callbacks and errors, the ends of processes, and the counts of
// a step. With --sanitize: the native tests under ASan and UBSan. Where there is nothing to test it says so by name and reason.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process, { argv, execPath, exit } from 'node:process';
import { buildFolder, packageRoot } from '../../native/build/report.mjs';

const real = argv.includes('--real');
const sanitize = argv.includes('--sanitize');

/** What runs on a device: everything else has no arithmetic. */
const folders = [
  'ops',
  'autodiff',
  'activations',
  'initializers',
  'regularizers',
  'constraints',
  'losses',
  'metrics',
  'optimizers',
].concat(['schedules', 'layers', 'models', 'training', 'callbacks', 'saving/weights', 'profiler/profile']);

function run(title, command, args, env = {}) {
  console.log(`== ${title}`);
  const started = Date.now();
  const { status, signal } = spawnSync(command, args, { cwd: packageRoot, stdio: 'inherit', env: { ...process.env, ...env } });
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`== ${title}: ${status === 0 ? 'passed' : `FAILED (${signal ?? status})`} in ${seconds} s`);
  return status === 0;
}

function whyNot() {
  const plugin = join(buildFolder, 'Release', 'laminet_cuda13.so');
  if (existsSync(plugin)) return '';
  const skipped = join(buildFolder, 'Release', 'laminet_cuda.skipped');
  const reason = existsSync(skipped) ? readFileSync(skipped, 'utf8').trim() : 'the native side is not built';
  return `the cuda plugin is not part of this build: ${reason}; run \`npm run setup:cuda\`, then \`npm run build:native\``;
}

const jobs = String(availableParallelism());
const build = (title, folder, ...targets) => run(title, 'cmake', ['--build', folder, '--parallel', jobs, '--target', ...targets]);
const nativeTests = (title, folder, env, names = ['-R', '^(cuda|emula)']) =>
  run(title, 'ctest', ['--test-dir', folder, ...names, '--output-on-failure', '-j', jobs], env);

function orders() {
  return [
    build('building the tests', buildFolder, 'laminet_package', 'cuda_tests'),
    nativeTests('native tests, threads and blocks in their order', buildFolder, { EMULATOR_ORDER: '0' }),
    nativeTests('native tests, backwards', buildFolder, { EMULATOR_ORDER: 'reversed' }),
    nativeTests('native tests, shuffled', buildFolder, { EMULATOR_ORDER: '20' }),
  ];
}

function sanitizedTests() {
  const folder = join(packageRoot, 'build', 'native-sanitized');
  // No machine code: the emulated device runs what g++ makes.
  const cuda = ['-DLAMINET_CUDA=ON', '-DLAMINET_CUDA_ARCHS=80-virtual'];
  const options = ['-DLAMINET_SANITIZE=address,undefined', '-DLAMINET_ONEDNN=OFF', ...cuda];
  return [
    run('configuring with ASan and UBSan', 'cmake', ['-S', 'native', '-B', folder, ...options]),
    build('building with ASan and UBSan', folder, 'cuda_tests'),
    nativeTests('native tests under ASan and UBSan', folder, {}, ['-R', '^(cuda|emula)', '-E', '^cuda_shape$']),
    // LeakSanitizer (GCC 12) itself crashes at the end of this one.
    nativeTests('cuda_shape, without a look for leaks', folder, { ASAN_OPTIONS: 'detect_leaks=0' }, ['-R', '^cuda_shape$']),
  ];
}

function main() {
  const reason = whyNot();
  if (reason !== '') {
    console.log(`NOT RUN: test:cuda: ${reason}`);
    return 0;
  }
  if (sanitize) return sanitizedTests().every(Boolean) ? 0 : 1;
  const device = { LAMINET_DEVICE: 'cuda', ...(real ? {} : { LAMINET_CUDA_PATH: join(buildFolder, 'emulator') }) };
  const vitest = join(packageRoot, 'node_modules', 'vitest', 'vitest.mjs');
  const results = real ? [] : orders();
  results.push(run('ops, layers, trainings', execPath, [vitest, 'run', ...folders.map((folder) => `test/${folder}`)], device));
  results.push(run('ends of processes', execPath, ['test/process/run.mjs', '--device=cuda'], device));
  if (!real) results.push(run('counts of a step', join(buildFolder, 'Release', 'test_cuda_step'), [], device));
  return results.every(Boolean) ? 0 : 1;
}

exit(main());
