/** @file `workerSequence`: a Sequence whose batches are made in worker threads. */

import { describeValue } from '../core/describe.js';
import { located, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { checkPositiveInteger } from './batch.js';
import { type BatchLike, Sequence, type SequenceOptions } from './sequence.js';
import type { SequenceResult, SequenceStart, SequenceTask } from './sequence_thread.js';
import { leastLoaded, WorkerLink } from './worker_link.js';

export interface WorkerSequenceOptions extends SequenceOptions {
  /** Name of the class in the module; `default` by default. */
  readonly exportName?: string;
  /** Arguments of its constructor, copied to each thread; none by default. */
  readonly args?: readonly unknown[];
  /** Threads, each with an instance of its own; default 1. */
  readonly workers?: number;
}

const where = 'workerSequence';

const kind = { script: new URL('./sequence_thread.js', import.meta.url), remedy: 'make a new sequence' };

type Link = WorkerLink<SequenceTask, SequenceResult>;

/** @throws ValueError when `start` cannot be sent to a thread. */
function startThread(start: SequenceStart): Link {
  try {
    return new WorkerLink(kind, { workerData: start });
  } catch (error) {
    throw new ValueError(`${where}: args cannot be sent to a thread: ${(error as Error).message}; expected plain data`);
  }
}

/** A {@link Sequence} of another module, asked for its batches in worker threads. Made by {@link workerSequence}. */
export class WorkerSequence extends Sequence {
  readonly #links: readonly Link[];
  #length: number;

  /** @internal */
  constructor(links: readonly Link[], length: number, hasEpochEnd: boolean, options: SequenceOptions) {
    super(options);
    this.#links = links;
    this.#length = length;
    if (hasEpochEnd) this.onEpochEnd = () => this.#endEpoch();
  }

  get length(): number {
    return this.#length;
  }

  override async getItem(index: number, signal?: AbortSignal): Promise<BatchLike> {
    const link = leastLoaded(this.#links) as Link; // there is at least one
    return (await link.ask(index, signal)).batch as BatchLike;
  }

  /** Ends the threads, whatever they do; batches that are in the making fail. Idle threads do not keep the process alive. */
  async terminate(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.terminate('the sequence was terminated; make a new one')));
  }

  async #endEpoch(): Promise<void> {
    const answers = await Promise.all(this.#links.map((link) => link.ask('onEpochEnd')));
    this.#length = answers[0]?.length ?? this.#length;
  }
}

/**
 * Makes a {@link Sequence} class of a module in worker threads: its `getItem` may compute for long, and neither the event loop nor the device
 * waits. Arrays of a batch that fill their memory are handed over, not copied: make new ones for each batch.
 *
 * Each thread has an instance of its own and makes some of the batches, so an `onEpochEnd` that shuffles must do the same in each: seed it.
 * Threads that are idle do not keep the process alive; `terminate()` ends them early. When the training is aborted, the batch in the making
 * is not waited for. `docs/guide.md` has an example.
 *
 * @param module - URL of the module, for example `new URL('./generator.js', import.meta.url)`
 * @throws DataError when the module or its class cannot be used, with the thread's own error as `cause`; ValueError for other options.
 */
export async function workerSequence(module: URL | string, options: WorkerSequenceOptions = {}): Promise<WorkerSequence> {
  checkOptions(where, options, ['exportName', 'args', 'workers', 'maxQueueSize']);
  const { exportName = 'default', args = [], workers = 1, maxQueueSize = 10 } = options;
  checkPositiveInteger(where, 'workers', workers);
  checkPositiveInteger(where, 'maxQueueSize', maxQueueSize);
  if (!URL.canParse(String(module))) {
    throw new ValueError(
      `${where}: module is ${describeValue(module)}; expected its URL: new URL('./generator.js', import.meta.url)`,
    );
  }
  if (!Array.isArray(args)) throw new ValueError(`${where}: args is ${describeValue(args)}; expected an array`);
  const links: Link[] = [];
  try {
    for (let i = 0; i < workers; i++) links.push(startThread({ module: String(module), exportName, args }));
    const [first] = await Promise.all(links.map((link) => link.started));
    return new WorkerSequence(links, first?.length ?? 0, first?.hasEpochEnd ?? false, { workers, maxQueueSize });
  } catch (error) {
    await Promise.all(links.map((link) => link.terminate('another thread could not start')));
    throw located(where, error);
  }
}
