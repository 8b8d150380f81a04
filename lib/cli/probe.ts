/** @file Probes run in a process of their own, with a time limit: a driver that crashes or hangs becomes a finding. */

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type Outcome<T> = { readonly value: T } | { readonly failure: string };

/** A message of the child: the result, or the error that it caught. */
interface Message<T> {
  readonly value?: T;
  readonly error?: string;
}

const script = fileURLToPath(new URL('./probe_main.js', import.meta.url));
const shown = 5; // lines of what a crashed child wrote

function ending(code: number | null, signal: string | null, output: string): string {
  const last = output.trim().split('\n').slice(-shown).join('\n');
  return `${signal === null ? `ended with status ${code}` : `crashed with ${signal}`}${last === '' ? '' : `: ${last}`}`;
}

/** Runs the probe `name` (probe_main.ts) on `argument`. */
export function probe<T>(name: string, argument: string, seconds: number): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    const child = fork(script, [name, argument], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization: 'advanced' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text));
    const timer = setTimeout(() => {
      resolve({ failure: `did not end within ${seconds} s` });
      child.kill('SIGKILL');
    }, seconds * 1000);
    child.once('message', (message) => {
      const { value, error } = message as Message<T>;
      resolve(error === undefined ? { value: value as T } : { failure: error });
    });
    child.once('error', (error) => resolve({ failure: error.message }));
    // After the streams have ended; a result that came before counts.
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ failure: ending(code, signal, output) });
    });
  });
}
