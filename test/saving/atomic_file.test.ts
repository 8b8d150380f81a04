import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileError } from '../../lib/core/errors.js';
import { writeAtomically } from '../../lib/saving/atomic_file.js';

describe('writeAtomically', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'laminet-atomic-'));
    path = join(folder, 'file.txt');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes bytes, text and what a function writes, over what was there', async () => {
    await writeAtomically(path, 'text');
    expect(await readFile(path, 'utf8')).toBe('text');
    await writeAtomically(path, new Uint8Array([104, 105]));
    expect(await readFile(path, 'utf8')).toBe('hi');
    await writeAtomically(path, async (file) => {
      await file.write('one ');
      await file.write('two');
    });
    expect(await readFile(path, 'utf8')).toBe('one two');
    expect(await readdir(folder)).toEqual(['file.txt']);
  });

  it('keeps the old file and leaves nothing behind when the writer fails halfway', async () => {
    await writeFile(path, 'old');
    const failing = writeAtomically(path, async (file) => {
      await file.write('half of the new');
      throw new Error('stopped');
    });
    await expect(failing).rejects.toThrow(new Error('stopped'));
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file.txt']);
  });

  it('names the path when the system refuses: a full disk, a missing folder, a folder in the place of the file', async () => {
    await writeFile(path, 'old');
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
    const failing = writeAtomically(path, async (file) => {
      await file.write('half');
      throw full;
    });
    await expect(failing).rejects.toThrow(
      new FileError(`${path}: cannot be written: ENOSPC: no space left on device, write; the file that was there is unchanged`),
    );
    expect(await readFile(path, 'utf8')).toBe('old');
    await expect(writeAtomically(join(folder, 'missing', 'file'), '')).rejects.toThrow(
      /missing\/file: cannot be written: ENOENT/,
    );
    await mkdir(join(folder, 'taken'));
    await expect(writeAtomically(join(folder, 'taken'), '')).rejects.toThrow(FileError);
    expect((await readdir(folder)).sort()).toEqual(['file.txt', 'taken']);
  });

  it('leaves the old file whole when the process is killed while it writes', async () => {
    await writeFile(path, 'old');
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', killed, path, new URL('../../dist/saving/atomic_file.js', import.meta.url).href],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(await readFile(path, 'utf8')).toBe('old');
  });
});

const killed = `
const [, path, library] = process.argv;
const { writeAtomically } = await import(library);
await writeAtomically(path, async (file) => {
  await file.write('half of the new');
  console.log('halfway');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
});
`;
