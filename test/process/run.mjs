// Runs every case in a process of its own, on each device that this build has: how a process ends cannot be tested from within.
// `node test/process/run.mjs [--device=NAME] [file]`

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { env, execPath, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases } from './cases.mjs';
import { addon } from './device.mjs';

const hang = 120_000; // far beyond what any case takes: it has hung

async function runCase({ file, interrupt, flags = [] }, device) {
  const script = fileURLToPath(new URL(`scenarios/${file}.mjs`, import.meta.url));
  const child = spawn(execPath, [...flags, script, device], { timeout: hang, killSignal: 'SIGKILL' });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    output.stdout += text;
    if (interrupt && output.stdout === 'running\n') child.kill('SIGINT');
  });
  child.stderr.on('data', (text) => {
    output.stderr += text;
  });
  const [code, signal] = await once(child, 'close');
  return { ...output, code: signal === 'SIGINT' ? 130 : (code ?? signal) };
}

const matches = (line, expected) => (expected instanceof RegExp ? expected.test(line) : line === expected);

/** What is wrong with the outcome; empty when nothing is. */
function problems(test, outcome) {
  const found = [];
  const code = test.code ?? 0;
  if (outcome.code !== code) found.push(`exit code ${outcome.code}, expected ${code}`);
  const lines = outcome.stdout.split('\n').slice(0, -1);
  const compared = test.ignoreRunning ? lines.filter((line) => line !== 'running') : lines;
  if (compared.length !== test.stdout.length || !compared.every((line, i) => matches(line, test.stdout[i]))) {
    found.push(`stdout ${JSON.stringify(compared)}, expected ${test.stdout.map(String).join(' | ')}`);
  }
  if (!outcome.stderr.includes(test.stderr ?? '')) found.push(`stderr lacks '${test.stderr}'`);
  if (found.length > 0) found.push(outcome.stderr.trim());
  return found;
}

const { values, positionals } = parseArgs({ options: { device: { type: 'string' } }, allowPositionals: true });
const emulated = env.LAMINET_CUDA_PATH?.includes('emulator') ?? false;
let passed = 0;
let failed = 0;
for (const { name, available, reason } of addon.backends()) {
  if (values.device !== undefined && values.device !== name) continue;
  if (!available) {
    console.log(`device ${name} is not available here: ${reason}`);
    continue;
  }
  for (const test of cases.filter((each) => positionals.length === 0 || each.file === positionals[0])) {
    if (emulated && name === 'cuda' && test.emulated === false) {
      console.log(`NOT RUN ${name} ${test.file}: too slow on an emulated device`);
      continue;
    }
    const found = problems(test, await runCase(test, name));
    console.log(`${found.length === 0 ? 'ok    ' : 'FAILED'} ${name} ${test.file}`);
    for (const problem of found) console.log(`       ${problem}`);
    if (found.length === 0) passed++;
    else failed++;
  }
}
console.log(`${passed} passed, ${failed} failed`);
exit(failed === 0 && passed > 0 ? 0 : 1);
