/** @file What the main thread and the worker threads of a `workerSequence` say to each other. */

/** What a worker thread starts with. */
export interface WorkerStart {
  /** URL of the module that exports the class. */
  readonly module: string;
  readonly exportName: string;
  /** Arguments of its constructor. */
  readonly args: readonly unknown[];
}

/** A request to a worker thread: batch `index`, or the end of an epoch. */
export interface Request {
  readonly id: number;
  readonly index: number | 'onEpochEnd';
}

/** What went wrong in a worker thread. */
export interface Failure {
  readonly message: string;
  readonly stack: string | undefined;
}

/** The answer to a request; to the start, as if that was number 0. */
export type Answer = { readonly id: number } & (Success | { readonly failure: Failure });

/** The number of batches now, with the batch that was asked for, or at the start whether the class has an `onEpochEnd`. */
export interface Success {
  readonly length: number;
  readonly batch?: unknown;
  readonly hasEpochEnd?: boolean;
}

export const failureOf = (error: unknown): Failure =>
  error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error), stack: undefined };
