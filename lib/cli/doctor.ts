/** @file `laminet doctor`: gathers what is here, tries every device, and says what is missing. */

import { writeFileSync } from 'node:fs';
import { env, stdout } from 'node:process';
import type { DeviceDescription } from '../runtime/backends.js';
import type { CheckResult } from './check_device.js';
import { doctorText } from './doctor_text.js';
import {
  describeEnvironment,
  describeInstallation,
  describeMachine,
  type Installation,
  type Machine,
  packageVersion,
} from './installation.js';
import { type Outcome, probe } from './probe.js';
import type { DevicesResult } from './probe_main.js';

export interface DoctorOptions {
  /** Requires the GPU. */
  readonly cuda: boolean;
  readonly json: boolean;
  /** File of the report on the GPU. */
  readonly report: string;
}

export interface Problem {
  readonly what: string;
  /** The command that helps, or what to do; empty when nothing is known to help. */
  readonly fix: string;
}

export interface Examination {
  readonly machine: Machine;
  readonly installation: Installation;
  readonly environment: Record<string, string>;
  readonly devices: Outcome<DevicesResult>;
  /** By device: what the comparison with the reference device gave. */
  readonly checks: Record<string, Outcome<CheckResult>>;
  /** The device that was asked for; `auto`: the best. */
  readonly requested: string;
  readonly problems: readonly Problem[];
  /** Whether the requested device works. */
  readonly ok: boolean;
}

/** LAMINET_DOCTOR_SECONDS: the limits below are for a GPU's first start. */
const limit = (seconds: number): number => Number(env.LAMINET_DOCTOR_SECONDS) || seconds;

/** Devices to try: those that can be used; without a list, the ones that need no driver. */
function candidates(devices: Outcome<DevicesResult>, cuda: boolean): string[] {
  if ('failure' in devices) return ['cpu'];
  const usable = devices.value.devices.filter(({ name, available }) => available && name !== 'reference').map(({ name }) => name);
  return cuda ? usable.filter((name) => name.startsWith('cuda')) : usable;
}

const passed = (check: Outcome<CheckResult> | undefined): boolean =>
  check !== undefined && 'value' in check && check.value.cases.every(({ ok }) => ok);

/** The name in the list of devices that `requested` stands for. */
function resolve(requested: string, devices: readonly DeviceDescription[]): string {
  if (requested === 'cuda') return 'cuda:0';
  if (requested !== 'auto') return requested;
  return devices.find(({ available }) => available)?.name ?? 'cpu';
}

function deviceProblems(devices: Outcome<DevicesResult>, requested: string): Problem[] {
  if ('failure' in devices) {
    const missing = devices.failure.includes('could not be loaded');
    if (missing) return [{ what: devices.failure, fix: 'npm run build:native' }];
    return [{ what: `looking for devices ${devices.failure}`, fix: 'LAMINET_DEVICE=cpu trains without the GPU' }];
  }
  const { cuda, devices: all } = devices.value;
  const problems: Problem[] = [];
  for (const { name, available, reason, code } of all) {
    if (available) continue;
    // The report tells reason and help apart.
    const told = name.startsWith('cuda') && cuda !== null && cuda.code === code;
    const brings = name === 'cpu' ? 'apt-get install libdnnl-dev' : 'npm run setup:cuda';
    const fix = told ? cuda.fix : code === 'PLUGIN_NOT_BUILT' ? `${brings} && npm run build:native` : 'npm run build:native';
    problems.push({ what: `${name}: ${told ? cuda.reason : reason}`, fix });
  }
  const name = resolve(requested, all);
  const known =
    all.some((device) => device.name === name) || all.some((device) => device.name === 'cuda' && name.startsWith('cuda'));
  if (!known)
    problems.push({ what: `${name}: no such device; there are ${all.map((device) => device.name).join(', ')}`, fix: '' });
  return problems;
}

function checkProblems(checks: Record<string, Outcome<CheckResult>>): Problem[] {
  return Object.entries(checks).flatMap(([name, check]): Problem[] => {
    if ('failure' in check) return [{ what: `${name}: the test computation ${check.failure}`, fix: '' }];
    const wrong = check.value.cases.filter(({ ok }) => !ok).map((each) => each.name);
    if (wrong.length === 0) return [];
    return [
      { what: `${name}: ${wrong.length} of ${check.value.cases.length} computations are wrong: ${wrong.join('; ')}`, fix: '' },
    ];
  });
}

async function examine({ cuda }: DoctorOptions): Promise<Examination> {
  const requested = cuda ? 'cuda:0' : env.LAMINET_DEVICE || 'auto';
  const devices = await probe<DevicesResult>('devices', '', limit(60));
  const checks: Record<string, Outcome<CheckResult>> = {};
  for (const name of candidates(devices, cuda)) {
    const thorough = cuda && name.startsWith('cuda');
    checks[name] = await probe<CheckResult>(thorough ? 'conformance' : 'check', name, limit(thorough ? 1800 : 120));
  }
  const target = resolve(requested, 'value' in devices ? devices.value.devices : []);
  return {
    machine: describeMachine(),
    installation: describeInstallation(),
    environment: describeEnvironment(),
    devices,
    checks,
    requested,
    problems: [...deviceProblems(devices, requested), ...checkProblems(checks)],
    ok: target === 'reference' ? 'value' in devices : passed(checks[target]),
  };
}

/** The exit status of the command. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const examination = await examine(options);
  const json = JSON.stringify({ laminet: packageVersion(), ...examination }, null, 2);
  if (options.cuda) writeFileSync(options.report, `${json}\n`);
  stdout.write(options.json ? `${json}\n` : doctorText(examination, stdout.isTTY === true && !env.NO_COLOR));
  if (options.cuda && !options.json) {
    stdout.write(`\nreport: ${options.report}; the whole suite on this GPU: npm run test:cuda -- --real\n`);
  }
  return examination.ok ? 0 : 1;
}
