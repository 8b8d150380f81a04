// process.exit() inside a worker ends that worker alone.
import { Worker } from 'node:worker_threads';
import { deviceName } from '../device.mjs';

const worker = new Worker(new URL('./busy_worker.mjs', import.meta.url), { workerData: { deviceName, stage: 'exit' } });
console.log(await new Promise((resolve) => worker.once('exit', resolve)));
