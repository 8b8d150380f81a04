/**
 * @file `LAMINET_PROFILE=file`: profiles a whole process. `laminet profile` starts the script with it. Processes that the script starts are not
 * profiled, since they would write the same file; its worker threads are, each to a file of its own.
 */

import { extname, resolve } from 'node:path';
import { env } from 'node:process';
import { getEnvironmentData, isMainThread, setEnvironmentData, threadId } from 'node:worker_threads';
import { parseProcessOptions } from './process_options.js';
import { profileProcess } from './process_profile.js';

interface Request {
  /** Absolute: the script may change its folder. */
  readonly path: string;
  readonly options: string;
}

const key = 'laminet:profile';

/** What the process was started with: workers get it from the main thread. */
function request(): Request | undefined {
  if (!isMainThread) return getEnvironmentData(key) as Request | undefined;
  const { LAMINET_PROFILE: path = '', LAMINET_PROFILE_OPTIONS: options = '' } = env;
  if (path === '') return undefined;
  delete env.LAMINET_PROFILE;
  delete env.LAMINET_PROFILE_OPTIONS;
  const made = { path: resolve(path), options };
  setEnvironmentData(key, { ...made });
  return made;
}

/** `train.trace.json` as `train.worker-1.trace.json`. */
function pathOfThread(path: string): string {
  if (isMainThread) return path;
  const ending = /\.trace\.json$/.exec(path)?.[0] ?? extname(path);
  return `${path.slice(0, path.length - ending.length)}.worker-${threadId}${ending}`;
}

const requested = request();
if (requested !== undefined)
  profileProcess(pathOfThread(requested.path), parseProcessOptions('LAMINET_PROFILE_OPTIONS', requested.options));
