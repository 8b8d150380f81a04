/** @file What `laminet doctor` prints for people: plain lines, marks in colour on a terminal. */

import { readableBytes } from '../core/bytes.js';
import type { CudaReport, DeviceDescription, LibraryFinding } from '../runtime/backends.js';
import type { CheckResult } from './check_device.js';
import type { Examination } from './doctor.js';
import type { Outcome } from './probe.js';

type Mark = 'ok' | 'no' | '--';

interface Style {
  mark(mark: Mark): string;
  title(text: string): string;
}

const colours: Record<Mark, number> = { ok: 32, no: 31, '--': 33 };

function style(colour: boolean): Style {
  const wrap = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { mark: (mark) => wrap(colours[mark], mark.padEnd(2)), title: (text) => wrap(1, text) };
}

function installationLines({ machine, installation, devices }: Examination): string[] {
  const { build } = installation;
  const addon = 'value' in devices ? devices.value.addon : 'not loaded';
  return [
    `laminet ${installation.version}, node ${machine.node}, ${machine.system}${machine.libc === '' ? '' : `, ${machine.libc}`}`,
    `${machine.processor}, ${machine.cores} cores, ${machine.instructions}, ${readableBytes(machine.memory)}`,
    `package ${installation.folder}`,
    `addon   ${addon}`,
    ...(build === undefined ? [] : [`built   ${[build.tools, build.oneDnn, build.cuda].filter(Boolean).join('; ')}`]),
    ...(build?.error === undefined ? [] : [`build error: ${build.error}`]),
  ];
}

/** What an optional library is for. */
const uses: Readonly<Record<string, string>> = {
  'libnvrtc.so.13': 'plans that are compiled at run time',
  'libcupti.so.13': "profiles by the GPU's own times",
};

function libraryLine(
  { mark }: Style,
  { name, title, required, path, version, origin, searched, refused }: LibraryFinding,
): string[] {
  if (path !== '') return [`${mark('ok')} ${title}${version === '' ? '' : ` ${version}`}: ${path} (${origin})`];
  const where = searched.length === 0 ? '' : ` (searched ${searched.join(', ')})`;
  const optional = required ? '' : `; ${uses[name]} need it`;
  const lines = refused.map((each) => `${mark('no')} ${title}: ${each}`);
  return [...lines, `${mark(required ? 'no' : '--')} ${title}: ${name} not found${where}${optional}`];
}

function cudaLines(look: Style, report: CudaReport): string[] {
  const { driver } = report;
  const supports = driver.cuda === 0 ? '' : ` supports CUDA ${Math.floor(driver.cuda / 1000)}.${(driver.cuda % 1000) / 10}`;
  const [first = '', ...rest] = libraryLine(look, driver.library);
  return [
    first + (supports === '' ? '' : `;${supports}`),
    ...rest,
    ...report.libraries.flatMap((library) => libraryLine(look, library)),
    report.plugin === ''
      ? `${look.mark('no')} laminet's kernels: laminet_cuda13.so is not there`
      : `${look.mark('ok')} laminet's kernels: ${report.plugin}, for ${report.architectures.join(', ')}`,
  ];
}

const small = (value: number): string => (value === 0 ? '0' : value.toExponential(1));

function checkLines({ mark }: Style, check: Outcome<CheckResult>): string[] {
  if ('failure' in check) return [`     ${mark('no')} the test computation ${check.failure}`];
  const { description, cases } = check.value;
  const lines = cases.map(({ name, ok, difference, error, milliseconds }) => {
    const found = error ?? `difference ${small(difference)}`;
    return `     ${mark(ok ? 'ok' : 'no')} ${name}: ${found} (${milliseconds.toFixed(0)} ms with compilation)`;
  });
  return [`     ${description}`, ...lines];
}

function deviceLines(look: Style, device: DeviceDescription, check: Outcome<CheckResult> | undefined): string[] {
  const { name, available, title, memory, code } = device;
  const facts = [title, memory === undefined ? undefined : readableBytes(memory)].filter((fact) => fact !== undefined);
  const what = `${name}${facts.length === 0 ? '' : `: ${facts.join(', ')}`}`;
  if (!available) return [`${look.mark('no')} ${what}: ${code}`];
  const right = check === undefined || ('value' in check && check.value.cases.every(({ ok }) => ok));
  return [`${look.mark(right ? 'ok' : 'no')} ${what}`, ...(check === undefined ? [] : checkLines(look, check))];
}

export function doctorText(examination: Examination, colour: boolean): string {
  const look = style(colour);
  const { devices, checks, environment, problems, requested, ok } = examination;
  const sections: [string, string[]][] = [['Installation', installationLines(examination)]];
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  if (variables.length > 0) sections.push(['Environment', variables]);
  if ('value' in devices) {
    const { cuda, devices: all } = devices.value;
    if (cuda !== null) sections.push(['CUDA', cudaLines(look, cuda)]);
    sections.push([
      'Devices, compared with the reference device',
      all.flatMap((each) => deviceLines(look, each, checks[each.name])),
    ]);
  } else {
    sections.push(['Devices', Object.entries(checks).flatMap(([name, check]) => [name, ...checkLines(look, check)])]);
  }
  const lines = problems.flatMap(({ what, fix }) => [`${look.mark('no')} ${what}`, ...(fix === '' ? [] : [`   fix: ${fix}`])]);
  if (lines.length > 0) sections.push(['What is missing', lines]);
  const target = requested === 'auto' ? 'the best device' : `device ${requested}`;
  const verdict = `${look.mark(ok ? 'ok' : 'no')} ${target} ${ok ? 'works' : 'cannot be used'}`;
  const text = sections.map(([title, body]) => `${look.title(title)}\n${body.map((line) => `  ${line}\n`).join('')}`).join('\n');
  return `${text}\n${verdict}\n`;
}
