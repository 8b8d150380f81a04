// What a measurement has to say about where it was made.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The widest vector instructions, as the names of /proc/cpuinfo say. */
const instructionSets = ['amx_tile', 'avx512_fp16', 'avx512_bf16', 'avx512f', 'avx2', 'avx', 'sve2', 'sve', 'asimd'];

function cpuFlags() {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    const flags = new Set((line?.[1] ?? '').trim().split(/\s+/));
    return instructionSets.filter((name) => flags.has(name));
  } catch {
    return []; // other systems than Linux
  }
}

/** Model, instruction sets and cores of the machine, and how busy it is now. */
export function machine() {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    instructionSets: cpuFlags(),
    cores: availableParallelism(),
    memory: totalmem(),
    system: `${process.platform} ${release()} ${process.arch}`,
    loadBefore: loadavg()[0],
  };
}

/** Variables that change how fast a contestant is, as in `DNNL_MAX_CPU_ISA=AVX2`; paths are left out. */
export function environment() {
  const isMeant = ([name, value]) => /^(LAMINET|DNNL|ONEDNN|OMP|GOMP|KMP|MKL|ATEN|TORCH|TF)_/.test(name) && !value.includes('/');
  return Object.fromEntries(Object.entries(process.env).filter(isMeant).sort());
}

/** The commit, and whether files differ from it. */
export function commit() {
  const git = (...words) => spawnSync('git', words, { cwd: root, encoding: 'utf8' });
  const { status, stdout } = git('rev-parse', 'HEAD');
  if (status !== 0) return { commit: 'unknown', changed: false };
  return { commit: stdout.trim(), changed: git('status', '--porcelain', '--untracked-files=no').stdout.trim() !== '' };
}

/**
 * The largest resident set that a process has had, in bytes, from the kernel's `VmHWM`; its children are not counted. The same for every
 * contestant; null where the system has no /proc. (`ru_maxrss` would begin with the memory of the process that started it.)
 */
export function peakMemory(pid) {
  try {
    const line = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line === null ? null : Number(line[1]) * 1024;
  } catch {
    return null;
  }
}
