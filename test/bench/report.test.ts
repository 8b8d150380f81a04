import { describe, expect, it } from 'vitest';
import { idleShares } from '../../bench/idle.mjs';
import { parseVerbose, primitiveTimes, timesOfRuns } from '../../bench/onednn_verbose.mjs';
import { parseCases, parseNumbers } from '../../bench/options.mjs';
import { checkReport, startReport } from '../../bench/report.mjs';

describe('options', () => {
  it('name models with their batch, or with their usual one', () => {
    expect(parseCases('A,B256')).toEqual([
      { model: 'A', batch: 128 },
      { model: 'B', batch: 256 },
    ]);
    expect(() => parseCases('E')).toThrow("--models: received 'E'");
  });

  it('name numbers', () => {
    expect(parseNumbers('threads', '1,2')).toEqual([1, 2]);
    expect(() => parseNumbers('threads', '1,')).toThrow('--threads');
  });
});

describe('a report', () => {
  const sound = () => ({ ...startReport('train', {}), results: [{}] });

  it('says where and when it was measured', () => {
    const report = sound();
    expect(() => checkReport(report, 'a file')).not.toThrow();
    expect(report.machine.cores).toBeGreaterThan(0);
  });

  it.each([
    ['schema', 0, 'schema is 0; expected 1; measure again'],
    ['kind', 'guess', "kind is 'guess'"],
    ['date', 'today', "date is 'today'"],
    ['commit', undefined, 'the commit is missing'],
    ['machine', {}, 'machine.cpu is missing'],
    ['results', [], 'there are no results'],
  ])('without its %s is refused', (key, value, message) => {
    expect(() => checkReport({ ...sound(), [key]: value }, 'a file')).toThrow(`a file: ${message}`);
  });
});

describe("oneDNN's lines", () => {
  const second = 'onednn_verbose,exec,cpu,convolution,jit:avx2,forward_training,src_f32::blocked:abcd:f0,,alg:direct,mb1ic3,0.25';
  const third = 'onednn_verbose,v1,primitive,exec,cpu,matmul,brg:avx512_core,undef,src_f32,,,2x3:3x4,0.5';

  it('are read in the forms of versions 2 and 3', () => {
    expect(parseVerbose(second)).toEqual({
      kind: 'convolution',
      implementation: 'jit:avx2',
      propagation: 'forward_training',
      milliseconds: 0.25,
    });
    expect(parseVerbose(third)).toEqual({
      kind: 'matmul',
      implementation: 'brg:avx512_core',
      propagation: 'undef',
      milliseconds: 0.5,
    });
    expect(parseVerbose('onednn_verbose,info,cpu,isa:Intel AVX2')).toBeUndefined();
    expect(parseVerbose('something else')).toBeUndefined();
  });

  it('give the times of the op and direction, without conversions', () => {
    const reorder = second.replace('convolution', 'reorder');
    const backward = second.replace('forward_training', 'backward_data').replace('0.25', '0.75');
    const lines = [second, reorder, backward, third];
    expect(primitiveTimes(lines, { op: 'conv2d', direction: 'forward' })).toEqual([250]);
    expect(primitiveTimes(lines, { op: 'conv2d', direction: 'data' })).toEqual([750]);
    expect(primitiveTimes(lines, { op: 'conv2d', direction: 'weights' })).toEqual([]);
    expect(primitiveTimes(lines, { op: 'matmul', direction: 'weights' })).toEqual([500]);
  });

  it('add up the slices of each run', () => {
    expect(timesOfRuns([1, 2, 3, 4, 5, 6], 3)).toEqual([3, 7, 11]);
    expect(timesOfRuns([1, 2, 3], 3)).toEqual([1, 2, 3]);
    expect(timesOfRuns([], 3)).toEqual([]);
  });
});

describe('idle time', () => {
  const run = (name: string, ts: number, dur: number) => ({ name, ph: 'X', cat: 'run', ts, dur });
  const wait = (ts: number, dur: number) => ({ name: 'data', ph: 'X', cat: 'host', ts, dur });

  it('is what lies between runs, and waiting where JavaScript waits for a batch meanwhile', () => {
    // Runs 0..40, 50..90, 110..200; the thread waits 20..45 (5 of it idle) and 85..105 (15 of it idle).
    const events = [run('step 0', 0, 40), run('step 1', 50, 40), run('step 2', 110, 90), wait(20, 25), wait(85, 20)];
    const { steps, idle, waiting } = idleShares(events);
    expect(steps).toBe(3);
    expect(idle).toBeCloseTo(30 / 200);
    expect(waiting).toBeCloseTo(20 / 200);
  });

  it('needs two runs', () => {
    expect(() => idleShares([run('step 0', 0, 1)])).toThrow('the profile has 1 runs');
  });
});
