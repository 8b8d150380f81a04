/** @file A worker thread that does tasks, seen from the thread that gives them. */

import { Worker, type WorkerOptions } from 'node:worker_threads';
import { AbortedError, DataError, StateError } from '../core/errors.js';
import { type Answer, causeOf, type Failure, failureOf, type Request } from './worker_messages.js';

interface Pending<Result> {
  resolve(result: Result): void;
  reject(error: Error): void;
}

/** How a kind of thread is made, and spoken of. */
export interface WorkerKind {
  /** The module that it runs; it calls `serve`. */
  readonly script: URL;
  /** What to do when a thread has ended, for errors. */
  readonly remedy: string;
  /** The error for what went wrong there; undefined where it is not expected. */
  restore?(failure: Failure): Error | undefined;
}

const unexpected = (failure: Failure): Error =>
  new DataError(`in a worker thread: ${failure.message}`, { cause: causeOf(failure) });

/** A thread that answers requests. It keeps the process alive only while an answer is waited for. */
export class WorkerLink<Task, Result> {
  /** The first answer: the thread is ready. */
  readonly started: Promise<Result>;
  readonly #kind: WorkerKind;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending<Result>>();
  #requests = 0;
  #ended: Error | undefined;

  /** @throws DataCloneError when the `workerData` of `options` cannot be sent to a thread. */
  constructor(kind: WorkerKind, options: WorkerOptions = {}) {
    this.#kind = kind;
    this.#worker = new Worker(kind.script, options);
    this.#worker.on('message', (answer: Answer<Result>) => this.#take(answer));
    this.#worker.on('error', (error) => this.#end(unexpected(failureOf(error))));
    this.#worker.on('exit', (code) => this.#end(new StateError(`the worker thread has ended with code ${code}; ${kind.remedy}`)));
    this.started = this.#wait(0);
  }

  /** Requests without an answer. */
  get load(): number {
    return this.#pending.size;
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** @throws Error for what goes wrong in the thread; AbortedError, at once, when `signal` is aborted; StateError when the thread has ended. */
  async ask(task: Task, signal?: AbortSignal): Promise<Result> {
    if (this.#ended !== undefined) throw this.#ended;
    const id = ++this.#requests;
    const answer = this.#wait(id);
    const giveUp = (): void => {
      this.#settle(id)?.reject(new AbortedError('the batch is not needed any more'));
      this.#send({ id, cancelled: true });
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      this.#send({ id, task });
      return await answer;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Ends the thread, whatever it does. */
  async terminate(reason: string): Promise<void> {
    this.#end(new StateError(reason));
    await this.#worker.terminate();
  }

  #send(request: Request<Task>): void {
    this.#worker.postMessage(request);
  }

  #wait(id: number): Promise<Result> {
    this.#worker.ref();
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  /** The request, which is no longer waited for. */
  #settle(id: number): Pending<Result> | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker.unref();
    return pending;
  }

  #take(answer: Answer<Result>): void {
    const pending = this.#settle(answer.id);
    if ('failure' in answer) pending?.reject(this.#kind.restore?.(answer.failure) ?? unexpected(answer.failure));
    else pending?.resolve(answer.result);
  }

  /** Nothing is answered any more; the first reason counts. */
  #end(reason: Error): void {
    this.#ended ??= reason;
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(this.#ended);
  }
}

/** The thread with the fewest requests; undefined where there is none. */
export function leastLoaded<Link extends { readonly load: number }>(links: readonly Link[]): Link | undefined {
  return links.reduce<Link | undefined>(
    (least, link) => (least === undefined || link.load < least.load ? link : least),
    undefined,
  );
}
