/** @file What the JavaScript thread did while a profile is made: calls into the device, and waiting for data. */

/** Nanoseconds of the clock that device timelines use. */
export const nanoseconds = (): number => Number(process.hrtime.bigint());

export interface HostSpan {
  readonly name: 'submit' | 'data';
  readonly begin: number;
  readonly end: number;
  /** Of `submit`: the program's number. */
  readonly program?: number;
}

let spans: HostSpan[] | undefined;

/** Where a span begins; 0 while nothing is recorded. */
export const spanBegin = (): number => (spans === undefined ? 0 : nanoseconds());

/** Notes a span that ends now, if it began while spans were recorded. */
export function spanEnd(name: HostSpan['name'], begin: number, program?: { readonly number: number }): void {
  if (begin === 0) return;
  spans?.push({ name, begin, end: nanoseconds(), ...(program !== undefined && { program: program.number }) });
}

/** Starts recording. */
export function recordHost(): void {
  spans = [];
}

/** Ends recording. @returns what was recorded */
export function takeHost(): HostSpan[] {
  const taken = spans ?? [];
  spans = undefined;
  return taken;
}
