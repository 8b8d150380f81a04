/** @file The typed errors of the library. Form: `where: what is wrong: received values by name; expected ...; fix.` */

/** Base of every error that laminet throws; `code` is stable, the message is for people. */
export class LaminetError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }

  /** Puts the place in front of the message (a layer's name, say), keeping the stack of the call that failed. */
  prefix(place: string): this {
    const { stack, message } = this; // the stack first: it may be made when it is read
    this.message = `${place}: ${message}`;
    if (stack !== undefined) this.stack = stack.replace(message, () => this.message);
    return this;
  }

  /** Puts the stack of the user's call below that of the place, which may have been reached much later. */
  calledFrom(caller: CallSite): this {
    const frames = caller.stack.split('\n').slice(1).join('\n');
    if (this.stack !== undefined && !this.stack.includes(frames)) this.stack = `${this.stack}\n${frames}`;
    return this;
  }
}

/** Where a call was made: an object with that stack. */
export interface CallSite {
  readonly stack: string;
}

/** The place that called `callee`, a function that is running now. */
export function callSite(callee: (...args: never[]) => unknown): CallSite {
  const site = { stack: '' };
  Error.captureStackTrace(site, callee);
  return site;
}

/** `error` with the place in front when it is one of laminet's; another one as it is. */
export const located = (place: string, error: unknown): unknown => (error instanceof LaminetError ? error.prefix(place) : error);

/** Shapes that do not fit together. */
export class ShapeError extends LaminetError {
  constructor(message: string) {
    super('SHAPE', message);
  }
}

/** An element type that the operation does not take. */
export class DTypeError extends LaminetError {
  constructor(message: string) {
    super('DTYPE', message);
  }
}

/** A value outside its range, an unknown option or an unknown name. */
export class ValueError extends LaminetError {
  constructor(message: string) {
    super('VALUE', message);
  }
}

/** Training data that cannot be used: empty, of different lengths, labels out of range, NaN labels. */
export class DataError extends LaminetError {
  constructor(message: string, options?: ErrorOptions) {
    super('DATA', message, options);
  }
}

/** A file that is missing, damaged, of another kind, or that cannot be written. */
export class FileError extends LaminetError {
  constructor(message: string, options?: ErrorOptions) {
    super('FILE', message, options);
  }
}

/** A call at the wrong time: fit before compile, weights before build, data of a symbolic tensor. */
export class StateError extends LaminetError {
  constructor(message: string) {
    super('STATE', message);
  }
}

/** A tensor, model or device that was disposed. */
export class DisposedError extends LaminetError {
  constructor(message: string) {
    super('DISPOSED', message);
  }
}

/** The device has no room. */
export class OutOfMemoryError extends LaminetError {
  constructor(message: string, options?: ErrorOptions) {
    super('OUT_OF_MEMORY', message, options);
  }
}

/** A device that is not available, or that failed. */
export class DeviceError extends LaminetError {
  constructor(message: string, options?: ErrorOptions) {
    super('DEVICE', message, options);
  }
}

/** The run was cancelled through an AbortSignal. */
export class AbortedError extends LaminetError {
  constructor(message: string, options?: ErrorOptions) {
    super('ABORTED', message, options);
  }
}

/** A broken promise inside the library: please report it. */
export class InternalError extends LaminetError {
  constructor(message: string, options?: ErrorOptions) {
    super('INTERNAL', `internal: ${message}`, options);
  }
}

/** The typed error for an error `{ code, message }` that native code threw. */
export function fromNative(error: unknown): LaminetError {
  if (error instanceof LaminetError) return error;
  const { code, message } = error as { code?: string; message?: string };
  const options = { cause: error };
  switch (code) {
    case 'OUT_OF_MEMORY':
      return new OutOfMemoryError(message ?? '', options);
    case 'ABORTED':
      return new AbortedError(message ?? '', options);
    case 'DISPOSED':
      return new DisposedError(message ?? '');
    case 'DEVICE':
    case 'UNSUPPORTED':
      return new DeviceError(message ?? '', options);
    default:
      return new InternalError(message ?? String(error), options);
  }
}
