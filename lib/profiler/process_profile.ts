/** @file The profile of a whole thread: every device from its opening on, written when the thread ends, however it ends. */

import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { stderr } from 'node:process';
import { isMainThread, threadId } from 'node:worker_threads';
import { ValueError } from '../core/errors.js';
import { onDeviceOpen } from '../runtime/device.js';
import { peaksNow } from './peaks.js';
import type { ProcessOptions } from './process_options.js';
import { Profile } from './profile.js';
import { cutRecording, type OpenRecording, type Recording, startRecording } from './recording.js';
import { type Trace, traceOf, traceText } from './trace.js';

const conflict = 'the whole process is being profiled; run it without LAMINET_PROFILE and without `laminet profile`';

/**
 * Records devices as they are opened. When the thread ends, by itself, by `process.exit()`, by an error or by a signal, tables go to stderr and
 * the trace to the file. Nothing can be awaited then, so it blocks until the devices have run what was queued.
 */
export function profileProcess(path: string, options: ProcessOptions): void {
  const recordings: OpenRecording[] = [];
  const write = (): void => {
    const open = recordings.splice(0);
    if (open.length === 0) return;
    try {
      stderr.write(report(open, path, options));
    } catch (error) {
      stderr.write(`laminet profile: the profile is not complete: ${(error as Error).message}\n`);
    }
  };
  onDeviceOpen((device) => {
    recordings.push(startRecording(device, conflict));
    if (recordings.length > 1) return;
    process.prependListener('exit', write); // before the one that closes the device
    if (isMainThread) for (const signal of deadly) beforeSignal(signal, write);
  });
}

/** Signals that end a process which listens to none, without 'exit'. */
const deadly = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls `action` before a signal ends the process. Where the script listens to the signal itself, the signal is the script's affair. */
function beforeSignal(signal: NodeJS.Signals, action: () => void): void {
  const listener = (): void => {
    // Others may count listeners, to see whether they are alone.
    process.off(signal, listener);
    if (process.listenerCount(signal) > 0) {
      setImmediate(() => process.prependListener(signal, listener)).unref();
      return;
    }
    action();
    process.kill(process.pid, signal);
  };
  process.prependListener(signal, listener);
}

/** Writes the trace. @returns the text of the tables */
function report(open: readonly OpenRecording[], path: string, { warmup, steps, groupBy, ...table }: ProcessOptions): string {
  const thread = isMainThread ? '' : `worker thread ${threadId}, `;
  const notes: string[] = [];
  const cut = (whole: Recording): Recording => {
    try {
      return cutRecording(whole, warmup, steps);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      notes.push(`${error.message}; this is all of it\n`);
      return whole;
    }
  };
  const recordings = open.map((recording) => cut(recording.endNow()));
  writeTrace(path, traceOf(recordings));
  const texts = recordings.map((recording) => {
    const profile = new Profile(recording, peaksNow(recording.device));
    return `${thread}${profile.summary()}\n\n${profile.keyAverages({ groupBy }).table(table)}\n`;
  });
  return `\n${texts.join('\n')}\n${notes.join('')}trace: ${path} (open it in https://ui.perfetto.dev)\n`;
}

/** Writes beside the file and renames, so that the file is whole or not there. */
function writeTrace(path: string, trace: Trace): void {
  const part = `${path}.${process.pid}-${threadId}.part`;
  try {
    const file = openSync(part, 'wx');
    for (const piece of traceText(trace)) writeFileSync(file, piece);
    closeSync(file);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
