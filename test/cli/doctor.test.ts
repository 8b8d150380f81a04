/** `laminet doctor` on machines that lack one thing each, made of a copy of the package and of libraries that only say what they are. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Examination } from '../../lib/cli/doctor.js';
import type { CudaReport } from '../../lib/runtime/backends.js';
import { type FakeName, fakeLibrary } from './fake_libraries.js';
import { buildFolder, InstalledCopy, isBuilt, type Run } from './installed_copy.js';

const native = ['laminet.node', 'laminet_cpu.so', 'laminet_cuda.so', 'laminet_cuda13.so'].filter(isBuilt);
const copy = new InstalledCopy(native.filter((file) => file !== 'laminet_cuda13.so'));
const fakes = join(copy.folder, 'fakes');
const plugin = join(copy.release, 'laminet_cuda13.so');
afterAll(() => copy.remove());
vi.setConfig({ testTimeout: 90_000 }); // several processes a test

beforeEach(() => {
  rmSync(fakes, { recursive: true, force: true });
  rmSync(plugin, { force: true });
});

interface Found extends Examination {
  readonly status: number | null;
  readonly cuda: CudaReport;
}

function examine(args: readonly string[] = [], variables: Record<string, string> = {}): Found {
  const { status, stdout, stderr } = copy.laminet(['doctor', '--json', ...args], { LAMINET_CUDA_PATH: fakes, ...variables });
  if (!stdout.startsWith('{')) throw new Error(`doctor printed ${stdout}${stderr}`);
  const found = JSON.parse(stdout) as Examination;
  return { ...found, status, cuda: ('value' in found.devices ? found.devices.value.cuda : null) as CudaReport };
}

const problem = ({ problems }: Examination, about: string) => problems.find(({ what }) => what.startsWith(about));

/** A machine with everything but what a test takes away or changes. */
function machine(changes: Partial<Record<FakeName, Record<string, string | number> | 'missing'>> = {}): void {
  const libraries = ['libcudart.so.13', 'libcublasLt.so.13', 'libnvrtc.so.13', 'libcudnn.so.9', 'libcupti.so.13'] as const;
  const versions: Partial<Record<FakeName, number>> = { 'libcudnn.so.9': 92400, 'libcupti.so.13': 130001 };
  for (const name of ['libcuda.so.1', ...libraries] as const) {
    const change = changes[name] ?? {};
    const version: Record<string, number> = versions[name] === undefined ? {} : { VERSION: versions[name] };
    if (change !== 'missing') fakeLibrary(fakes, name, { ...version, ...change });
  }
}

/** Whether this machine itself has the library, so that it cannot be missing here. */
function present(name: string): boolean {
  const { cuda } = examine([], { LAMINET_CUDA_PATH: '' });
  return [cuda.driver.library, ...cuda.libraries].some((library) => library.name === name && library.path !== '');
}

