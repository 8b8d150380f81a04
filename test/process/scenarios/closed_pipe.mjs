// The reader of the progress goes away after a line (`node train.js | head -1`): the training goes on to its end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { argv, execPath, exit, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';

if (argv[3] === 'train') {
  const { data, network, small } = await import('../training.mjs');
  const { x, y } = data(small, 2);
  const { batchSize } = small;
  const net = network(small);
  await net.fit(x, y, { batchSize, epochs: 20 });
  net.summary();
  stderr.write(`trained ${net.optimizer.iterations} steps\n`);
  exit(3);
}
const child = spawn(execPath, [fileURLToPath(import.meta.url), argv[2], 'train']);
let errors = '';
child.stderr.on('data', (text) => {
  errors += text;
});
const [line] = await once(child.stdout, 'data');
child.stdout.destroy();
const [code] = await once(child, 'close');
console.log(String(line).split('\n')[0], code, errors.trim());
