/** @file Which devices this machine has, and why one cannot be used. */

import { existsSync } from 'node:fs';
import { addon, type NativeBackend } from './addon.js';

/** Why a device is not available. */
export type ReasonCode =
  | 'PLUGIN_NOT_BUILT'
  | 'MISSING_LIBRARY'
  | 'NO_DRIVER'
  | 'DRIVER_TOO_OLD'
  | 'NO_DEVICE'
  | 'ARCH_UNSUPPORTED'
  | 'CUDNN_VERSION'
  | 'INIT_FAILED';

export interface DeviceDescription {
  /** `cpu`, `reference`, `cuda:0` (one entry a GPU), or `cuda` where no GPU is known. */
  readonly name: string;
  readonly available: boolean;
  /** Why it is not available; empty when it is. */
  readonly reason: string;
  /** The same for programs; empty when it is available. */
  readonly code: ReasonCode | '';
  /** Bytes of a GPU. */
  readonly memory?: number;
  /** What a GPU calls itself, as in `NVIDIA H100 PCIe`. */
  readonly title?: string;
}

export interface LibraryFinding {
  readonly name: string;
  readonly title: string;
  readonly required: boolean;
  /** Empty: not found, or not usable. */
  readonly path: string;
  /** How its place was known: an environment variable, Python packages, the loader. */
  readonly origin: string;
  readonly version: string;
  /** Folders without it. */
  readonly searched: readonly string[];
  /** Files that were there and could not be used, with the reason. */
  readonly refused: readonly string[];
}

export interface GpuFinding {
  readonly index: number;
  readonly name: string;
  /** 90 for compute capability 9.0. */
  readonly capability: number;
  readonly memory: number;
  readonly code: ReasonCode | '';
  readonly reason: string;
  /** cuDNN's description of it, JSON; empty: not asked for, or not told. */
  readonly text: string;
}

/** What the search for CUDA found (native/cuda/finder/findings.h). */
export interface CudaReport {
  readonly code: ReasonCode | '';
  readonly reason: string;
  /** The command that helps, or what to do. */
  readonly fix: string;
  /** `cuda`: 13000 for 13.0; 0: unknown. */
  readonly driver: { readonly library: LibraryFinding; readonly release: string; readonly cuda: number };
  readonly devices: readonly GpuFinding[];
  readonly libraries: readonly LibraryFinding[];
  /** Path of laminet_cuda13.so; empty: not there. */
  readonly plugin: string;
  readonly architectures: readonly string[];
}

const reportOf = (text: string): CudaReport | undefined => (text === '' ? undefined : (JSON.parse(text) as CudaReport));

/** All that the CUDA plugin finds here, also after the first problem; undefined when the plugin is not part of the build. */
export const cudaReport = (): CudaReport | undefined => reportOf(addon().report('cuda'));

function describeBackend({ name, available, reason, code, report: text }: NativeBackend): DeviceDescription[] {
  const report = reportOf(text);
  const whyNot = available ? '' : report?.code || (code as ReasonCode);
  if (report === undefined || report.devices.length === 0) return [{ name, available, reason, code: whyNot }];
  return report.devices.map((gpu) => ({
    name: `${name}:${gpu.index}`,
    available: available && gpu.code === '',
    reason: reason || gpu.reason,
    code: whyNot || gpu.code,
    memory: gpu.memory,
    title: gpu.name,
  }));
}

/** Every device that this build knows, with the reason why one cannot be used here. */
export const devices = (): DeviceDescription[] => addon().backends().flatMap(describeBackend);

/** Whether the machine has an NVIDIA driver, as far as it can be told when the plugin is not part of the build. */
export function hasNvidiaDriver(): boolean {
  const report = reportOf(
    addon()
      .backends()
      .find(({ name }) => name === 'cuda')?.report ?? '',
  );
  return (report?.driver.library.path ?? '') !== '' || existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl');
}
