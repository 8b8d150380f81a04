/** @file What the main thread and its worker threads say to each other. */

/** A task for a worker thread, or that it is not needed any more. */
export type Request<Task> = { readonly id: number } & ({ readonly task: Task } | { readonly cancelled: true });

/** The answer to a request; to the start, as if that was number 0. */
export type Answer<Result> = { readonly id: number } & ({ readonly result: Result } | { readonly failure: Failure });

/** What went wrong in a worker thread. */
export interface Failure {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly cause: Failure | undefined;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined, code: undefined, cause: undefined };
  const { message, stack, cause, code } = error as NodeJS.ErrnoException;
  return { message, stack, code, cause: cause === undefined ? undefined : failureOf(cause) };
}

/** An error with the message, stack and code that it had in its thread. */
export function causeOf({ message, stack, code, cause }: Failure): Error {
  const error = new Error(message, cause && { cause: causeOf(cause) });
  if (stack !== undefined) error.stack = stack;
  if (code !== undefined) Object.assign(error, { code });
  return error;
}
