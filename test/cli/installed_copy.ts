/** A copy of the built package in a folder of its own, in which native files can be taken away or replaced. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';

const root = join(import.meta.dirname, '..', '..');
const release = join('build', 'native', 'Release');

export const buildFolder = join(root, 'build', 'native');

/** Whether the native side was built with this file. */
export const isBuilt = (file: string): boolean => existsSync(join(root, release, file));

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class InstalledCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'laminet-copy-'));
  readonly release = join(this.folder, release);

  constructor(native: readonly string[]) {
    mkdirSync(this.release, { recursive: true });
    cpSync(join(root, 'package.json'), join(this.folder, 'package.json'));
    cpSync(join(root, 'dist'), join(this.folder, 'dist'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
    for (const file of native) cpSync(join(root, release, file), join(this.release, file));
  }

  /** Runs node in the folder, without the variables that lead to libraries of this machine. */
  node(args: readonly string[], variables: Record<string, string> = {}): Run {
    const options = { ...this.#options(variables), encoding: 'utf8', timeout: 120_000 } as const;
    const { status, stdout, stderr } = spawnSync(execPath, [...args], options);
    return { status, stdout, stderr };
  }

  /** Runs a program in the folder; `act` is called once, when it has printed something. */
  async interactive(
    program: string,
    args: readonly string[],
    act: (child: ChildProcess) => void,
  ): Promise<Run & { readonly signal: string | null }> {
    const child = spawn(program, [...args], { ...this.#options({}), timeout: 120_000, killSignal: 'SIGKILL' });
    const output = { stdout: '', stderr: '' };
    child.stdout.once('data', () => act(child));
    child.stdout.on('data', (text) => (output.stdout += text));
    child.stderr.on('data', (text) => (output.stderr += text));
    const [status, signal] = await once(child, 'close');
    return { ...output, status, signal };
  }

  #options(variables: Record<string, string>) {
    return { cwd: this.folder, env: { PATH: env.PATH ?? '', HOME: this.folder, LAMINET_NUM_THREADS: '1', ...variables } };
  }

  laminet(args: readonly string[], variables: Record<string, string> = {}): Run {
    return this.node([join('dist', 'cli', 'main.js'), ...args], variables);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
