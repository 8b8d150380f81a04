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
  dispose(): void;
}

export interface NativeSignal {
  cancel(): void;
}

export interface KernelInfo {
  readonly name: string;
  readonly detail: string;
  readonly layer: string;
  readonly seconds: number;
  readonly runs: number;
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
  setProfiling(on: boolean): void;
  /** What was chosen by timing in this process; empty for a device that chooses nothing so. */
  choices(): string;
  /** Takes over what another process chose, for what is compiled from now on. */
  adoptChoices(text: string): void;
  close(): void;
}

export interface NativeAddon {
  backends(): { name: string; available: boolean; reason: string }[];
  open(name: string, options: { threads?: number }): NativeDevice;
  readonly Signal: new () => NativeSignal;
}

const require = createRequire(import.meta.url);

/** The build folder lies beside dist/ in a package and beside lib/ in a checkout whose tests run the sources. */
const candidates = ['../../build/native/Release/laminet.node', '../../../build/native/Release/laminet.node'];

let loaded: NativeAddon | undefined;

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
