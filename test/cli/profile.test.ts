/** `laminet profile` around scripts that end in every way. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import type { profiler } from 'laminet';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { traceProblems } from '../profiler/trace_format.js';
import { InstalledCopy, isBuilt } from './installed_copy.js';
import { scripts } from './profile_scripts.js';

const copy = new InstalledCopy(['laminet.node', 'laminet_cpu.so'].filter(isBuilt));
for (const [name, text] of Object.entries(scripts)) writeFileSync(join(copy.folder, name), text);
afterAll(() => copy.remove());
vi.setConfig({ testTimeout: 90_000 }); // several processes a test

const traces = [
  'train',
  'exits',
  'throws',
  'killed',
  'endless',
  'listens',
  'nothing',
  'again',
  'typed',
  'several',
  'several.worker-1',
  'named',
];
const pathOf = (name: string): string => join(copy.folder, `${name}.trace.json`);
beforeEach(() => {
  for (const name of traces) rmSync(pathOf(name), { force: true });
});

/** The trace of a script, which must be one that viewers show. */
function traceOf(name: string): profiler.Trace {
  const trace = JSON.parse(readFileSync(pathOf(name), 'utf8')) as profiler.Trace;
  expect(traceProblems(trace)).toEqual([]);
  return trace;
}

const stepsOf = (name: string): number => traceOf(name).traceEvents.filter((event) => event.name.startsWith('step ')).length;
const profile = (...args: readonly string[]) => copy.laminet(['profile', ...args]);

