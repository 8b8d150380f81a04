/** @file The worker threads that decode images: one set of them for all image data sets. */

import { availableParallelism } from 'node:os';
import { DataError, StateError } from '../core/errors.js';
import { importSharp, SharpWanted } from './image_decode.js';
import type { ImagePixels, ImageTask, SharpState } from './image_thread.js';
import { leastLoaded, WorkerLink } from './worker_link.js';
import { causeOf, type Failure } from './worker_messages.js';

/** Threads at most. */
export const imageThreads = Math.min(availableParallelism(), 4);

type Link = WorkerLink<ImageTask, ImagePixels>;

const kind = {
  script: new URL('./image_thread.js', import.meta.url),
  remedy: 'ask for the images again',
  /** The library's own errors, as they were thrown there. */
  restore({ code, message, cause }: Failure): Error | undefined {
    if (code === 'SHARP_WANTED') return new SharpWanted();
    if (code === 'STATE') return new StateError(message);
    return code === 'DATA' ? new DataError(message, cause && { cause: causeOf(cause) }) : undefined;
  },
};

let links: Link[] = [];

/** One that has nothing to do; else a new one, as long as there may be more; else that with the fewest tasks. */
function pickThread(): Link {
  links = links.filter((link) => !link.hasEnded);
  const least = leastLoaded(links);
  if (least !== undefined && (least.load === 0 || links.length === imageThreads)) return least;
  // Without the options of this process: they may be for a main module that is no file.
  const link: Link = new WorkerLink(kind, { execArgv: [] });
  link.started.catch(() => {}); // tasks that wait for it fail as well
  links.push(link);
  return link;
}

/** Whether sharp was imported here: only libraries that this thread has loaded first stay while others come and go (sharp's documentation). */
let isImported = false;

async function trySharp(where: string): Promise<SharpState> {
  try {
    await importSharp(where);
    isImported = true;
    return 'imported';
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/**
 * The images of a batch, made in a worker thread. Threads are kept, and do not keep the process alive.
 *
 * @throws DataError and StateError as {@link decodeImage} does; AbortedError, at once, when `signal` is aborted.
 */
export async function loadInThread(task: Omit<ImageTask, 'sharp'>, signal: AbortSignal): Promise<ImagePixels> {
  try {
    return await pickThread().ask({ ...task, sharp: isImported ? 'imported' : 'not tried' }, signal);
  } catch (error) {
    if (!(error instanceof SharpWanted)) throw error;
  }
  const sharp = await trySharp(task.where);
  signal.throwIfAborted();
  return pickThread().ask({ ...task, sharp }, signal);
}
