// Trainings that are killed again and again, at random moments, and begun again: each ends as one that nobody disturbed, bit for bit. Where a
// backup exists, what this machine knows of fast kernels is deleted: the backup has to know it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { deviceName } from '../device.mjs';

const root = mkdtempSync(join(tmpdir(), 'laminet-killed-'));
const home = join(root, 'home');
const script = fileURLToPath(new URL('../backed_up_training.mjs', import.meta.url));
const counts = { kills: 0, insideSaves: 0 };

/** Runs the training to its end, or kills it `delay` milliseconds after its first batch. @returns what it printed last */
async function run(folder, saveFreq, delay) {
  const child = spawn(execPath, [script, deviceName, folder, saveFreq], {
    env: { ...env, LAMINET_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let isUnderWay = () => {};
  const underWay = new Promise((resolve) => {
    isUnderWay = resolve;
  });
  child.stdout.on('data', (text) => {
    output += text;
    isUnderWay();
  });
  const ended = once(child, 'close');
  ended.then(isUnderWay);
  if (delay !== undefined) {
    await underWay;
    await setTimeout(delay);
    if (child.kill('SIGKILL')) counts.kills++;
  }
  await ended;
  return output.match(/^outcome (.*)$/m)?.[1];
}

const inFolder = (folder) => (existsSync(folder) ? readdirSync(folder) : []);

/** What comes out of a training that was killed up to `kills` times. */
async function killed(name, saveFreq, kills, longest) {
  const folder = join(root, name);
  mkdirSync(folder);
  for (let i = 0; i < kills; i++) {
    const outcome = await run(folder, saveFreq, Math.random() * longest);
    if (outcome !== undefined) return outcome;
    const there = inFolder(join(folder, 'backup'));
    if (there.includes('.writing')) counts.insideSaves++;
    if (there.some((entry) => entry.startsWith('backup-'))) rmSync(join(home, 'kernels'), { recursive: true, force: true });
  }
  return run(folder, saveFreq);
}

try {
  mkdirSync(join(root, 'straight'));
  const expected = await run(join(root, 'straight'), 'never');
  if (expected === undefined) throw new Error('the training that nobody disturbed has no outcome');
  const cases = [
    ['each-batch', '1', 4, 400],
    ['third-batch', '3', 2, 400],
    ['epoch', 'epoch', 1, 1000],
  ];
  for (const [name, saveFreq, kills, longest] of cases) {
    const outcome = await killed(name, saveFreq, kills, longest);
    console.log(outcome === expected ? `${name}: equal` : `${name}: ${outcome}; expected ${expected}`);
  }
  console.log(`${counts.kills} kills, ${counts.insideSaves} of them inside saves`);
} finally {
  rmSync(root, { recursive: true });
}
