/** @file What callbacks print. */

import { stdout } from 'node:process';

let guarded = false;

/** Writes to stdout. A reader that has gone (`node train.js | head -1`) does not end the run. */
export function print(text: string): void {
  if (!guarded) {
    guarded = true;
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  stdout.write(text);
}

/** Columns of the terminal that stdout is; 0 when it is none. Some launchers report a terminal without a width: drawing there fills a log. */
export const terminalColumns = (): number => (stdout.isTTY ? (stdout.columns ?? 0) : 0);
