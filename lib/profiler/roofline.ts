/** @file What a kernel could reach: the roof above its arithmetic intensity. */

import type { Peaks } from './peaks.js';

export type Bound = 'compute' | 'memory';

/** Above this arithmetic intensity, in operations a byte, a kernel is bound by computing. */
export const ridge = ({ flops, bytes }: Peaks): number => flops / bytes;

/** Which roof lies above work of so many operations and bytes, and which share of it was reached in `total` milliseconds. */
export function roofline(
  { flops, bytes, total }: { readonly flops: number; readonly bytes: number; readonly total: number },
  peaks: Peaks,
): { bound: Bound; share: number } {
  const seconds = total * 1e-3;
  const bound = flops > ridge(peaks) * bytes ? 'compute' : 'memory';
  return { bound, share: bound === 'compute' ? flops / seconds / peaks.flops : bytes / seconds / peaks.bytes };
}
