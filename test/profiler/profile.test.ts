import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layers, ops, profiler, sequential, setDevice, tensor } from 'laminet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testedDevice } from '../harness/device.js';
import { traceProblems } from './trace_format.js';

const folder = mkdtempSync(join(tmpdir(), 'laminet-profile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const batch = 8;
const steps = 6;
const x = tensor(new Float32Array(batch * steps * 64).fill(0.5), [batch * steps, 8, 8, 1]);
const y = tensor(new Int32Array(batch * steps), [batch * steps]);

/** A small network, trained for six steps. */
async function train(): Promise<void> {
  const net = sequential([
    layers.conv2d({ name: 'convolution', filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [8, 8, 1] }),
    layers.flatten(),
    layers.dense({ name: 'classes', units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  await net.fit(x, y, { batchSize: batch, epochs: 1, verbose: 0, shuffle: false });
}

describe.each([testedDevice, 'reference'] as const)('a profile on %s', (device) => {
  let profile: profiler.Profile;

  beforeAll(async () => {
    setDevice(device);
    profile = await profiler.profile(train);
    setDevice('auto');
  }, 60_000); // it measures peaks, which an emulated device takes its time for

  it('has the steps of training', () => {
    expect(profile.steps).toHaveLength(steps);
    for (const { compute, ...rest } of profile.steps) {
      expect(compute).toBeGreaterThan(0);
      expect(Object.keys(rest)).toEqual(['between', 'transfer', 'host', 'idle']);
      for (const time of Object.values(rest)) expect(time).toBeGreaterThanOrEqual(0);
    }
    expect(profile.compileTime).toBeGreaterThan(0);
    expect(profile.peakMemory).toBeGreaterThan(0);
  });

  it('tells layers and phases apart', () => {
    const { rows } = profile.keyAverages({ groupBy: 'layer' });
    const found = rows.map(({ layer, phase }) => `${layer} ${phase}`);
    for (const place of ['convolution forward', 'convolution backward', 'classes forward', 'classes backward', 'adam update'])
      expect(found).toContain(place);
  });

  it('counts the arithmetic of convolutions and products, forward and backward', () => {
    const rows = profile.keyAverages({ groupBy: 'layer' }).rows;
    const flops = (layer: string, phase: string): number =>
      rows.filter((row) => row.layer === layer && row.phase === phase).reduce((sum, row) => sum + row.flops, 0) / steps;
    const convolution = 2 * batch * 8 * 8 * 3 * 3 * 4;
    const product = 2 * batch * 256 * 3;
    expect(flops('convolution', 'forward')).toBe(convolution);
    expect(flops('convolution', 'backward')).toBe(convolution); // of the kernel; nobody needs the image's
    expect(flops('classes', 'forward')).toBe(product);
    expect(flops('classes', 'backward')).toBe(2 * product);
  });

  it('adds shares up to one and calls to those that were made', () => {
    for (const groupBy of ['kernel', 'name', 'layer', 'phase'] as const) {
      const { rows } = profile.keyAverages({ groupBy });
      expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
      for (const row of rows) {
        expect(row.mean).toBeCloseTo(row.total / row.calls);
        expect(row.gflops).toBeCloseTo(row.flops / row.total / 1e6);
        expect(row.gbytes).toBeCloseTo(row.bytes / row.total / 1e6);
        const { peaks } = profile;
        expect(row.bound).toBe(row.flops / row.bytes > peaks.flops / peaks.bytes ? 'compute' : 'memory');
        expect(row.ofRoof).toBeCloseTo(
          row.bound === 'compute' ? (row.gflops * 1e9) / peaks.flops : (row.gbytes * 1e9) / peaks.bytes,
        );
      }
    }
    const convolutions = profile.keyAverages().rows.filter(({ name }) => name.startsWith('conv2d') && !name.includes('backward'));
    expect(convolutions.map(({ calls }) => calls)).toEqual([steps]);
  });

  it('prints a table that is sorted and cut', () => {
    const averages = profile.keyAverages();
    const lines = averages.table({ sortBy: 'flops', rowLimit: 2 }).split('\n');
    expect(lines[0]).toMatch(
      /^Kernel +Layer +Phase +Calls +Total ms +Share +Mean ms +FLOP +Bytes +GFLOP\/s +GB\/s +Bound +Of roof$/,
    );
    expect(lines[2]).toMatch(/convolution|classes/);
    expect(lines[4]).toMatch(new RegExp(`^${averages.rows.length - 2} more`));
    expect(lines.at(-1)).toMatch(/^All kernels: [\d.]+ ms$/);
  });

  it('writes a trace with kernels inside runs, arrows from calls, and memory', async () => {
    const path = join(folder, `${device}.json`);
    await profile.exportChromeTrace(path);
    const trace = JSON.parse(readFileSync(path, 'utf8')) as profiler.Trace;
    expect(traceProblems(trace)).toEqual([]);
    const of = (ph: string, cat?: string) =>
      trace.traceEvents.filter((event) => event.ph === ph && (cat === undefined || event.cat === cat));
    const runs = of('X', 'run');
    expect(of('X', 'kernel').length).toBeGreaterThan(0);
    expect(runs.filter(({ name }) => name.startsWith('step '))).toHaveLength(steps);
    expect(of('s')).toHaveLength(runs.length);
    expect(of('C')).toHaveLength(runs.length);
    expect(of('X', 'host').map(({ name }) => name)).toContain('data');
    expect(of('X', 'backward').map(({ name }) => name)).toContain('convolution/backward');
    const names = of('M').map(({ args }) => (args as { name?: string }).name);
    for (const name of ['JavaScript', 'layers', 'kernels']) expect(names).toContain(name);
  });

  it('says the main things in a few lines', () => {
    const lines = profile.summary().split('\n');
    expect(lines[0]).toMatch(new RegExp(`^device ${device}(:0)? \\(`));
    expect(lines[1]).toMatch(/^peaks: \d+ GFLOP\/s, [\d.]+ GB\/s$/);
    expect(lines[2]).toMatch(
      /^6 steps of [\d.]+ ms: kernels .* %\), between them .* %\), copies .* %\), JavaScript .* %\), idle .* %\)$/,
    );
    expect(lines[3]).toMatch(/^compiling \d+ ms, most memory /);
    const timedBy = /^kernel times: (activity records of CUPTI|CUDA events between kernels)/;
    expect(lines.slice(4).map((line) => timedBy.test(line))).toEqual(device === 'cuda' ? [true] : []);
  });
});

describe('profile', () => {
  it('takes the steps after the warmup', async () => {
    const profile = await profiler.profile(train, { warmup: 2, steps: 3 });
    expect(profile.steps).toHaveLength(3);
    expect(profile.compileTime).toBe(0);
    expect(traceProblems(profile.trace())).toEqual([]); // with the calls that were made before
    expect((await profiler.profile(train, { warmup: 4 })).steps).toHaveLength(2);
  });

  it('records programs that do not train', async () => {
    const profile = await profiler.profile(async () => {
      await ops.matMul(tensor(new Float32Array(16), [4, 4]), tensor(new Float32Array(16), [4, 4])).data();
    });
    expect(profile.steps).toHaveLength(0);
    expect(profile.keyAverages({ groupBy: 'name' }).rows.find(({ name }) => name.includes('matmul'))?.flops).toBe(128);
    expect(profile.summary()).not.toContain('steps');
  });

  it("ends when the body fails, with the body's error", async () => {
    const broken = profiler.profile(() => Promise.reject(new Error('mine')));
    await expect(broken).rejects.toThrow('mine');
    expect((await profiler.profile(train)).steps).toHaveLength(steps);
  });

  it('refuses a second one at the same time', async () => {
    const first = profiler.profile(train);
    await expect(profiler.profile(train)).rejects.toMatchObject({
      code: 'STATE',
      message: 'profile: a profile is being made already; wait for it to end',
    });
    await first;
  });

  it('says what is wrong with its options', async () => {
    await expect(profiler.profile(train, { warmup: 6 })).rejects.toThrow(
      'profile: 6 steps of training were made; expected more than the warmup of 6',
    );
    await expect(profiler.profile(train, { warmup: -1 })).rejects.toThrow(
      'profile: warmup is -1; expected an integer of at least 0',
    );
    await expect(profiler.profile(train, { steps: 0 })).rejects.toThrow('profile: steps is 0; expected an integer of at least 1');
    await expect(profiler.profile(train, { step: 1 } as never)).rejects.toThrow(
      "profile: unknown option 'step'; did you mean 'steps'?",
    );
    const profile = await profiler.profile(train);
    expect(() => profile.keyAverages({ groupBy: 'layers' as never })).toThrow(
      "keyAverages: unknown groupBy 'layers'; did you mean 'layer'?",
    );
    expect(() => profile.keyAverages().table({ sortBy: 'time' as never })).toThrow("table: unknown sortBy 'time'");
    expect(() => profile.keyAverages().table({ rowLimit: 0 })).toThrow('table: rowLimit is 0; expected an integer of at least 1');
  });
});
