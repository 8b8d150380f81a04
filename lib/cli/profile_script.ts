/** @file Runs a script in a process of its own as if it had been started itself, but profiled (lib/profiler/environment.ts). */

import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { env, execArgv, execPath, stderr } from 'node:process';

export interface ScriptToProfile {
  readonly script: string;
  readonly args: readonly string[];
  /** File of the trace. */
  readonly trace: string;
  /** As in LAMINET_PROFILE_OPTIONS. */
  readonly options: string;
}

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;
/** What a terminal sends to all processes in its foreground. */
const ofTerminals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/** @returns the script's exit status; when a signal ended it, the same one ends this process */
export async function profileScript({ script, args, trace, options }: ScriptToProfile): Promise<number> {
  const before = identityOf(trace);
  const variables = { ...env, LAMINET_PROFILE: trace, LAMINET_PROFILE_OPTIONS: options };
  const child = spawn(execPath, [...execArgv, script, ...args], { stdio: 'inherit', env: variables });
  const pass = (signal: NodeJS.Signals): void => {
    if (!(ofTerminals.includes(signal) && inForeground())) child.kill(signal);
  };
  for (const signal of forwarded) process.on(signal, pass);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...ending) => resolve(ending));
  });
  for (const each of forwarded) process.off(each, pass);
  if (identityOf(trace) === before) stderr.write(`laminet profile: ${trace} was not written: ${reasonOf(script, signal)}\n`);
  if (signal === null) return code ?? 1;
  process.kill(process.pid, signal);
  return 128 + constants.signals[signal]; // a signal that this process was told to ignore
}

/** Changes when the file is replaced. */
function identityOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs}`;
}

const reasonOf = (script: string, signal: NodeJS.Signals | null): string =>
  signal === 'SIGKILL' || signal === 'SIGABRT' || signal === 'SIGSEGV'
    ? `${script} was ended by ${signal}`
    : `${script} opened no device of laminet in its main thread`;

/** Whether keys such as Ctrl+C reach this process and the script alike: the process group is the terminal's foreground (proc_pid_stat(5)). */
function inForeground(): boolean {
  try {
    const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return group === foreground;
  } catch {
    return false;
  }
}
