// A process ends by itself although the threads of a `workerSequence` are idle, or still computing a batch that an aborted call left behind.
import { layers, sequential, workerSequence } from '../../../dist/index.js';

const module = new URL('../../data/worker_sequences.mjs', import.meta.url);
const net = sequential([layers.activation({ activation: 'linear', inputShape: [1] })]);

const numbers = await workerSequence(module, { workers: 2, args: [4] });
console.log(String(await (await net.predict(numbers, { verbose: 0 })).data()));

const endless = await workerSequence(module, { exportName: 'Endless' });
const abort = new AbortController();
setTimeout(() => abort.abort(), 100);
await net.predict(endless, { signal: abort.signal, verbose: 0 }).catch((error) => console.log(error.code));
