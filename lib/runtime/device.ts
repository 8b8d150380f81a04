/** @file The devices in use: opening one, and choosing the one that new tensors and models are made on. */

import { env, stderr } from 'node:process';
import { DeviceError, fromNative, StateError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { addon, type KernelInfo, type MemoryInfo, type NativeDevice } from './addon.js';
import { type DeviceDescription, devices, hasNvidiaDriver } from './backends.js';

/** `cuda` is `cuda:0`; `auto` is the first GPU that can be used, else the CPU. */
export type DeviceName = 'auto' | 'cpu' | 'cuda' | `cuda:${number}` | 'reference';

/** Of a GPU; fixed when it is first used. */
export interface DeviceOptions {
  /** Rounds float32 operands of convolutions and matrix products to TF32, which tensor cores multiply. Default: `true`. */
  readonly tensorFloat32?: boolean;
  /** Only algorithms whose results are the same in every run. Default: `false`. */
  readonly deterministic?: boolean;
  /** Times the algorithms of each convolution before the first step. Default: `false`. */
  readonly autotune?: boolean;
}

/** A device opened in this thread. Work is queued on its own native thread, in order. */
export class Device {
  /** `cpu`, `cuda:0` or `reference`. */
  readonly name: string;
  readonly native: NativeDevice;
  readonly options: Required<DeviceOptions>;

  constructor(name: string, native: NativeDevice, options: Required<DeviceOptions>) {
    this.name = name;
    this.native = native;
    this.options = options;
  }

  /** Library, threads and instruction set, as in `oneDNN 2.6.3, 2 threads, AVX-512`. */
  get description(): string {
    return this.native.description;
  }

  /** Resolves when everything queued so far has run. */
  async flush(): Promise<void> {
    await this.native.flush().catch((error: unknown) => {
      throw fromNative(error);
    });
  }

  memory(): MemoryInfo {
    return this.native.memory();
  }
}

export type { KernelInfo, MemoryInfo };

const defaults: Required<DeviceOptions> = { tensorFloat32: true, deterministic: false, autotune: false };
const opened = new Map<string, Device>();
const openListeners: ((device: Device) => void)[] = [];

/** Calls `listener` with every device that is opened from now on. */
export function onDeviceOpen(listener: (device: Device) => void): void {
  openListeners.push(listener);
}

let selected: Device | undefined;

function checkDeviceOptions(name: string, options: DeviceOptions): void {
  checkOptions('setDevice', options, Object.keys(defaults));
  for (const [key, value] of Object.entries(options)) {
    if (typeof value !== 'boolean') throw new ValueError(`setDevice: option '${key}': received ${value}; expected true or false`);
    if (!/^(auto|cuda)/.test(name)) throw new ValueError(`setDevice: option '${key}' is for GPUs; received device '${name}'`);
  }
}

function unavailable(name: string, reason: string): DeviceError {
  const available = devices()
    .filter((device) => device.available)
    .map((device) => device.name);
  return new DeviceError(`device '${name}' is not available: ${reason}; available: ${available.join(', ')}`);
}

/** @throws DeviceError when the GPU is not there or cannot be used. */
function requireGpu(name: string, canonical: string): void {
  const gpus = devices().filter((device) => device.name.startsWith('cuda'));
  const found = gpus.find((gpu) => gpu.name === canonical) ?? gpus.find((gpu) => !gpu.available && gpu.name === 'cuda');
  if (found === undefined) throw unavailable(name, `no such GPU; there are ${gpus.map((gpu) => gpu.name).join(', ')}`);
  if (!found.available) throw unavailable(name, found.reason);
}

function openNative(name: string, backend: string, options: object): NativeDevice {
  try {
    return addon().open(backend, options);
  } catch (error) {
    const reason = addon()
      .backends()
      .find((each) => each.name === backend && !each.available)?.reason;
    throw reason === undefined ? fromNative(error) : unavailable(name, reason);
  }
}

function open(name: string, options: DeviceOptions): Device {
  const match = /^(cuda)(?::(\d+))?$|^(cpu|reference)$/.exec(name);
  if (match === null) throw unavailable(name, 'no such device');
  const index = Number(match[2] ?? 0);
  const canonical = match[1] === undefined ? name : `cuda:${index}`;
  const known = opened.get(canonical);
  if (known !== undefined) return requireOptions(known, options);
  const all = { ...defaults, ...options };
  if (match[1] !== undefined) requireGpu(name, canonical);
  const native = match[1] === undefined ? openNative(name, name, {}) : openNative(name, match[1], { index, ...all });
  const device = new Device(canonical, native, all);
  opened.set(canonical, device);
  for (const listener of openListeners) listener(device);
  return device;
}

/** @throws StateError when a device that is in use was opened with other options. */
function requireOptions(device: Device, options: DeviceOptions): Device {
  for (const [key, value] of Object.entries(options)) {
    const used = device.options[key as keyof DeviceOptions];
    if (used === value) continue;
    throw new StateError(
      `setDevice: device '${device.name}' is in use with ${key}: ${used}; received ${key}: ${value}; set it first`,
    );
  }
  return device;
}

let told = false;

/** Says once which device was taken: when a GPU was left aside though there is a driver, and always in the log. */
function tell(taken: DeviceDescription, all: readonly DeviceDescription[]): void {
  if (told) return;
  told = true;
  const gpu = all.find((device) => device.name.startsWith('cuda'));
  const skipped = gpu !== undefined && gpu !== taken && !gpu.available ? gpu : undefined;
  const surprising = skipped !== undefined && hasNvidiaDriver();
  const logged = env.LAMINET_LOG !== undefined && !['', '0'].includes(env.LAMINET_LOG);
  if (!surprising && !logged) return;
  stderr.write(
    `laminet: device auto: took ${taken.name}${skipped === undefined ? '' : `; no ${skipped.name}: ${skipped.reason}`}\n`,
  );
}

function choose(options: DeviceOptions): Device {
  const all = devices();
  const best = ['cuda', 'cpu', 'reference']
    .map((backend) => all.find((device) => device.name.startsWith(backend) && device.available))
    .find((device) => device !== undefined);
  if (best === undefined) return open('cpu', {});
  tell(best, all);
  return open(best.name, best.name.startsWith('cuda') ? options : {});
}

function chooseOrOpen(name: string, options: DeviceOptions): Device {
  return name === 'auto' ? choose(options) : open(name, options);
}

/** The device that new tensors and models use: `setDevice`, else `LAMINET_DEVICE`, else the best available. */
export function currentDevice(): Device {
  selected ??= chooseOrOpen(env.LAMINET_DEVICE || 'auto', {});
  return selected;
}

/**
 * Makes `name` the device of everything created from now on.
 *
 * @throws DeviceError when it is not available, with the reason; nothing changes then.
 * @example
 * setDevice('cpu');
 */
export function setDevice(name: DeviceName, options: DeviceOptions = {}): Device {
  checkDeviceOptions(name, options);
  selected = chooseOrOpen(name === 'auto' ? env.LAMINET_DEVICE || 'auto' : name, options);
  return selected;
}

/** The memory of the current device: bytes held now and at most, and all that it has. */
export function memory(): MemoryInfo {
  return currentDevice().memory();
}
