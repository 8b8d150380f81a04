// What the rivals need, installed into build/bench on first use: a Python environment by pip, Node packages by npm. Both follow the
// ordinary configuration of pip and npm; LAMINET_BENCH_PYTHON names a Python that has the packages already.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './machine.mjs';
import { benchFolder } from './report.mjs';

const requirements = join(root, 'bench', 'rivals', 'requirements.txt');
const onnxRuntime = { name: 'onnxruntime-node', version: '1.30.0' };

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error !== undefined || status !== 0)
    throw new Error(`bench: '${command} ${args.join(' ')}' failed${error === undefined ? '' : `: ${error.message}`}`);
}

/** The Python that has the packages of rivals/requirements.txt; makes the environment when it is missing or they have changed. */
export function pythonWithRivals() {
  const named = process.env.LAMINET_BENCH_PYTHON;
  if (named !== undefined && named !== '') return named;
  const folder = join(benchFolder, 'venv');
  const python = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin', 'python');
  const installed = join(folder, 'requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return python;
  console.log(`installing ${requirements} into ${folder}; this takes some minutes`);
  run('python3', ['-m', 'venv', folder]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  writeFileSync(installed, wanted);
  return python;
}

/** The package onnxruntime-node, with the folder that it lies in. */
export function onnxRuntimeNode() {
  const folder = join(benchFolder, 'node');
  const manifest = join(folder, 'package.json');
  const found = join(folder, 'node_modules', onnxRuntime.name, 'package.json');
  if (!existsSync(found) || JSON.parse(readFileSync(found, 'utf8')).version !== onnxRuntime.version) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(manifest, '{ "private": true }\n');
    // Its install script would fetch the binaries for GPUs; those for CPUs are in the package.
    const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${onnxRuntime.name}@${onnxRuntime.version}`];
    run('npm', words, { cwd: folder, shell: process.platform === 'win32' });
  }
  return createRequire(manifest)(onnxRuntime.name);
}

/**
 * An empty folder, and the variables that make every contestant keep there what it would else find from earlier runs: laminet the kernels
 * that it chose by timing, torch.compile its programs. It is removed when this process exits.
 *
 * @param keepCompiled - torch.compile's programs stay for the next run instead: they are the same, and cost minutes
 */
export function emptyCaches({ keepCompiled = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'laminet-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // One folder for each instruction set: torch does not tell its programs apart by a cap, and crashes in those of another.
  const kept = `torch-${process.env.ATEN_CPU_CAPABILITY ?? 'default'}`;
  const compiled = join(keepCompiled ? benchFolder : folder, kept);
  return { LAMINET_HOME: join(folder, 'laminet'), TORCHINDUCTOR_CACHE_DIR: compiled };
}
