// oneDNN for machines without it: the distribution's own package, downloaded with apt and unpacked into build/onednn. Nothing is
// installed, and no root is needed.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { configure } from './cmake.mjs';
import { packageRoot, say } from './report.mjs';

const folder = join(packageRoot, 'build', 'onednn');
const prefix = join(folder, 'usr');
const header = join(prefix, 'include', 'oneapi', 'dnnl', 'dnnl.hpp');

const advice = [
  'to get it: `apt-get install libdnnl-dev` (Debian, Ubuntu) or `dnf install onednn-devel` (Fedora),',
  'or set DNNL_ROOT to the folder of an installation (2.6 or newer, OpenMP), then `npm run build:native`',
];

/** `info` is what `configure` found without oneDNN; the result is what it finds after fetching it, or `info` with advice. */
export function ensureOneDnn(info) {
  const problem = existsSync(header) ? undefined : fetchPackages();
  if (problem === undefined) {
    const fetched = configure(prefix);
    if (!fetched.oneDnn.missing) return fetched;
  }
  const status = problem === undefined ? info.oneDnn.status : `${info.oneDnn.status}; ${problem}`;
  return { ...info, oneDnn: { status, missing: true, advice } };
}

/** Downloads and unpacks libdnnl-dev with the libraries it needs. Says what went wrong, or nothing. */
function fetchPackages() {
  for (const tool of ['apt-get', 'apt-cache', 'dpkg-deb']) {
    if (spawnSync(tool, ['--version']).status !== 0) return `${tool} is not here to fetch a package`;
  }
  say('oneDNN is not installed; fetching the package libdnnl-dev into build/onednn');
  const apt = usableApt();
  if (apt === undefined) return 'apt knows no package libdnnl-dev (offline, or not in its sources)';
  const library = /\blibdnnl[\d.]+/.exec(apt.cache('depends', 'libdnnl-dev'))?.[0];
  const problem = apt.unpack(['libdnnl-dev', ...(library === undefined ? [] : [library])]) ?? apt.unpack(missingLibraries());
  rmSync(join(folder, 'apt'), { recursive: true, force: true });
  return problem;
}

/** Debian's build needs an OpenCL loader, which is a package of its own. */
function missingLibraries() {
  const libraries = join(prefix, 'lib');
  const found = readdirSync(libraries, { recursive: true }).find((name) => /libdnnl\.so\.\d+$/.test(name));
  const { stdout } = spawnSync('ldd', [join(libraries, found ?? '')], { encoding: 'utf8' });
  return /libOpenCL\S* => not found/.test(stdout) ? ['ocl-icd-libopencl1'] : [];
}

/** apt with the system's package lists, or, where they are missing or old, with lists of our own; undefined when none has the package. */
function usableApt() {
  const work = join(folder, 'apt');
  const system = aptWith([], work);
  if (system.knows('libdnnl-dev') && system.canDownload('libdnnl-dev')) return system;
  for (const part of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(work, part), { recursive: true });
  const own = aptWith([`Dir::State::lists=${join(work, 'lists')}`, `Dir::Cache=${join(work, 'cache')}`], work);
  own.update();
  return own.knows('libdnnl-dev') ? own : undefined;
}

function aptWith(settings, work) {
  // Downloads as whoever we are: apt's own user may not write here.
  const options = ['APT::Sandbox::User=root', 'Acquire::Retries=2', 'Acquire::http::Timeout=30', ...settings].flatMap((o) => [
    '-o',
    o,
  ]);
  const run = (tool, args) => {
    mkdirSync(work, { recursive: true });
    return spawnSync(tool, [...options, ...args], { cwd: work, encoding: 'utf8', env: { ...env, LC_ALL: 'C' } });
  };
  const cache = (...args) => run('apt-cache', args).stdout ?? '';
  return {
    cache,
    knows: (name) => /Candidate: (?!\(none\))/.test(cache('policy', name)),
    canDownload: (name) => run('apt-get', ['download', name]).status === 0,
    update: () => run('apt-get', ['update']),
    unpack: (names) => {
      if (names.length === 0) return undefined;
      const { status, stderr } = run('apt-get', ['download', ...names]);
      if (status !== 0) return `apt-get download ${names.join(' ')} failed: ${lastLine(stderr)}`;
      for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
        const unpacked = spawnSync('dpkg-deb', ['-x', join(work, file), folder], { encoding: 'utf8' });
        if (unpacked.status !== 0) return `${file} could not be unpacked: ${lastLine(unpacked.stderr)}`;
        rmSync(join(work, file));
      }
      return undefined;
    },
  };
}

const lastLine = (text) => text.trim().split('\n').at(-1) ?? '';
