/** @file The public `profiler` namespace. */

export type { GroupBy, KernelAverage, Phase } from './averages.js';
export type { Peaks } from './peaks.js';
export { type KernelAverages, type Profile, type ProfileOptions, profile } from './profile.js';
export type { Bound } from './roofline.js';
export type { StepTimes } from './steps.js';
export type { SortKey, TableOptions } from './table.js';
export type { Trace, TraceEvent } from './trace.js';
