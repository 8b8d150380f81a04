// `process.exit` while a thread of a `workerSequence` computes.
import { exit } from 'node:process';
import { workerSequence } from '../../../dist/index.js';

const endless = await workerSequence(new URL('../../data/worker_sequences.mjs', import.meta.url), { exportName: 'Endless' });
endless.getItem(1).catch(() => {});
setTimeout(() => {
  console.log('running');
  exit(7);
}, 100);
