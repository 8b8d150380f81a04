/** @file A worker thread that does tasks, seen from within. */

import { parentPort } from 'node:worker_threads';
import { type Answer, failureOf, type Request } from './worker_messages.js';

/** A result, and the memory that is handed over with it. */
export interface Done<Result> {
  readonly result: Result;
  readonly memory?: readonly ArrayBuffer[];
}

/** Does one task; `signal` is aborted when it is not needed any more. */
export type Doer<Task, Result> = (task: Task, signal: AbortSignal) => Promise<Done<Result>>;

/** What a thread does once it is ready. */
export interface Service<Task, Result> {
  /** The answer to the start. */
  readonly ready: Result;
  readonly work: Doer<Task, Result>;
}

/** Does the tasks of the thread that started this one; the end of its port ends this thread. */
export async function serve<Task, Result>(start: () => Service<Task, Result> | Promise<Service<Task, Result>>): Promise<void> {
  const port = parentPort;
  if (port === null) return;
  const running = new Map<number, AbortController>();
  const reply = async (id: number, body: () => Promise<Done<Result>>): Promise<void> => {
    try {
      const { result, memory = [] } = await body();
      port.postMessage({ id, result } satisfies Answer<Result>, memory);
    } catch (error) {
      port.postMessage({ id, failure: failureOf(error) } satisfies Answer<Result>);
    } finally {
      running.delete(id);
    }
  };
  await reply(0, async () => {
    const { ready, work } = await start();
    port.on('message', (request: Request<Task>) => {
      const { id } = request;
      if ('cancelled' in request) {
        running.get(id)?.abort();
        return;
      }
      const controller = new AbortController();
      running.set(id, controller);
      void reply(id, () => work(request.task, controller.signal));
    });
    return { result: ready };
  });
}
