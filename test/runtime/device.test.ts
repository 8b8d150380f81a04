/** Choosing a device: names, options, what `auto` takes and says, and that the addon itself needs nothing of CUDA. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { currentDevice, DeviceError, devices, memory, setDevice, tensor, ValueError } from '../../lib/index.js';
import type { DeviceName, DeviceOptions } from '../../lib/runtime/device.js';
import { fakeLibrary } from '../cli/fake_libraries.js';
import { buildFolder, InstalledCopy, isBuilt } from '../cli/installed_copy.js';

afterEach(() => {
  setDevice('auto');
});

describe('devices', () => {
  it('lists every device, with a reason and a code where one cannot be used', () => {
    const all = devices();
    expect(all.map(({ name }) => name.replace(/:.*/, ''))).toEqual(expect.arrayContaining(['cuda', 'cpu', 'reference']));
    for (const { available, reason, code } of all) {
      expect(reason === '').toBe(available);
      expect(code === '').toBe(available);
    }
  });
});

describe('setDevice', () => {
  it('takes a device and leaves it when another cannot be had', () => {
    expect(setDevice('reference').name).toBe('reference');
    expect(() => setDevice('cuda:99')).toThrow(DeviceError);
    expect(() => setDevice('cuda:99')).toThrow(/^device 'cuda:99' is not available: .*; available: .*reference/s);
    expect(() => setDevice('gpu' as DeviceName)).toThrow("device 'gpu' is not available: no such device; available: ");
    expect(currentDevice().name).toBe('reference');
  });

  it('checks options', () => {
    const set = (name: DeviceName, options: object) => () => setDevice(name, options as DeviceOptions);
    expect(set('cpu', { tensorfloat32: false })).toThrow(
      "setDevice: unknown option 'tensorfloat32'; did you mean 'tensorFloat32'?",
    );
    expect(set('cpu', { deterministic: true })).toThrow("setDevice: option 'deterministic' is for GPUs; received device 'cpu'");
    expect(set('cuda', { autotune: 1 })).toThrow("setDevice: option 'autotune': received 1; expected true or false");
    expect(set('cpu', { autotune: true })).toThrow(ValueError);
  });
});

describe('memory', () => {
  it('counts the bytes of the current device', () => {
    const device = setDevice('reference');
    const before = memory();
    const x = tensor(new Float32Array(1000));
    expect(memory().buffers).toBe(before.buffers + 1);
    x.dispose();
    expect(memory()).toEqual(device.memory());
    expect(memory().total).toBeGreaterThan(0);
  });
});

describe('the addon', () => {
  it('links nothing of CUDA, and neither does the part that looks for it', ({ skip }) => {
    const files = ['laminet.node', 'laminet_cpu.so', 'laminet_cuda.so'].filter(isBuilt);
    expect(files).toContain('laminet.node');
    for (const file of files) {
      const { status, stdout } = spawnSync('readelf', ['-d', join(buildFolder, 'Release', file)], { encoding: 'utf8' });
      if (status !== 0) skip('readelf is not here');
      expect(stdout).toContain('NEEDED');
      expect(stdout).not.toMatch(/cuda|cudnn|cublas|nvrtc/i);
    }
  });
});

