// LAMINET_PROFILE: the whole process is profiled, the trace is written when its work is done, and stdout stays the script's.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'laminet-profiled-'));
const path = join(folder, 'train.trace.json');
process.env.LAMINET_PROFILE = path;
const { data, laminet, network, small } = await import('../training.mjs');

process.on('exit', () => {
  const { traceEvents } = JSON.parse(readFileSync(path, 'utf8'));
  console.log(traceEvents.filter(({ name }) => name.startsWith('step ')).length);
  rmSync(folder, { recursive: true });
});
const net = network(small);
const { x, y } = data(small, 3);
await net.fit(x, y, { batchSize: small.batchSize, verbose: 0 });
console.log(laminet.currentDevice().name.startsWith(process.argv[2])); // 'cuda' is 'cuda:0'
