/** @file One worker thread of a `workerSequence`, seen from the main thread. */

import { Worker } from 'node:worker_threads';
import { AbortedError, DataError, StateError, ValueError } from '../core/errors.js';
import { type Answer, type Failure, failureOf, type Request, type Success, type WorkerStart } from './worker_messages.js';

interface Pending {
  resolve(answer: Success): void;
  reject(error: Error): void;
}

/** The error of a worker thread, with the stack that it had there as its cause. */
function remoteError({ message, stack }: Failure): DataError {
  const cause = new Error(message);
  if (stack !== undefined) cause.stack = stack;
  return new DataError(`in a worker thread: ${message}`, { cause });
}

/** A thread that answers requests. It keeps the process alive only while an answer is waited for. */
export class WorkerLink {
  /** The first answer: the class was made. */
  readonly started: Promise<Success>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #requests = 0;
  #ended: Error | undefined;

  /** @throws ValueError when `start` cannot be sent to a thread. */
  constructor(where: string, start: WorkerStart) {
    try {
      this.#worker = new Worker(new URL('./worker_thread.js', import.meta.url), { workerData: start });
    } catch (error) {
      throw new ValueError(`${where}: args cannot be sent to a thread: ${(error as Error).message}; expected plain data`);
    }
    this.#worker.on('message', (answer: Answer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#end(remoteError(failureOf(error))));
    this.#worker.on('exit', (code) =>
      this.#end(new StateError(`the worker thread has ended with code ${code}; make a new sequence`)),
    );
    this.started = this.#wait(0);
  }

  /** Requests without an answer. */
  get load(): number {
    return this.#pending.size;
  }

  /** @throws DataError for what goes wrong in the thread; AbortedError, at once, when `signal` is aborted; StateError when the thread has ended. */
  async ask(index: Request['index'], signal?: AbortSignal): Promise<Success> {
    if (this.#ended !== undefined) throw this.#ended;
    const id = ++this.#requests;
    const answer = this.#wait(id);
    const giveUp = (): void => this.#settle(id)?.reject(new AbortedError('the batch is not needed any more'));
    signal?.addEventListener('abort', giveUp, { once: true });
    this.#worker.postMessage({ id, index } satisfies Request);
    try {
      return await answer;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Ends the thread, whatever it does. */
  async terminate(): Promise<void> {
    this.#end(new StateError('the sequence was terminated; make a new one'));
    await this.#worker.terminate();
  }

  #wait(id: number): Promise<Success> {
    this.#worker.ref();
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  /** The request, which is no longer waited for. */
  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker.unref();
    return pending;
  }

  #take(answer: Answer): void {
    const pending = this.#settle(answer.id);
    if ('failure' in answer) pending?.reject(remoteError(answer.failure));
    else pending?.resolve(answer);
  }

  /** Nothing is answered any more; the first reason counts. */
  #end(reason: Error): void {
    this.#ended ??= reason;
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(this.#ended);
  }
}