describe.skipIf(!isBuilt('laminet_cuda.so'))('with a driver (not run where laminet_cuda.so is not part of the build)', () => {
  const copy = new InstalledCopy(['laminet.node', 'laminet_cpu.so', 'laminet_cuda.so'].filter(isBuilt));
  const fakes = join(copy.folder, 'fakes');
  fakeLibrary(fakes, 'libcuda.so.1', { COUNT: 2 });
  afterAll(() => copy.remove());

  const run = (code: string, variables: Record<string, string> = {}) =>
    copy.node(['--input-type=module', '-e', `import * as laminet from './dist/index.js';\n${code}`], {
      LAMINET_CUDA_PATH: fakes,
      ...variables,
    });
  const take = `laminet.tensor([1]); laminet.setDevice('auto'); console.log(laminet.currentDevice().name);`;

  it('names each GPU', () => {
    const { stdout } = run('console.log(JSON.stringify(laminet.devices()));');
    const gpus = JSON.parse(stdout).filter(({ name }: { name: string }) => name.startsWith('cuda'));
    expect(gpus).toMatchObject([
      { name: 'cuda:0', available: false, title: 'Fake GPU', memory: 8 * 2 ** 30 },
      { name: 'cuda:1', available: false, title: 'Fake GPU' },
    ]);
  });

  it('says once on stderr why auto leaves the GPU aside', () => {
    const { stdout, stderr } = run(take);
    expect(stdout).toBe('cpu\n');
    expect(stderr).toMatch(/^laminet: device auto: took cpu; no cuda:0: .*\n$/);
  });

  it('never falls back from a device that was asked for', () => {
    for (const name of ['cuda', 'cuda:0', 'cuda:1']) {
      const { status, stdout, stderr } = run(take.replace("laminet.setDevice('auto'); ", ''), { LAMINET_DEVICE: name });
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain(`device '${name}' is not available: `);
    }
    const { stderr } = run(`laminet.setDevice('cuda:2');`);
    expect(stderr).toContain(
      "device 'cuda:2' is not available: no such GPU; there are cuda:0, cuda:1; available: cpu, reference",
    );
  });

  it('does not look for CUDA when the CPU is asked for', () => {
    const { stdout, stderr } = run('console.log(laminet.currentDevice().name);', { LAMINET_DEVICE: 'cpu', LAMINET_LOG: '1' });
    expect(stdout).toBe('cpu\n');
    expect(stderr).not.toContain('backend cuda');
  });

  it('says what auto took in the log, also where nothing is wrong', () => {
    const { stderr } = run(take, { LAMINET_LOG: '1', LAMINET_CUDA_PATH: '' });
    expect(stderr.match(/device auto: took/g)).toHaveLength(1);
  });
});

const emulator = join(buildFolder, 'emulator');

describe.skipIf(!isBuilt('laminet_cuda13.so') || !existsSync(join(emulator, 'libcudnn.so.9')))(
  'on the emulated GPU (not run where it is not built)',
  () => {
    const copy = new InstalledCopy(['laminet.node', 'laminet_cpu.so', 'laminet_cuda.so', 'laminet_cuda13.so'].filter(isBuilt));
    afterAll(() => copy.remove());

    const run = (code: string) => {
      const text = `import * as laminet from './dist/index.js';\n${code}`;
      const { stdout, stderr } = copy.node(['--input-type=module', '-e', text], { LAMINET_CUDA_PATH: emulator });
      if (stderr !== '') throw new Error(stderr);
      return JSON.parse(stdout);
    };

    it('auto takes it in silence, and memory() counts its bytes', { timeout: 60_000 }, () => {
      const found = run(`
        const x = laminet.tensor(new Float32Array(1 << 20));
        await laminet.ops.add(x, 1).data(); // x travels when it is used
        console.log(JSON.stringify({ name: laminet.currentDevice().name, memory: laminet.memory(), devices: laminet.devices() }));`);
      expect(found.name).toBe('cuda:0');
      expect(found.memory.used).toBeGreaterThanOrEqual(4 << 20);
      expect(found.memory.total).toBe(found.devices[0].memory);
      expect(found.devices[0]).toMatchObject({ name: 'cuda:0', available: true, reason: '', code: '' });
    });

    it("keeps a device's options from its first use on", { timeout: 60_000 }, () => {
      const found = run(`
        const first = laminet.setDevice('cuda', { tensorFloat32: false });
        const same = laminet.setDevice('cuda:0') === first && laminet.setDevice('cuda:0', { tensorFloat32: false }) === first;
        let message = '';
        try { laminet.setDevice('cuda:0', { tensorFloat32: true }); } catch (error) { message = error.message; }
        console.log(JSON.stringify({ same, message }));`);
      expect(found.same).toBe(true);
      expect(found.message).toBe(
        "setDevice: device 'cuda:0' is in use with tensorFloat32: false; received tensorFloat32: true; set it first",
      );
    });
  },
);
