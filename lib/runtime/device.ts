/** @file Devices: which exist, and which one is used. */

import { env } from 'node:process';
import { DeviceError, fromNative } from '../core/errors.js';
import { addon, type KernelInfo, type MemoryInfo, type NativeDevice } from './addon.js';

export interface DeviceDescription {
  readonly name: string;
  readonly available: boolean;
  /** Why it is not available; empty when it is. */
  readonly reason: string;
}

/** A device opened in this thread. Work is queued on its own native thread, in order. */
export class Device {
  readonly native: NativeDevice;

  constructor(native: NativeDevice) {
    this.native = native;
  }

  /** `cpu`, `cuda` or `reference`. */
  get name(): string {
    return this.native.name;
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

const opened = new Map<string, Device>();
const openListeners: ((device: Device) => void)[] = [];

/** Calls `listener` with every device that is opened from now on. */
export function onDeviceOpen(listener: (device: Device) => void): void {
  openListeners.push(listener);
}

let selected: Device | undefined;

/** Every backend that this build knows, with the reason why one cannot be used here. */
export function devices(): DeviceDescription[] {
  return addon().backends();
}

function open(name: string): Device {
  const known = opened.get(name);
  if (known !== undefined) return known;
  const all = devices();
  const found = all.find((backend) => backend.name === name);
  const available = all.filter((backend) => backend.available).map((backend) => backend.name);
  if (found === undefined || !found.available) {
    const reason = found?.reason ?? 'no such backend';
    throw new DeviceError(`device '${name}' is not available: ${reason}; available: ${available.join(', ')}`);
  }
  let native: NativeDevice;
  try {
    native = addon().open(name, {});
  } catch (error) {
    throw fromNative(error);
  }
  const device = new Device(native);
  opened.set(name, device);
  for (const listener of openListeners) listener(device);
  return device;
}

function choose(): Device {
  const asked = env.LAMINET_DEVICE;
  if (asked !== undefined && asked !== '' && asked !== 'auto') return open(asked);
  const all = devices();
  const best = ['cuda', 'cpu', 'reference'].find((name) => all.some((backend) => backend.name === name && backend.available));
  return open(best ?? 'cpu');
}

/** The device that new tensors and models use: `setDevice`, else `LAMINET_DEVICE`, else the best available. */
export function currentDevice(): Device {
  selected ??= choose();
  return selected;
}

/**
 * Makes `name` the device of everything created from now on.
 *
 * @throws DeviceError when it is not available, with the reason; nothing changes then.
 * @example
 * setDevice('cpu');
 */
export function setDevice(name: 'auto' | 'cpu' | 'cuda' | 'reference'): Device {
  selected = name === 'auto' ? choose() : open(name);
  return selected;
}
