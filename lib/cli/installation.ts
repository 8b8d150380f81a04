/** @file The package, its native build, and the machine they are on. */

import { readdirSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import process, { env } from 'node:process';
import { fileURLToPath } from 'node:url';

export interface Machine {
  readonly node: string;
  readonly system: string;
  /** `glibc 2.36`; empty where the C library is another one. */
  readonly libc: string;
  readonly processor: string;
  /** That the process may use. */
  readonly cores: number;
  readonly instructions: string;
  readonly memory: number;
}

export interface Installation {
  readonly version: string;
  readonly folder: string;
  /** What `native/build.mjs` wrote; undefined: the native side was not built here. */
  readonly build?: Record<string, unknown>;
  /** Native files beside the addon. */
  readonly files: readonly string[];
}

/** dist/cli/ and lib/cli/ are two levels below it. */
const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

function readJson(path: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

export const packageVersion = (): string => String(readJson(join(packageFolder, 'package.json'))?.version);

function nativeFiles(): string[] {
  try {
    const files = readdirSync(join(packageFolder, 'build', 'native', 'Release'));
    return files.filter((name) => /^laminet.*\.(node|so|skipped)$/.test(name)).sort();
  } catch {
    return [];
  }
}

export function describeInstallation(): Installation {
  const build = readJson(join(packageFolder, 'build', 'native', 'build-info.json'));
  return { version: packageVersion(), folder: packageFolder, ...(build === undefined ? {} : { build }), files: nativeFiles() };
}

/** The widest vectors that kernels use. */
function instructionSet(): string {
  if (arch() !== 'x64') return arch();
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
    const sets = [
      ['AVX-512', /\bavx512f\b/],
      ['AVX2', /\bavx2\b/],
      ['AVX', /\bavx\b/],
    ] as const;
    return sets.find(([, flag]) => flag.test(flags))?.[0] ?? 'SSE2';
  } catch {
    return 'unknown';
  }
}

export function describeMachine(): Machine {
  const report = process.report.getReport() as unknown as { readonly header: { readonly glibcVersionRuntime?: string } };
  const libc = report.header.glibcVersionRuntime;
  return {
    node: process.version,
    system: `${platform()} ${release()} ${arch()}`,
    libc: libc === undefined ? '' : `glibc ${libc}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    instructions: instructionSet(),
    memory: totalmem(),
  };
}

/** The variables that decide about devices and libraries, as far as they are set. */
export function describeEnvironment(): Record<string, string> {
  const names =
    /^(LAMINET_\w+|CUDNN_(PATH|HOME)|CUDA_(PATH|HOME|VISIBLE_DEVICES)|VIRTUAL_ENV|CONDA_PREFIX|LD_LIBRARY_PATH|OMP_\w+)$/;
  const entries = Object.entries(env).filter(([name, value]) => names.test(name) && value !== undefined);
  return Object.fromEntries(entries.sort()) as Record<string, string>;
}