describe('laminet profile', () => {
  it('leaves arguments, options of node, stdout and the exit status to the script', () => {
    const { status, stdout, stderr } = copy.node(
      ['--expose-gc', join('dist', 'cli', 'main.js'), 'profile', '--rows', '2', 'train.mjs', '--rows', '7', '--', '-x', ''],
      { INPUT: 'kept' },
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual([['--rows', '7', '--', '-x', ''], ['--expose-gc'], 'gone']);
    const lines = stderr.trim().split('\n');
    expect(lines[0]).toMatch(/^device \S+ \(/);
    expect(stderr).toMatch(/\n6 steps of /);
    expect(stderr).toMatch(/\n\d+ more /);
    expect(lines.at(-1)).toBe(`trace: ${pathOf('train')} (open it in https://ui.perfetto.dev)`);
    expect(stepsOf('train')).toBe(6);
  });

  it('cuts, sorts and groups as it is told', () => {
    const { stderr } = profile(
      '--warmup=2',
      '--steps',
      '3',
      '--sort-by',
      'calls',
      '--group-by=phase',
      '--trace',
      'named.trace.json',
      'train.mjs',
    );
    expect(stderr).toContain('\n3 steps of ');
    expect(stderr).toMatch(/\n\(all\) +- +update +\d+ /);
    const calls = [...stderr.matchAll(/^\(all\).*?(\d+)/gm)].map((match) => Number(match[1]));
    expect(calls).toEqual(calls.toSorted((a, b) => b - a));
    expect(stepsOf('named')).toBe(3);
  });

  it('shows everything where there are no steps behind the warmup, and says so', () => {
    const { status, stderr } = profile('--warmup', '6', 'train.mjs');
    expect(status).toBe(0);
    expect(stderr).toContain('6 steps of training were made; expected more than the warmup of 6; this is all of it');
    expect(stepsOf('train')).toBe(6);
  });

  it('is there when the script calls process.exit() or throws', () => {
    const exits = profile('exits.mjs');
    expect(exits.status).toBe(5);
    expect(exits.stderr).toMatch(/\n\d steps of /);
    expect(stepsOf('exits')).toBeGreaterThan(1);
    const throws = profile('throws.mjs');
    expect(throws.status).toBe(1);
    expect(throws.stderr).toContain('Error: deliberate');
    expect(throws.stderr).toMatch(/\n\d steps of /);
    expect(stepsOf('throws')).toBeGreaterThan(1);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'passes %s on, and ends by it when the profile is written',
    async (signal) => {
      const main = [join('dist', 'cli', 'main.js'), 'profile', 'endless.mjs'];
      const ended = await copy.interactive(execPath, main, (child) => child.kill(signal));
      expect(ended).toMatchObject({ status: null, signal });
      expect(ended.stderr).toMatch(/\n\d+ steps of /);
      expect(stepsOf('endless')).toBeGreaterThan(1);
    },
  );

  it('leaves a signal to the script that listens to it', async () => {
    const main = [join('dist', 'cli', 'main.js'), 'profile', 'listens.mjs'];
    const ended = await copy.interactive(execPath, main, (child) => child.kill('SIGINT'));
    expect(ended).toMatchObject({ status: 0, signal: null });
    expect(ended.stdout).toMatch(/^(running\n)+asked to stop\n(running\n)*stopped\n$/);
    expect(stepsOf('listens')).toBeGreaterThan(1);
  });

  it('hears Ctrl+C once in a terminal', async ({ skip }) => {
    const command = `exec '${execPath}' dist/cli/main.js profile listens.mjs`;
    const ended = await copy
      .interactive('script', ['-qec', command, '/dev/null'], ({ stdin }) => stdin?.write('\u0003'))
      .catch(() => undefined);
    if (ended === undefined) return skip('there is no `script` to open a terminal');
    expect(ended.stdout.match(/asked to stop/g)).toHaveLength(1);
    expect(ended.stdout).toMatch(/stopped\r\n(.*\r\n)*\d+ steps of /);
    expect(ended.status).toBe(0);
  });

  it('says when nothing was recorded', () => {
    const nothing = profile('nothing'); // as node finds nothing.js
    expect(nothing.status).toBe(3);
    expect(nothing.stdout).toBe('no device\n');
    expect(nothing.stderr).toBe(
      `laminet profile: ${pathOf('nothing')} was not written: nothing opened no device of laminet in its main thread\n`,
    );
    const { stderr } = profile('killed.mjs');
    expect(stderr).toBe(`laminet profile: ${pathOf('killed')} was not written: killed.mjs was ended by SIGKILL\n`);
  });

  it('records several devices, worker threads to files of their own, and not the processes that the script starts', () => {
    const { status, stderr } = profile('several.cjs');
    expect(status).toBe(0);
    expect(traceOf('several').deviceProperties).toHaveLength(2);
    expect(traceOf('several.worker-1').deviceProperties).toHaveLength(1);
    expect(stderr.match(/^trace: /gm)).toHaveLength(2);
    expect(stderr).toMatch(/^worker thread 1, device /m);
    expect(stderr).toContain('\ndevice reference (');
  });

  it('tells a profile inside of it why it cannot be made', () => {
    expect(profile('again.mjs').stdout).toBe(
      'profile: the whole process is being profiled; run it without LAMINET_PROFILE and without `laminet profile`\n',
    );
  });

  it('runs TypeScript where node does, and else says what to do', () => {
    const strips = Boolean((process.features as { typescript?: unknown }).typescript);
    if (strips) {
      expect(profile('typed.ts')).toMatchObject({ status: 0, stdout: 'typed\n' });
      expect(existsSync(pathOf('typed'))).toBe(true);
    }
    const without = copy.laminet(['profile', 'typed.ts'], strips ? { NODE_OPTIONS: '--no-experimental-strip-types' } : {});
    expect(without.status).toBe(2);
    expect(without.stderr).toContain(`script 'typed.ts': node ${process.version} does not run it as it is; compile it`);
    // A hook may compile it: node tries.
    expect(copy.laminet(['profile', 'typed.ts'], { NODE_OPTIONS: '--import ./nothing.js' }).stdout).toContain('no device');
  });

  it.each([
    [['--warmpu', '3', 'train.mjs'], "unknown option '--warmpu'; did you mean '--warmup'?"],
    [['--warmup', 'two', 'train.mjs'], "--warmup is 'two'; expected an integer of at least 0"],
    [['--steps=0', 'train.mjs'], "--steps is '0'; expected an integer of at least 1"],
    [['--rows=0', 'train.mjs'], "--rows is '0'; expected an integer of at least 1"],
    [['--sort-by', 'totel', 'train.mjs'], "unknown --sort-by 'totel'; did you mean 'total'?"],
    [['--group-by', 'layers', 'train.mjs'], "unknown --group-by 'layers'; did you mean 'layer'?"],
    [['--trace', 'no/such/t.json', 'train.mjs'], /--trace: folder '.*no\/such' does not exist; create it first/],
    [['--trace'], "Option '--trace <value>' argument missing"],
    [['absent.mjs'], /script 'absent\.mjs': no such file in \//],
    [[], 'no script; expected one behind the options'],
  ])('refuses %j', (args, message) => {
    const { status, stdout, stderr } = profile(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.split('\n')[0]).toMatch(message);
    expect(stderr).toMatch(/^laminet profile: /);
    expect(stderr).toContain('usage: laminet profile [options] <script>');
  });

  it('prints its usage', () => {
    const { status, stdout } = profile('--rows=3', '--help');
    expect(status).toBe(0);
    for (const option of ['--trace', '--warmup', '--steps', '--sort-by', '--rows', '--group-by', 'exit status'])
      expect(stdout).toContain(option);
  });
});

describe('LAMINET_PROFILE', () => {
  it('does the same without the command', () => {
    const { status, stderr } = copy.node(['train.mjs'], {
      LAMINET_PROFILE: 'named.trace.json',
      LAMINET_PROFILE_OPTIONS: '--steps 2 --rows=1',
    });
    expect(status).toBe(0);
    expect(stderr).toContain('\n2 steps of ');
    expect(stepsOf('named')).toBe(2);
  });

  it('refuses options that it does not know', () => {
    const { status, stderr } = copy.node(['train.mjs'], {
      LAMINET_PROFILE: 'named.trace.json',
      LAMINET_PROFILE_OPTIONS: '--stesp 2',
    });
    expect(status).toBe(1);
    expect(stderr).toContain("LAMINET_PROFILE_OPTIONS: unknown option '--stesp'; did you mean '--steps'?");
  });

  it('says why the trace could not be written', () => {
    const { status, stderr } = copy.node(['train.mjs'], { LAMINET_PROFILE: 'no/such/named.json', PATH: env.PATH ?? '' });
    expect(status).toBe(0);
    expect(stderr).toMatch(/laminet profile: the profile is not complete: ENOENT: .*no\/such\/named\.json/);
  });
});
