/** @file The only file that loads the binary, and the types of what it exports (native/addon). */

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { NativeDType } from '../core/dtype.js';
import { DeviceError } from '../core/errors.js';

export interface NativeBuffer {
  readonly dtype: NativeDType;
  readonly shape: number[];
  readonly disposed: boolean;
  dispose(): void;
}

export interface NativeProgram {
  /** As in timelines. */
  readonly number: number;
  dispose(): void;
}

export interface NativeSignal {
  cancel(): void;
}

export interface KernelInfo {
  readonly name: string;
  readonly detail: string;
  /** The layer's name, followed by `/backward` or `/update` for what belongs to gradients and to the optimizer. */
  readonly layer: string;
  /** Multiplications and additions of a convolution or a matrix product; 0 for all else. */
  readonly flops: number;
  /** Read and written by one run. */
  readonly bytes: number;
}

/** What a device's thread did while it was profiled. */
export interface NativeTimeline {
  /** Programs as they were compiled. */
  readonly plans: readonly { readonly program: number; readonly kernels: readonly KernelInfo[] }[];
  /**
   * Five numbers an event: plan (-1: none), kernel of the plan, begin and end in nanoseconds of `process.hrtime`, bytes held. In place of a
   * kernel: -1 a whole run, -2 a compilation, -3 inputs that arrive, -4 results that leave.
   */
  readonly events: Float64Array;
  /** Of activities. */
  readonly names: readonly string[];
  /**
   * What a GPU did by its own account (kernels of CUDA's, copies, fills), seven numbers each: name, plan and kernel (-1: none), stream,
   * begin and end, bytes copied or filled.
   */
  readonly activities: Float64Array;
  /** For people: how times were taken, what is missing. */
  readonly notes: readonly string[];
  /** Events and activities that found no room. */
  readonly dropped: number;
}

export interface MemoryInfo {
  /** Bytes held now. */
  readonly used: number;
  /** Highest `used` so far. */
  readonly peak: number;
  /** Bytes of the device; 0 when unknown. */
  readonly total: number;
  /** Live buffers. */
  readonly buffers: number;
}

export type NativeInput = NativeBuffer | ArrayBufferView;

export interface NativeDevice {
  readonly name: string;
  readonly description: string;
  allocate(dtype: NativeDType, shape: readonly number[]): NativeBuffer;
  upload(dtype: NativeDType, shape: readonly number[], data: ArrayBufferView): NativeBuffer;
  write(buffer: NativeBuffer, data: ArrayBufferView): void;
  read(buffer: NativeBuffer): Promise<ArrayBuffer>;
  program(listing: string, constants: readonly ArrayBufferView[]): NativeProgram;
  run(
    program: NativeProgram,
    inputs: readonly NativeInput[],
    variables: readonly NativeBuffer[],
    signal?: NativeSignal,
  ): NativeBuffer[];
  runAndRead(
    program: NativeProgram,
    inputs: readonly NativeInput[],
    variables: readonly NativeBuffer[],
    signal?: NativeSignal,
  ): Promise<ArrayBuffer[]>;
  flush(): Promise<void>;
  memory(): MemoryInfo;
  kernels(program: NativeProgram): KernelInfo[];
  plan(program: NativeProgram): string;
  /** Records a timeline from here on; switched off, hands it over. */
  setProfiling(on: boolean): void;
  /** The last recorded timeline, once; after `setProfiling(false)` and `flush()`. */
  timeline(): NativeTimeline;
  /** What was chosen by timing in this process; empty for a device that chooses nothing so. */
  choices(): string;
  /** Takes over what another process chose, for what is compiled from now on. */
  adoptChoices(text: string): void;
  close(): void;
}

export interface NativeBackend {
  readonly name: string;
  readonly available: boolean;
  /** Why not, for people. */
  readonly reason: string;
  /** Why not, for programs; the report may know better. */
  readonly code: string;
  /** What the plugin found on this machine, as JSON; empty when it gives none. */
  readonly report: string;
}

export interface NativeDeviceOptions {
  readonly threads?: number;
  /** Which GPU. */
  readonly index?: number;
  readonly tensorFloat32?: boolean;
  readonly deterministic?: boolean;
  readonly autotune?: boolean;
}

export interface NativeAddon {
  backends(): NativeBackend[];
  /** All that a plugin finds on this machine, also after the first problem, as JSON; empty when it gives no report. */
  report(name: string): string;
  open(name: string, options: NativeDeviceOptions): NativeDevice;
  readonly Signal: new () => NativeSignal;
}

const require = createRequire(import.meta.url);

/** The build folder lies beside dist/ in a package and beside lib/ in a checkout whose tests run the sources. */
const candidates = ['../../build/native/Release/laminet.node', '../../../build/native/Release/laminet.node'];

let loaded: NativeAddon | undefined;
let loadedPath = '';

/**
 * The native addon, loaded at the first call.
 *
 * @throws DeviceError that lists what was tried and the command that builds the addon.
 */
export function addon(): NativeAddon {
  if (loaded !== undefined) return loaded;
  const attempts: string[] = [];
  for (const candidate of candidates) {
    const path = fileURLToPath(new URL(candidate, import.meta.url));
    try {
      loaded = require(path) as NativeAddon;
      loadedPath = path;
      return loaded;
    } catch (error) {
      attempts.push(`${path}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  throw new DeviceError(
    `laminet: the native addon could not be loaded; tried\n  ${attempts.join('\n  ')}\n` +
      'build it with `npm run build:native` in the package folder (or `npm rebuild laminet` where it is a dependency)',
  );
}

/** Where the addon was loaded from. @throws DeviceError as `addon`. */
export function addonPath(): string {
  addon();
  return loadedPath;
}
