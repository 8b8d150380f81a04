/** @file The process of a probe: `probe_main <probe> <argument>`; its result goes to the parent as a message. */

import { argv } from 'node:process';
import { addonPath } from '../runtime/addon.js';
import { type CudaReport, cudaReport, type DeviceDescription, devices } from '../runtime/backends.js';
import { type CheckResult, checkDevice } from './check_device.js';

export interface DevicesResult {
  readonly addon: string;
  readonly devices: readonly DeviceDescription[];
  readonly cuda: CudaReport | null;
}

const probes: Record<string, (argument: string) => DevicesResult | Promise<CheckResult>> = {
  devices: () => ({ addon: addonPath(), devices: devices(), cuda: cudaReport() ?? null }),
  check: (device) => checkDevice(device, false),
  conformance: (device) => checkDevice(device, true),
};

async function answer(): Promise<object> {
  const [, , name = '', argument = ''] = argv;
  try {
    return { value: await probes[name]?.(argument) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

if (process.send === undefined) throw new Error('probe_main is started by `laminet doctor`');
process.send(await answer(), () => process.disconnect());