describe('the command', () => {
  it('prints usage and refuses what it does not know', () => {
    expect(copy.laminet(['--help']).stdout).toMatch(/\ndoctor +says .*\nprofile +runs /);
    expect(copy.laminet(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const wrong: Run[] = [copy.laminet(['docter']), copy.laminet([]), copy.laminet(['doctor', '--gpu'])];
    expect(wrong.map(({ status }) => status)).toEqual([2, 2, 2]);
    expect(wrong[0]?.stderr).toContain("unknown command 'docter'");
    expect(wrong[2]?.stderr).toContain("'--gpu'");
  });

  it('checks the CPU against the reference device, prints no colours into a pipe, and exits 0', () => {
    const { status, stdout, stderr } = copy.laminet(['doctor'], { LAMINET_DEVICE: 'cpu' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/ok cpu\n.*\n\s+ok conv2d, both gradients: difference \S+e-\d+ .*\n\s+ok training: /);
    expect(stdout).toContain('ok device cpu works');
    expect(stdout).not.toContain('\u001b');
  });

  it('names the command that builds the addon where it is missing', () => {
    const bare = new InstalledCopy([]);
    const { status, stdout } = bare.laminet(['doctor']);
    bare.remove();
    expect(status).toBe(1);
    expect(stdout).toContain('the native addon could not be loaded');
    expect(stdout).toContain('fix: npm run build:native');
  });

  it('says why the cuda plugin is not part of the build, and what brings it', () => {
    const without = new InstalledCopy(native.filter((file) => !file.startsWith('laminet_cuda')));
    writeFileSync(join(without.release, 'laminet_cuda.skipped'), 'skipped: no cudnn.h\n');
    const { status, stdout } = without.laminet(['doctor', '--cuda']);
    without.remove();
    expect(status).toBe(1);
    expect(stdout).toContain('no cuda: PLUGIN_NOT_BUILT');
    expect(stdout).toContain('laminet_cuda.so is not part of this build: skipped: no cudnn.h');
    expect(stdout).toContain('fix: npm run setup:cuda && npm run build:native');
  });
});

describe.skipIf(!isBuilt('laminet_cuda.so'))('a machine (not run where laminet_cuda.so is not part of the build)', () => {
  it('without a driver', ({ skip }) => {
    if (present('libcuda.so.1')) skip('this machine has a driver');
    machine({ 'libcuda.so.1': 'missing' });
    const found = examine(['--cuda']);
    expect(found.status).toBe(1);
    expect(found.cuda.code).toBe('NO_DRIVER');
    expect(problem(found, 'cuda')?.what).toBe('cuda: no NVIDIA driver: libcuda.so.1 was not found');
    expect(problem(found, 'cuda')?.fix).toContain('driver 580 or newer');
    expect(found.cuda.driver.library.searched).toContain(fakes);
    // The report goes on: all libraries are there.
    expect(found.cuda.libraries.map(({ path }) => path.startsWith(fakes))).toEqual([true, true, true, true, true]);
  });

  it('with a driver that is too old', () => {
    machine({ 'libcuda.so.1': { VERSION: 12040 } });
    const found = examine(['--cuda']);
    expect(found.cuda.code).toBe('DRIVER_TOO_OLD');
    expect(problem(found, 'cuda')?.what).toContain('it supports CUDA 12.4; CUDA 13 needs driver 580 or newer');
    expect(found.status).toBe(1);
  });

  it('with the stub of the toolkit in place of a driver', () => {
    machine({ 'libcuda.so.1': { STATUS: 34 } });
    const found = examine();
    expect(found.cuda.code).toBe('NO_DRIVER');
    expect(found.cuda.reason).toBe(`${join(fakes, 'libcuda.so.1')} is the CUDA toolkit's stub, not a driver`);
    expect(found.status).toBe(0); // the CPU works, and no GPU was asked for
  });

  it('without a GPU', () => {
    machine({ 'libcuda.so.1': { COUNT: 0 } });
    const found = examine(['--cuda'], { CUDA_VISIBLE_DEVICES: '7' });
    expect(found.cuda.code).toBe('NO_DEVICE');
    expect(found.cuda.reason).toContain('knows no GPU (CUDA_VISIBLE_DEVICES=7)');
  });

  it('with a GPU that the kernels were not built for', () => {
    machine({ 'libcuda.so.1': { CAPABILITY: 61 } });
    const found = examine(['--cuda']);
    expect(found.cuda.code).toBe('ARCH_UNSUPPORTED');
    expect(found.cuda.reason).toContain('Fake GPU has compute capability 6.1; this build runs on ');
    expect(found.cuda.fix).toContain('LAMINET_CUDA_ARCHS=61');
  });

  it('without cuDNN', ({ skip }) => {
    if (present('libcudnn.so.9')) skip('this machine has cuDNN');
    machine({ 'libcudnn.so.9': 'missing' });
    const found = examine(['--cuda']);
    expect(found.cuda.code).toBe('MISSING_LIBRARY');
    expect(found.cuda.reason).toContain(`libcudnn.so.9 (cuDNN) not found (searched ${fakes}, `);
    expect(found.cuda.reason).toContain('the driver supports CUDA 13.0');
    expect(found.cuda.fix).toBe('pip install nvidia-cudnn-cu13');
    expect(found.status).toBe(1);
  });

  it('with a cuDNN that is too old, or for another CUDA', ({ skip }) => {
    if (present('libcudnn.so.9')) skip('this machine has cuDNN');
    machine({ 'libcudnn.so.9': { VERSION: 91002 } });
    const old = examine();
    expect(old.cuda.code).toBe('CUDNN_VERSION');
    expect(old.cuda.reason).toContain(`${join(fakes, 'libcudnn.so.9')}: cuDNN 9.10.2 is older than 9.11.0`);
    expect(old.cuda.fix).toBe('pip install --upgrade nvidia-cudnn-cu13');
    machine({ 'libcudnn.so.9': { VERSION: 91500, RUNTIME: 12090 } });
    expect(examine().cuda.reason).toContain('cuDNN 9.15.0 is for CUDA 12, not 13');
  });

  it('takes the next cuDNN when the first cannot be used', () => {
    machine({ 'libcudnn.so.9': { VERSION: 91002 } });
    const second = join(copy.folder, 'fakes', 'second');
    fakeLibrary(second, 'libcudnn.so.9', { VERSION: 92400 });
    const { cuda } = examine([], { CUDNN_PATH: '', LAMINET_CUDA_PATH: `${fakes}:${second}` });
    const cudnn = cuda.libraries.find(({ title }) => title === 'cuDNN');
    expect(cudnn).toMatchObject({ path: join(second, 'libcudnn.so.9'), version: '9.24.0', origin: 'LAMINET_CUDA_PATH' });
    expect(cudnn?.refused).toHaveLength(1);
  });

  it('passes over a CUPTI that is too old, and can do without one', () => {
    machine({ 'libcupti.so.13': { VERSION: 130000 } });
    const { cuda, problems } = examine();
    const cupti = cuda.libraries.find(({ title }) => title === 'CUPTI');
    expect(cupti).toMatchObject({ required: false });
    expect(cupti?.refused).toEqual([`${join(fakes, 'libcupti.so.13')}: CUPTI 13.0.0 is older than 13.0.1`]);
    expect(problems.some(({ what }) => what.includes('cupti'))).toBe(false);
    const { stdout } = copy.laminet(['doctor'], { LAMINET_CUDA_PATH: fakes });
    expect(stdout).toMatch(/ok CUPTI 13\.|-- CUPTI: libcupti\.so\.13 not found .*; profiles by the GPU's own times need it/);
  });

  it('with a plugin that crashes, and one that hangs', () => {
    machine();
    fakeLibrary(copy.release, 'laminet_cuda13.so', { BODY: 'abort()' });
    const crashed = examine(['--cuda']);
    expect(crashed.status).toBe(1);
    expect(crashed.problems[0]?.what).toContain('looking for devices crashed with SIGABRT');
    expect(crashed.problems[0]?.fix).toContain('LAMINET_DEVICE=cpu');
    expect(crashed.checks.cpu).toHaveProperty('value'); // which needs nothing of it
    fakeLibrary(copy.release, 'laminet_cuda13.so', { BODY: 'sleep(100)' });
    const hung = examine(['--cuda'], { LAMINET_DOCTOR_SECONDS: '4' });
    expect(hung.problems[0]?.what).toBe('looking for devices did not end within 4 s');
  });

  it('with a laminet_cuda13.so that was built with other libraries', () => {
    machine();
    writeFileSync(plugin, 'no library');
    const found = examine(['--cuda']);
    expect(found.cuda.code).toBe('INIT_FAILED');
    expect(found.cuda.reason).toContain('laminet_cuda13.so');
  });

  it.skipIf(!isBuilt('laminet_cuda13.so') || !existsSync(join(buildFolder, 'emulator', 'libcudnn.so.9')))(
    'with everything: the emulated device (not run where it is not built)',
    { timeout: 600_000 },
    () => {
      cpSync(join(buildFolder, 'Release', 'laminet_cuda13.so'), plugin);
      const report = join(copy.folder, 'report.json');
      const found = examine(['--cuda', '--report', report], { LAMINET_CUDA_PATH: join(buildFolder, 'emulator') });
      const check = found.checks['cuda:0'];
      expect(check).toMatchObject({ value: { device: 'cuda:0' } });
      const wrong = check !== undefined && 'value' in check ? check.value.cases.filter(({ ok }) => !ok) : [];
      expect(wrong).toEqual([]);
      expect(found).toMatchObject({ ok: true, status: 0, problems: [] });
      expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ requested: 'cuda:0', ok: true });
    },
  );
});
