/** What the build does about CUDA, with stand-ins for nvcc, pip and nvidia-smi: compilers that do not work, variables, `npm run setup:cuda`. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const work = mkdtempSync(join(tmpdir(), 'laminet-build-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function write(path: string, text = '', mode = 0o644): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const script = (path: string, text: string): string => write(path, `#!/bin/sh\n${text}\n`, 0o755);

describe('nvcc', () => {
  /** Configures in a folder of its own, with (empty) files of cuDNN, cuBLASLt and CUPTI. */
  function configure(nvcc: string, ...options: string[]) {
    const toolkit = join(work, 'toolkit');
    for (const file of [
      'include/cudnn.h',
      'include/cublasLt.h',
      'include/cupti.h',
      'lib/libcudnn.so.9',
      'lib/libcublasLt.so.13',
    ]) {
      write(join(toolkit, file));
    }
    const folder = mkdtempSync(join(work, 'cmake-'));
    const args = ['-S', join(root, 'native'), '-B', folder, '-DLAMINET_ONEDNN=OFF', ...options];
    const variables = { ...env, CUDACXX: nvcc, CUDNN_PATH: toolkit };
    const { status, stderr } = spawnSync('cmake', args, { encoding: 'utf8', cwd: root, env: variables });
    const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
    return { status, stderr, found: read('cuda.txt'), skipped: read('Release/laminet_cuda.skipped') };
  }

  it('that does not compile costs the cuda plugin only', { timeout: 120_000 }, () => {
    const nvcc = script(join(work, 'broken', 'nvcc'), 'exit 1');
    const { status, found, skipped } = configure(nvcc);
    expect(status).toBe(0);
    expect(found).toMatch(new RegExp(`^skipped: ${nvcc} does not compile \\(.*CMakeError.log\\)`));
    expect(skipped).toBe(found);
  });

  it('that is not there, though required, is an error', { timeout: 120_000 }, () => {
    const { status, stderr } = configure('/nonexistent/nvcc', '-DLAMINET_CUDA=ON');
    expect(status).not.toBe(0);
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'LAMINET_CUDA=ON, but the cuda plugin was skipped: /nonexistent/nvcc does not compile',
    );
  });

  it('is not looked for when the plugin is switched off', { timeout: 120_000 }, () => {
    expect(configure('/nonexistent/nvcc', '-DLAMINET_CUDA=OFF').skipped).toBe('switched off (LAMINET_CUDA=OFF)\n');
  });
});

describe('variables', () => {
  function variables(set: Record<string, string>) {
    const module = join(root, 'native', 'build', 'cuda.mjs');
    const print = 'console.log(JSON.stringify(build.cudaVariables()))';
    const code = `import(${JSON.stringify(module)}).then((build) => ${print}).catch((error) => console.log(error.message))`;
    return spawnSync(execPath, ['-e', code], { encoding: 'utf8', env: { PATH: '/nonexistent', ...set } }).stdout.trim();
  }

  it('become variables of CMake', () => {
    expect(variables({})).toBe('{"LAMINET_CUDA":"AUTO","LAMINET_CUDA_ARCHS":""}');
    expect(variables({ LAMINET_CUDA: 'off', LAMINET_CUDA_ARCHS: '80-real;90-virtual' })).toBe(
      '{"LAMINET_CUDA":"OFF","LAMINET_CUDA_ARCHS":"80-real,90-virtual"}',
    );
    expect(variables({ LAMINET_CUDA: 'YES' })).toBe('LAMINET_CUDA=YES: expected AUTO, ON or OFF');
    expect(variables({ LAMINET_CUDA_ARCHS: 'sm_80' })).toBe(
      'LAMINET_CUDA_ARCHS=sm_80: expected release, or a list as in 80-real,90-virtual',
    );
  });

  it('follow the GPUs of the machine', () => {
    script(join(work, 'gpus', 'nvidia-smi'), 'printf "8.9\\n9.0\\n8.9\\n7.5\\n"');
    expect(variables({ PATH: `${join(work, 'gpus')}:/bin` })).toContain('"LAMINET_CUDA_ARCHS":"89-real,90-real,80-virtual"');
  });
});

describe('setup:cuda', () => {
  const copy = join(work, 'copy');
  cpSync(join(root, 'native', 'setup_cuda.mjs'), join(copy, 'native', 'setup_cuda.mjs'));
  cpSync(join(root, 'native', 'build', 'report.mjs'), join(copy, 'native', 'build', 'report.mjs'));
  const nvcc = script(join(work, 'nvcc13'), 'echo "Cuda compilation tools, release 13.0, V13.0.88"');

  function setup(bin: string, variables: Record<string, string> = {}) {
    const run = { encoding: 'utf8', env: { PATH: bin, CUDACXX: nvcc, ...variables } } as const;
    return spawnSync(execPath, [join(copy, 'native', 'setup_cuda.mjs')], run);
  }

  /** A folder of commands with a python3 whose pip does `install`. */
  function python(name: string, install: string): string {
    const folder = join(work, name);
    script(join(folder, 'python3'), `[ "$4" = "" ] && exit 0\necho "$@" >> ${join(work, 'calls')}\n${install}`);
    for (const tool of ['mkdir', 'touch']) symlinkSync(join('/bin', tool), join(folder, tool));
    return folder;
  }

  it('says what to install where there is no pip', () => {
    const { status, stderr } = setup('/nonexistent');
    expect(status).toBe(1);
    expect(stderr).toContain('setup:cuda: neither python3 nor pip is here; install pip');
  });

  it('tells what pip said when the packages cannot be had, and leaves nothing behind', () => {
    const { status, stderr } = setup(python('offline', 'echo "ERROR: No matching distribution found" >&2; exit 1'));
    expect(status).toBe(1);
    expect(stderr).toContain(
      'pip could not bring the packages (is the network reachable?):\nERROR: No matching distribution found',
    );
    expect(existsSync(join(copy, 'build', 'cuda', 'site'))).toBe(false);
  });

  it('brings pinned packages once', () => {
    const bin = python(
      'online',
      'for last; do target=$last; [ "$previous" = --target ] && mkdir -p $last/nvidia/cu13/lib; previous=$last; done',
    );
    writeFileSync(join(work, 'calls'), '');
    const first = setup(bin);
    expect(first.stderr).toBe('');
    expect(first.stdout).toContain(`CUDA toolkit 13.0.88 (${nvcc}) is here`);
    expect(first.stdout).toContain('next: `npm run build:native` builds the cuda plugin with it');
    expect(setup(bin).stdout).toContain('build/cuda/site already holds nvidia-cudnn-cu13==9.24.0.43');
    const calls = readFileSync(join(work, 'calls'), 'utf8').trim().split('\n');
    expect(calls).toHaveLength(1);
    expect(calls[0]).toContain('nvidia-cublas==13.1.1.3');
    expect(calls[0]).not.toContain('nvidia-cuda-nvcc');
  });

  it('brings the compiler where there is no toolkit, and the names that it links with', ({ skip }) => {
    if (existsSync('/usr/local/cuda/bin/nvcc')) skip('a toolkit is here');
    const bin = join(work, 'online');
    expect(setup(bin, { CUDACXX: '/nonexistent' }).stdout).toContain('nvidia-cuda-nvcc==13.0.88');
    expect(existsSync(join(copy, 'build', 'cuda', 'site', 'nvidia', 'cu13', 'lib64'))).toBe(true);
  });
});
