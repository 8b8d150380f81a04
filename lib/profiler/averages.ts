/** @file Times of kernels added up. */

import { unknownName } from '../core/options.js';
import type { Peaks } from './peaks.js';
import type { RunSpan } from './recording.js';
import { type Bound, roofline } from './roofline.js';

export type Phase = 'forward' | 'backward' | 'update';

/** Kernels that count as one: of a name, a layer and a phase, or of less. */
export interface KernelAverage {
  /** What was fused, as in `conv2d+add+relu`; empty when grouped by layer. */
  readonly name: string;
  /** Empty when grouped by name. */
  readonly layer: string;
  readonly phase: Phase | '';
  readonly calls: number;
  /** Milliseconds in all. */
  readonly total: number;
  /** Milliseconds a call. */
  readonly mean: number;
  /** Of the time of all kernels, 0..1. */
  readonly share: number;
  /** Floating-point operations in all: multiplications and additions of convolutions and matrix products. */
  readonly flops: number;
  /** Bytes read and written in all. */
  readonly bytes: number;
  /** Operations a second, in billions. */
  readonly gflops: number;
  /** Bytes a second, in billions. */
  readonly gbytes: number;
  /** Which roof of this machine lies above it: what its operations or what its bytes need. */
  readonly bound: Bound;
  /** How much of that roof it reaches; above 1 where a cache, or an algorithm with fewer operations, beats the roof. */
  readonly ofRoof: number;
  /** The library's implementation; empty when several were used. */
  readonly implementation: string;
}

export type GroupBy = 'kernel' | 'name' | 'layer' | 'phase';

export const groupings: readonly GroupBy[] = ['kernel', 'name', 'layer', 'phase'];

/** `conv2d/backward` as layer and phase. */
export function placeOf(label: string): { layer: string; phase: Phase } {
  const cut = label.lastIndexOf('/');
  const phase = label.slice(cut + 1);
  return phase === 'backward' || phase === 'update' ? { layer: label.slice(0, cut), phase } : { layer: label, phase: 'forward' };
}

/**
 * Kernels added up by what they have in common, the longest first.
 *
 * @throws ValueError for an unknown grouping.
 */
export function averageKernels(runs: readonly RunSpan[], groupBy: GroupBy, peaks: Peaks): KernelAverage[] {
  if (!groupings.includes(groupBy)) throw unknownName('keyAverages', 'groupBy', groupBy, groupings);
  const groups = new Map<string, Sum>();
  for (const { kernels } of runs) {
    for (const { kernel, begin, end } of kernels) {
      const place = placeOf(kernel.layer);
      const name = groupBy === 'kernel' || groupBy === 'name' ? kernel.name : '';
      const layer = groupBy === 'kernel' || groupBy === 'layer' ? place.layer : '';
      const phase = groupBy === 'name' ? '' : place.phase;
      const key = `${name}\n${layer}\n${phase}`;
      const sum = groups.get(key) ?? { name, layer, phase, calls: 0, total: 0, flops: 0, bytes: 0, details: new Set() };
      groups.set(key, sum);
      sum.calls++;
      sum.total += (end - begin) * 1e-6;
      sum.flops += kernel.flops;
      sum.bytes += kernel.bytes;
      sum.details.add(kernel.detail);
    }
  }
  const all = [...groups.values()].reduce((total, sum) => total + sum.total, 0);
  return [...groups.values()].sort((a, b) => b.total - a.total).map((sum) => finish(sum, all, peaks));
}

interface Sum {
  readonly name: string;
  readonly layer: string;
  readonly phase: Phase | '';
  calls: number;
  total: number;
  flops: number;
  bytes: number;
  readonly details: Set<string>;
}

function finish({ details, ...sum }: Sum, all: number, peaks: Peaks): KernelAverage {
  const [detail] = details;
  const { bound, share } = roofline(sum, peaks);
  return {
    ...sum,
    mean: sum.total / sum.calls,
    share: sum.total / all,
    gflops: sum.flops / sum.total / 1e6,
    gbytes: sum.bytes / sum.total / 1e6,
    bound,
    ofRoof: share,
    implementation: details.size === 1 ? (detail as string) : '',
  };
}
