// Prints what the training scenarios measure: event-loop delay, memory, time to the first step.
// `node test/process/measure.mjs [device]`

import { spawnSync } from 'node:child_process';
import { argv, execPath, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { cases } from './cases.mjs';
import { addon } from './device.mjs';

const device = argv[2] ?? addon.backends().find(({ available }) => available)?.name;
console.log(`device ${device}`);
for (const { file, flags = [] } of cases.filter(({ file }) => file.startsWith('training_'))) {
  const script = fileURLToPath(new URL(`scenarios/${file}.mjs`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(execPath, [...flags, script, device], { encoding: 'utf8' });
  if (status !== 0) {
    console.error(stderr);
    exit(1);
  }
  console.log(stdout.split('\n')[0]);
}
